internal import CrossdockData

extension ODataService {
    var writer: EntityWriter {
        EntityWriter(
            entities: entities, rules: rules,
            author: EntityWriter.Author(user: user, time: request.time),
            codec: EdmCodec { [audit, request] rule, detail in
                audit.note(rule, detail, request: request.sequence)
            })
    }

    func create(_ path: ODataPath, _ call: ODataCall) throws(ODataError) -> SandboxResponse {
        guard case .collection(let set) = path.target, case .whole = path.part else {
            throw .methodNotAllowed("POST", path.segment)
        }
        _ = try QueryOptions(call.query, .other, nil, in: service)
        let writer = writer
        var given: [(property: String, json: [UInt8])] = []
        if let (navigation, source) = try origin(of: path) {
            given = writer.given(by: navigation, from: source)
        }
        let document = try body(of: call)
        let created = try writer.create(document.root, in: set, given: given)
        return answer(created.row, of: set, created.shape)
    }

    private func answer(
        _ row: EntityRow, of set: EdmEntitySet, _ shape: EntityShape
    ) -> SandboxResponse {
        var body = Array("{\"d\":".utf8)
        renderer.write(row, of: set, shape, to: &body)
        body.append(UInt8(ascii: "}"))
        var response = json(request.breaks(SAPRules.createStatus.name) ? 200 : 201, bytes: body)
        response.headers["Location"] = "\(root)/\(set.name)(\(EntityKey(row).uri))"
        response.headers["ETag"] = headerTag(EntityVersion.tag(row))
        return response
    }

    func update(
        _ path: ODataPath, _ call: ODataCall, replaces: Bool
    ) throws(ODataError) -> SandboxResponse {
        let (key, set) = try addressed(path, call)
        let document = try body(of: call)
        try writer.update(key, in: set, with: document.root, replaces: replaces) {
            (row) throws(ODataError) in try checkMatch(row, call)
        }
        var response = SandboxResponse(status: 204, headers: ["DataServiceVersion": "2.0"])
        if let row = entities.row(key, in: set) {
            response.headers["ETag"] = EntityVersion.tag(row)
        }
        return response
    }

    func delete(_ path: ODataPath, _ call: ODataCall) throws(ODataError) -> SandboxResponse {
        let (key, set) = try addressed(path, call)
        try writer.delete(key, in: set) { (row) throws(ODataError) in try checkMatch(row, call) }
        return SandboxResponse(status: 204, headers: ["DataServiceVersion": "2.0"])
    }

    /// The one entity that a change is about.
    private func addressed(
        _ path: ODataPath, _ call: ODataCall
    ) throws(ODataError) -> (EntityKey, EdmEntitySet) {
        guard case .entity = path.target, case .whole = path.part else {
            throw .methodNotAllowed(call.method, path.segment)
        }
        _ = try QueryOptions(call.query, .other, nil, in: service)
        let (row, set) = try resolve(path)
        guard let row else { throw .notFound(path.segment) }
        return (EntityKey(row), set)
    }

    /// - Source: RFC 6585 §3 (428), RFC 9110 §13.1.1 (412); SAP Gateway demands `If-Match` of every change.
    private func checkMatch(_ row: EntityRow, _ call: ODataCall) throws(ODataError) {
        if request.breaks(SAPRules.ifMatch.name) { return }
        guard let header = call.headers["If-Match"] else {
            throw ODataError(
                428, "/IWBEP/CM_MGW_RT/053",
                "Header 'If-Match' is required; send the entity's ETag or '*'")
        }
        let tags = header.split(separator: ",").map { Multipart.trimmed($0) }
        guard tags.contains("*") || tags.contains(EntityVersion.tag(row)) else {
            throw ODataError(
                412, "/IWBEP/CM_MGW_RT/052",
                "Precondition failed: the entity has been changed since it was read")
        }
    }

    private func body(of call: ODataCall) throws(ODataError) -> JSONDocument {
        let type = call.headers["Content-Type"]?.lowercased() ?? ""
        guard type.isEmpty || type.hasPrefix("application/json") || type.contains("json") else {
            throw ODataError(
                415, "/IWFND/CM_BEC/025", "Content type '\(type.prefix(60))' is not read; send JSON"
            )
        }
        do { return try JSONDocument(call.body) } catch {
            throw .badRequest("The body is not JSON: \(error.message)")
        }
    }

    // MARK: Functions

    /// The functions of the sales order service, which both decide on an order's approval.
    func invoke(_ function: EdmFunction, _ call: ODataCall) throws(ODataError) -> SandboxResponse {
        guard call.method == function.method else {
            throw .methodNotAllowed(call.method, "function '\(function.name)'")
        }
        var arguments: [String: String] = [:]
        var rest: [(name: String, value: String)] = []
        for (name, value) in call.query {
            guard let parameter = function.parameters.first(where: { $0.name == name }) else {
                rest.append((name, value))
                continue
            }
            let tokens = try FilterLexer.tokens(value).map { $0.0 }
            guard tokens.count == 1, case .literal(let literal)? = tokens.first,
                literal.type.family == parameter.type.family, literal.value != nil
            else { throw .value(name, "has invalid value \(value.prefix(40))") }
            arguments[name] = literal.text
        }
        _ = try QueryOptions(rest, .other, nil, in: service)
        guard let set = service.entitySet("A_SalesOrder"), let number = arguments["SalesOrder"]
        else {
            throw .value(function.parameters.first?.name ?? "", "is mandatory")
        }
        let key = EntityKey(text: EntityKey.literal(.string(number), .string))
        guard entities.record(key, in: set) != nil else { throw .notFound("A_SalesOrder") }
        let result: Value = [
            "__metadata": ["type": .string(function.returnType)], "Boolean": true,
        ]
        return json(200, ["d": .object(ValueObject([(function.name, result)]))])
    }
}
