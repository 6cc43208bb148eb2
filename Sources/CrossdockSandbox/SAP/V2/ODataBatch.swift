/// `$batch`: reads one after the other, changes in sets of which each happens wholly or not at all.
///
/// - Source: OData V2 "Batch Processing"; answers 202, and one part for a change set that failed.
struct ODataBatch {
    let service: ODataService
    /// How many parts and changes a batch may have.
    static let maximumParts = 5_000

    /// Faults of kind `lock` hit writes, counted over the whole batch.
    private var writes = 0

    init(_ service: ODataService) { self.service = service }

    mutating func respond(to call: ODataCall) throws(ODataError) -> SandboxResponse {
        // All of it is read before any of it is executed.
        let items = try read(call)
        var answers: [[UInt8]] = []
        for item in items { answers.append(execute(item)) }
        let name = "ejjeeffe\(service.request.sequence)"
        let status = service.request.breaks(SAPRules.batchStatus.name) ? 200 : 202
        return SandboxResponse(
            status: status,
            headers: [
                "Content-Type": "multipart/mixed; boundary=\(name)", "DataServiceVersion": "2.0",
            ], body: Self.multipart(answers, boundary: name))
    }

    // MARK: Reading

    private struct Change {
        var call: ODataCall
        let contentID: String?
    }

    private enum Item {
        case read(ODataCall)
        case changeSet([Change])
    }

    private func read(_ call: ODataCall) throws(ODataError) -> [Item] {
        guard call.method == "POST" else { throw .methodNotAllowed(call.method, "$batch") }
        guard let boundary = Multipart.boundary(call.headers["Content-Type"]) else {
            throw ODataError(
                415, "/IWFND/CM_BEC/025", "A batch is 'multipart/mixed' with a boundary")
        }
        let parts = Multipart.parts(call.body[...], boundary: boundary) ?? []
        guard !parts.isEmpty else { throw Self.malformed("its boundary is not found") }
        guard parts.count <= Self.maximumParts else {
            throw ODataError(
                413, "/IWFND/CM_BEC/027", "A batch of more than \(Self.maximumParts) parts")
        }
        var items: [Item] = []
        for part in parts { items.append(try item(part)) }
        return items
    }

    private func item(_ part: Multipart.Part) throws(ODataError) -> Item {
        if let boundary = Multipart.boundary(part.headers["Content-Type"]) {
            guard let parts = Multipart.parts(part.body, boundary: boundary), !parts.isEmpty,
                parts.count <= Self.maximumParts
            else { throw Self.malformed("a change set is not whole") }
            var changes: [Change] = []
            for part in parts {
                guard let call = ODataCall(part: part.body, service: service.name) else {
                    throw Self.malformed("a change is no HTTP request")
                }
                guard call.isWrite else { throw Self.malformed("a change set holds changes only") }
                let contentID = part.headers["Content-ID"] ?? call.headers["Content-ID"]
                changes.append(Change(call: call, contentID: contentID))
            }
            return .changeSet(changes)
        }
        guard let call = ODataCall(part: part.body, service: service.name) else {
            throw Self.malformed("a part is no HTTP request")
        }
        guard !call.isWrite else { throw Self.malformed("a change is outside of change sets") }
        return .read(call)
    }

    private static func malformed(_ why: String) -> ODataError {
        ODataError(400, "/IWFND/CM_BEC/026", "Malformed batch: \(why)")
    }

    // MARK: Executing

    private mutating func execute(_ item: Item) -> [UInt8] {
        switch item {
        case .changeSet(let changes): return execute(changes)
        case .read(let call):
            do throws(ODataError) {
                return Self.part(try service.respond(to: call), contentID: nil)
            } catch {
                return Self.part(failure(error), contentID: nil)
            }
        }
    }

    private func failure(_ error: ODataError) -> SandboxResponse {
        error.response(to: service.request)
    }

    /// Executes a change set; one failure undoes it, and is the only answer.
    private mutating func execute(_ changes: [Change]) -> [UInt8] {
        var answers: [[UInt8]] = []
        var created: [String: String] = [:]
        do throws(ODataError) {
            for change in changes {
                let answer = try execute(change, created)
                if let contentID = change.contentID, let location = answer.headers["Location"] {
                    created[contentID] = String(location.dropFirst(service.root.utf8.count + 1))
                }
                answers.append(Self.part(answer, contentID: change.contentID))
            }
            do { try service.entities.commit(request: service.request.sequence) } catch {
                throw ODataError(500, "/IWFND/CM_BEC/003", error.message)
            }
        } catch {
            service.entities.discard()
            let single = Self.part(failure(error), contentID: nil)
            guard service.request.breaks(SAPRules.failedChangeSet.name) else { return single }
            answers = changes.map { _ in single }
        }
        let name = "changeset\(service.request.sequence)_\(writes)"
        let body = Self.multipart(answers, boundary: name)
        return Self.headers([
            ("Content-Type", "multipart/mixed; boundary=\(name)"),
            ("Content-Length", String(body.count)),
        ]) + body
    }

    private mutating func execute(
        _ change: Change, _ created: [String: String]
    ) throws(ODataError) -> SandboxResponse {
        var call = change.call
        if let first = call.segments.first, first.hasPrefix("$"),
            let location = created[String(first.dropFirst())]
        {
            let address = location.split(separator: "/").map { URLText.decode($0) }
            call.segments = (address + call.segments.dropFirst())[...]
        }
        defer { writes += 1 }
        if let fault = service.request.fault, fault.kind == "lock", fault.hits(row: writes) {
            throw SAPRules.locked
        }
        return try service.respond(to: call)
    }

    // MARK: Writing

    private static func part(_ response: SandboxResponse, contentID: String?) -> [UInt8] {
        var message = Array("HTTP/1.1 \(response.status) \(reason(response.status))\r\n".utf8)
        var fields: [(String, String)] = response.headers.map { ($0.name, $0.value) }
        if response.status != 204 { fields.append(("Content-Length", String(response.body.count))) }
        message += headers(fields)
        message += response.body
        var outer = [
            ("Content-Type", "application/http"), ("Content-Length", String(message.count)),
            ("content-transfer-encoding", "binary"),
        ]
        if let contentID { outer.append(("Content-ID", contentID)) }
        return headers(outer) + message
    }

    private static func headers(_ fields: [(String, String)]) -> [UInt8] {
        var text = ""
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    private static func multipart(_ parts: [[UInt8]], boundary: String) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(parts.reduce(0) { $0 + $1.count + 60 })
        for part in parts {
            body += Array("--\(boundary)\r\n".utf8)
            body += part
            body += Array("\r\n".utf8)
        }
        body += Array("--\(boundary)--\r\n".utf8)
        return body
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 412: "Precondition Failed"
        case 423: "Locked"
        case 428: "Precondition Required"
        case 501: "Not Implemented"
        default: status < 500 ? "Bad Request" : "Internal Server Error"
        }
    }
}
