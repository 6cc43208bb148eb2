internal import CrossdockData

/// Answers the calls of one OData V2 service.
///
/// - Threads: made for one request, under the lock of its system.
struct ODataService {
    let name: String
    let catalog: ServiceCatalog
    let entities: EntityReader
    let rules: BusinessRules
    let audit: Audit
    let request: SandboxRequest
    let user: String

    /// Entities per page when the server pages.
    static let pageSize = 1_000

    var service: EdmService { entities.service }

    /// Where links lead: the origin that the client used.
    var root: String { "\(request.origin)/sap/opu/odata/sap/\(name)" }

    var renderer: EntityRenderer {
        EntityRenderer(
            entities: entities, root: root,
            breaksDecimals: request.breaks(SAPRules.decimalString.name))
    }

    /// Answers a call that is no batch; a write is in the transaction and not committed yet.
    func respond(to call: ODataCall) throws(ODataError) -> SandboxResponse {
        let path = try ODataPath(call.segments, in: service)
        switch path.target {
        case .root: return try document(call)
        case .metadata: return try metadata(call)
        case .batch: throw .methodNotAllowed(call.method, "$batch inside a batch")
        case .function(let function): return try invoke(function, call)
        case .collection, .entity:
            switch call.method {
            case "GET", "HEAD": return try read(path, call)
            case "POST": return try create(path, call)
            case "PATCH", "MERGE": return try update(path, call, replaces: false)
            case "PUT": return try update(path, call, replaces: true)
            case "DELETE": return try delete(path, call)
            default: throw .methodNotAllowed(call.method, path.segment)
            }
        }
    }

    private func onlyGet(_ call: ODataCall, _ what: String) throws(ODataError) {
        guard !call.isWrite else { throw .methodNotAllowed(call.method, what) }
    }

    private func document(_ call: ODataCall) throws(ODataError) -> SandboxResponse {
        try onlyGet(call, "the service document")
        _ = try QueryOptions(call.query, .other, nil, in: service)
        let names = service.entitySets.map { Value.string($0.name) }
        return json(200, ["d": ["EntitySets": .array(names)]])
    }

    private func metadata(_ call: ODataCall) throws(ODataError) -> SandboxResponse {
        try onlyGet(call, "$metadata")
        let format = call.query.first { $0.name == "$format" }
        if let format, format.value != "xml" {
            throw ODataError(406, "/IWFND/CM_COCKPIT/032", "$metadata is served as XML")
        }
        _ = try QueryOptions(call.query.filter { $0.name != "$format" }, .other, nil, in: service)
        guard let text = catalog.metadata(of: name) else { throw .unknownSegment("$metadata") }
        let isBroken = request.breaks(SAPRules.metadataType.name)
        return SandboxResponse(
            status: 200,
            headers: [
                "Content-Type": isBroken ? "text/html" : "application/xml;charset=utf-8",
                "DataServiceVersion": "2.0",
            ], body: text)
    }

    // MARK: Addressing

    /// The entity that a path leads to; nil when a navigation to one entity leads nowhere.
    func resolve(_ path: ODataPath) throws(ODataError) -> (row: EntityRow?, set: EdmEntitySet) {
        guard var set = path.start else { throw .unknownSegment(path.segment) }
        var row: EntityRow?
        for step in path.steps {
            switch step {
            case .key(let key):
                guard let found = entities.row(key, in: set) else { throw .notFound(set.name) }
                row = found
            case .navigation(let navigation, let key):
                guard let source = row, let target = service.entitySet(navigation.target) else {
                    throw .notFound(navigation.name)
                }
                set = target
                if let key {
                    let found = entities.targets(of: navigation, from: source)
                    row = found.first { EntityKey($0) == key }
                    if row == nil { throw .notFound(navigation.name) }
                } else if !navigation.isMany {
                    row = entities.targets(of: navigation, from: source).first
                }
            }
        }
        return (row, set)
    }

    /// The last navigation of a path and the entity it starts from.
    func origin(of path: ODataPath) throws(ODataError) -> (EdmNavigation, EntityRow)? {
        guard case .navigation(let navigation, nil)? = path.steps.last, path.start != nil else {
            return nil
        }
        var before = path
        before.steps.removeLast()
        guard let row = try resolve(before).row else { throw .notFound(path.segment) }
        return (navigation, row)
    }

    // MARK: Answers

    func json(_ status: Int, _ value: Value) -> SandboxResponse { json(status, bytes: value.json) }

    func json(_ status: Int, bytes: [UInt8]) -> SandboxResponse {
        var response = SandboxResponse.json(status, bytes: bytes)
        response.headers["Content-Type"] = "application/json;charset=utf-8"
        response.headers["DataServiceVersion"] = "2.0"
        return response
    }
}
