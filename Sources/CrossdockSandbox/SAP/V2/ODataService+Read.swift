internal import CrossdockData

extension ODataService {
    func read(_ path: ODataPath, _ call: ODataCall) throws(ODataError) -> SandboxResponse {
        try checkAccept(call)
        switch (path.target, path.part) {
        case (.collection(let set), .whole): return try readCollection(path, set, call)
        case (.collection(let set), .count): return try readCount(path, set, call)
        case (.entity, .count): throw .unknownSegment("$count")
        case (_, .property(let property, let isRaw)):
            return try readProperty(path, property, isRaw, call)
        default: return try readEntity(path, call)
        }
    }

    /// JSON is what there is; who asks only for Atom is told so.
    private func checkAccept(_ call: ODataCall) throws(ODataError) {
        guard let accept = call.headers["Accept"]?.lowercased() else { return }
        let isServed =
            accept.contains("json") || accept.contains("*/*") || accept.contains("application/*")
            || accept.contains("text/plain") || call.query.contains { $0.name == "$format" }
        guard isServed else {
            throw ODataError(406, "/IWFND/CM_COCKPIT/032", "Only application/json is served")
        }
        if !accept.contains("json") {
            audit.note("accept.notJSON", String(accept.prefix(80)), request: request.sequence)
        }
    }

    // MARK: One entity

    private func readEntity(_ path: ODataPath, _ call: ODataCall) throws(ODataError)
        -> SandboxResponse
    {
        let (row, set) = try resolve(path)
        let options = try QueryOptions(call.query, .entity, set.type, in: service)
        guard let row else { throw .notFound(path.segment) }
        let tag = EntityVersion.tag(row)
        if let known = call.headers["If-None-Match"], known == "*" || known == tag {
            return SandboxResponse(status: 304, headers: ["ETag": tag])
        }
        var body = Array("{\"d\":".utf8)
        renderer.write(row, of: set, options.shape, to: &body)
        body.append(UInt8(ascii: "}"))
        var response = json(200, bytes: body)
        response.headers["ETag"] = headerTag(tag)
        return response
    }

    func headerTag(_ tag: String) -> String {
        request.breaks(SAPRules.etagHeader.name) ? "W/\"'0'\"" : tag
    }

    private func readProperty(
        _ path: ODataPath, _ property: EdmProperty, _ isRaw: Bool, _ call: ODataCall
    ) throws(ODataError) -> SandboxResponse {
        let (row, set) = try resolve(path)
        _ = try QueryOptions(call.query, .property, set.type, in: service)
        guard let row else { throw .notFound(path.segment) }
        if isRaw { return .text(200, row.text(property.name)) }
        var body = Array("{\"d\":{".utf8)
        body += property.jsonKey
        renderer.write(property, of: row, to: &body)
        body += Array("}}".utf8)
        return json(200, bytes: body)
    }

    // MARK: Many entities

    /// All entities a query asks for, before `$skip` and `$top`.
    private func rows(
        _ path: ODataPath, _ set: EdmEntitySet, _ options: QueryOptions
    ) throws(ODataError) -> [EntityRow] {
        let plan = EntityQuery(entities: entities, set: set)
        let filter = request.breaks(SAPRules.filter.name) ? nil : options.filter
        if let (navigation, source) = try origin(of: path) {
            let found = entities.targets(of: navigation, from: source)
            return plan.rows(of: found, filter, options.order)
        }
        return plan.rows(filter, options.order)
    }

    private func readCount(
        _ path: ODataPath, _ set: EdmEntitySet, _ call: ODataCall
    ) throws(ODataError) -> SandboxResponse {
        let options = try QueryOptions(call.query, .count, set.type, in: service)
        let count = max(0, try rows(path, set, options).count - options.skip)
        return .text(200, String(min(count, options.top ?? count)))
    }

    private func readCollection(
        _ path: ODataPath, _ set: EdmEntitySet, _ call: ODataCall
    ) throws(ODataError) -> SandboxResponse {
        let options = try QueryOptions(call.query, .collection, set.type, in: service)
        let all = try rows(path, set, options)
        let wanted = all.dropFirst(options.skip).prefix(options.top ?? all.count)
        let given = options.skipToken ?? 0
        let page = Array(wanted.dropFirst(given).prefix(Self.pageSize))
        var body = Array("{\"d\":{".utf8)
        if options.countsAll {
            let isBroken = request.breaks(SAPRules.countString.name)
            body += Array("\"__count\":\(isBroken ? "\(all.count)" : "\"\(all.count)\""),".utf8)
        }
        body += Array("\"results\":[".utf8)
        let renderer = renderer
        for (number, row) in page.enumerated() {
            if number > 0 { body.append(UInt8(ascii: ",")) }
            renderer.write(row, of: set, options.shape, to: &body)
        }
        body.append(UInt8(ascii: "]"))
        if given + page.count < wanted.count, !request.breaks(SAPRules.pagingNext.name) {
            body += Array(",\"__next\":".utf8)
            JSONEscapes.write(next(call, after: given + page.count).utf8, to: &body)
        }
        body += Array("}}".utf8)
        return json(200, bytes: body)
    }

    /// The address of the page that begins after so many entities.
    private func next(_ call: ODataCall, after count: Int) -> String {
        let kept = call.rawQuery.split(separator: "&").filter { part in
            let name = part.split(separator: "=", maxSplits: 1).first.map { URLText.decode($0) }
            return name != "$skiptoken" && name != "$inlinecount"
        }
        let query = (kept.map(String.init) + ["$skiptoken=\(count)"]).joined(separator: "&")
        let path = call.segments.map { segment in
            EntityKey(text: segment).uri.replacing("%28", with: "(").replacing("%29", with: ")")
        }
        let isBroken = request.breaks(SAPRules.pagingOrigin.name)
        let root =
            isBroken ? root.replacing(request.origin, with: "https://elsewhere.example") : root
        return "\(root)/\(path.joined(separator: "/"))?\(query)"
    }
}
