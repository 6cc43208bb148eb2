internal import CrossdockData

/// An SAP S/4HANA system: its OData V2 services.
///
/// Services of other kinds (OData V4, IDoc) are further branches of ``respond(to:)``.
final class SAPSystem: SandboxSystem {
    static let name = "sap"
    static let hosts = ["*.s4hana.cloud.sap", "*.s4hana.ondemand.com", "*.s4hana.example.com"]
    static let rules = SAPRules.all

    let services: SandboxServices
    let catalog = ServiceCatalog()
    let identity: SAPIdentity
    let rules: BusinessRules
    private var sessions = SAPSessions()

    init(_ services: SandboxServices) throws {
        self.services = services
        identity = try SAPIdentity(store: services.store)
        rules = BusinessRules(NumberRanges(services.store))
        try restoreCustomFields()
    }

    func access(http origin: String) -> ValueObject {
        ValueObject([
            ("username", .string(identity.username)), ("password", .string(identity.password)),
        ])
    }

    func respond(to request: SandboxRequest) -> SandboxResponse {
        guard let user = identity.user(authorization: request.headers["Authorization"]) else {
            return refusal(status: 401, of: request)
        }
        if request.fault?.kind == "expireToken" { sessions.end(request) }
        var session = sessions.session(of: request, user: user)
        let fetches = request.headers["X-CSRF-Token"]?.lowercased() == "fetch"
        if fetches, session == nil { session = sessions.start(for: user, at: request.time) }
        var response: SandboxResponse
        if Self.isWrite(request), !isTrusted(request, session) {
            response = .text(403, "CSRF token validation failed")
            response.headers["X-CSRF-Token"] = "Required"
        } else {
            response = route(request, user)
            if fetches, let session { hand(session, to: &response, request) }
        }
        response.user = user
        return response
    }

    private static func isWrite(_ request: SandboxRequest) -> Bool {
        !["GET", "HEAD", "OPTIONS"].contains(request.method)
    }

    private func isTrusted(_ request: SandboxRequest, _ session: SAPSessions.Session?) -> Bool {
        session != nil && request.headers["X-CSRF-Token"] == session?.token
    }

    /// Gives the client its token, also beside an error.
    private func hand(
        _ session: SAPSessions.Session, to response: inout SandboxResponse,
        _ request: SandboxRequest
    ) {
        let isBroken = request.breaks(SAPRules.csrfToken.name)
        response.headers["X-CSRF-Token"] = isBroken ? "\(session.token.prefix(8))==" : session.token
        response.headers.add("Set-Cookie", "\(SAPSessions.cookie)=\(session.id); path=/; HttpOnly")
        response.headers.add("Set-Cookie", "sap-usercontext=sap-client=100; path=/")
    }

    /// `/sap/opu/odata/sap/SERVICE[;v=n]/…`.
    private func route(_ request: SandboxRequest, _ user: String) -> SandboxResponse {
        guard request.segments.prefix(4).elementsEqual(["sap", "opu", "odata", "sap"]),
            let segment = request.segment(4)
        else { return refusal(status: 404, of: request) }
        let name = segment.split(separator: ";").first.map(String.init) ?? segment
        guard let service = catalog[name] else {
            return ODataError(
                404, "/IWFND/MED/170",
                "No service found for namespace '', name '\(name)', version '0001'"
            ).response(to: request)
        }
        noteDeviations(request)
        let odata = ODataService(
            name: name, catalog: catalog, entities: EntityReader(service, services.store),
            rules: rules, audit: services.audit, request: request, user: user)
        let call = ODataCall(request, segments: request.segments.dropFirst(5))
        do { return try respond(to: call, odata) } catch { return error.response(to: request) }
    }

    private func respond(
        to call: ODataCall, _ service: ODataService
    ) throws(ODataError) -> SandboxResponse {
        if call.segments.elementsEqual(["$batch"]) {
            var batch = ODataBatch(service)
            return try batch.respond(to: call)
        }
        if call.isWrite, service.request.fault?.kind == "lock" { throw SAPRules.locked }
        let response = try service.respond(to: call)
        do { try service.entities.commit(request: service.request.sequence) } catch {
            throw ODataError(500, "/IWFND/CM_BEC/003", error.message)
        }
        return response
    }

    private func noteDeviations(_ request: SandboxRequest) {
        func note(_ rule: String) {
            services.audit.note(rule, request.rawPath, request: request.sequence)
        }
        if request.rawPath.contains("//") { note("path.doubleSlash") }
        if request.rawPath.hasSuffix("/"), request.segments.count > 5 { note("path.trailingSlash") }
    }

    /// The answers that come from in front of the services.
    func refusal(status: Int, of request: SandboxRequest) -> SandboxResponse {
        switch status {
        case 401:
            var response = SandboxResponse(
                status: 401, headers: ["Content-Type": "text/html;charset=utf-8"],
                body: Array(
                    "<html><body><h1>Anmeldung fehlgeschlagen / Logon failed</h1></body></html>"
                        .utf8))
            response.headers["WWW-Authenticate"] =
                "Basic realm=\"SAP NetWeaver Application Server [S4H/100]\""
            return response
        case 404:
            return ODataError(404, "/IWFND/MED/170", "There is no such service").response(
                to: request)
        case 403:
            return ODataError(403, "/IWFND/CM_CONSUMER/101", "Access denied").response(to: request)
        case 429:
            return ODataError(429, "/IWFND/CM_BEC/030", "Too many requests").response(to: request)
        case 503:
            return SandboxResponse(
                status: 503, headers: ["Content-Type": "text/html;charset=utf-8"],
                body: Array("<html><body><h1>503 Service Unavailable</h1></body></html>".utf8))
        default:
            return ODataError(status, "/IWFND/CM_BEC/026", "RFC Error: the request failed")
                .response(to: request)
        }
    }
}
