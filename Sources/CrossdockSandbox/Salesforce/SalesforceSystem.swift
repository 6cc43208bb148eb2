internal import CrossdockCrypto
internal import CrossdockData

/// A Salesforce org: log-in, REST API, SOAP log-in, Bulk API 2.0.
final class SalesforceSystem: SandboxSystem {
    static let name = "salesforce"
    static let hosts = [
        "login.salesforce.com", "test.salesforce.com", "*.salesforce.com", "*.my.salesforce.com",
        "*.sandbox.my.salesforce.com", "*.develop.my.salesforce.com",
    ]
    static let rules = SalesforceRules.all

    let services: SandboxServices
    var schema = SalesforceSchema()
    var identity: SalesforceIdentity
    var sessions = SalesforceSessions()
    var cursors = QueryCursors()
    var late = LateRows()
    var usage = SalesforceUsage()
    var bulkJobs = BulkJobs()

    init(_ services: SandboxServices) throws {
        self.services = services
        identity = try SalesforceIdentity(store: services.store, home: services.home)
        for object in services.store.note("objects")?.array?.compactMap(\.string) ?? [] {
            guard let declarations = services.store.note("fields.\(object)") else { continue }
            _ = try schema.objectForData(object)
            for field in try FieldDeclaration.fields(declarations.json) {
                try schema.set(field, of: object)
            }
        }
        _ = schema.takeChanges()
        if services.store.table("User").count == 0 {
            try services.store.commit(identity.records(now: services.clock.now), request: nil)
        }
    }

    func access(http origin: String) -> ValueObject { identity.access(loginURL: origin) }

    func reader() -> RecordReader { RecordReader(schema: schema, store: services.store) }

    func respond(to request: SandboxRequest) -> SandboxResponse {
        do throws(APIError) {
            guard request.rawPath.utf8.count + request.rawQuery.utf8.count <= 16_384 else {
                throw APIError(414, "URI_TOO_LONG", "The URI is longer than 16384 bytes")
            }
            return try route(request)
        } catch {
            return error.response(for: request)
        }
    }

    private func route(_ request: SandboxRequest) throws(APIError) -> SandboxResponse {
        noteDeviations(of: request)
        switch (request.segment(0), request.segment(1), request.segment(2)) {
        case ("services", "oauth2", "token"): return token(request)
        case ("services", "oauth2", "revoke"): return revoke(request)
        case ("services", "oauth2", "userinfo"): return try userInfo(request)
        case ("id", identity.organization, _): return try userInfo(request)
        case ("services", "Soap", "u"): return soapLogin(request)
        case ("services", "data", nil): return versions(request)
        case ("services", "data", let segment?):
            guard let version = SalesforceCall.version(segment) else { throw .notFound }
            let session = try authenticate(request)
            let call = SalesforceCall(
                request: request, session: session, version: version,
                path: Array(request.segments.dropFirst(3)))
            var response: SandboxResponse
            do throws(APIError) { response = try respond(to: call) } catch {
                response = error.response(for: request)
            }
            response.user = session.username
            response.headers["Sforce-Limit-Info"] = usage.count(
                inLongForm: request.breaks(SalesforceRules.limitsHeader), now: request.time)
            return response
        default: throw .notFound
        }
    }

    /// Answers a call of the REST API; also those inside composite requests.
    func respond(to call: SalesforceCall) throws(APIError) -> SandboxResponse {
        switch call.path.first {
        case nil: resources(call)
        case "limits": try limits(call)
        case "query": try query(call, includesDeleted: false)
        case "queryAll": try query(call, includesDeleted: true)
        case "sobjects": try sobjects(call)
        case "composite": try composite(call)
        case "jobs": try jobs(call)
        default: throw .notFound
        }
    }

    private func authenticate(
        _ request: SandboxRequest
    ) throws(APIError) -> SalesforceSessions.Session {
        let header = request.headers["Authorization"] ?? ""
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.count == 2, ["bearer", "oauth"].contains(words[0].lowercased()) else {
            throw .sessionExpired
        }
        let token = String(words[1])
        if request.fault?.kind == "expireToken" { sessions.end(token) }
        guard let session = sessions.use(token, now: request.time) else { throw .sessionExpired }
        return session
    }

    /// The session of a request to an endpoint outside of the REST API.
    func session(of request: SandboxRequest) throws(APIError) -> SalesforceSessions.Session {
        try authenticate(request)
    }

    private func noteDeviations(of request: SandboxRequest) {
        if request.rawPath.count > 1, request.rawPath.hasSuffix("/") {
            services.audit.note(
                "path.trailingSlash", request.rawPath, request: request.sequence)
        }
        if request.rawPath.contains("//") {
            services.audit.note("path.doubleSlash", request.rawPath, request: request.sequence)
        }
        if let accept = request.headers["Accept"], !accept.contains("json"), !accept.contains("*") {
            services.audit.note("accept.notJSON", accept, request: request.sequence)
        }
    }

    func refusal(status: Int, of request: SandboxRequest) -> SandboxResponse {
        let error: APIError =
            switch status {
            case 401: .sessionExpired
            case 403:
                APIError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
            case 404: .notFound
            case 429:
                APIError(429, "REQUEST_LIMIT_EXCEEDED", "Too many requests, try again later.")
            case 400: APIError(400, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")
            case 503: APIError(503, "SERVER_UNAVAILABLE", "The server is too busy, try again.")
            default: APIError(status, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")
            }
        return error.response(for: request)
    }
}
