internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP
internal import CrossdockSettings
internal import Synchronization

/// A Salesforce org as one connection sees it.
final class SalesforceSession: Sendable {
    static let declaration: Result<ConnectorDeclaration, any Error> = Result {
        try ConnectorDeclaration.load(
            PackageResources.connector_yaml, file: "connectors/salesforce/connector.yaml")
    }

    let system: RemoteSystem
    let limits: DeclaredLimits
    private let login: TokenKeeper
    private let loginOrigin: HTTPURL
    private let version: String
    private let clock: any HubClock
    /// The org's clock less ours, from the last answer that told.
    private let clockOffset = Mutex<Duration?>(nil)

    init(
        name: String, _ settings: ConnectionSettings, _ services: ConnectorServices,
        at span: SourceSpan?
    ) throws {
        let declaration = try Self.declaration.get()
        let client = try HTTPClient(for: settings)
        loginOrigin = try HTTPURL(settings.url)
        limits = declaration.limits
        version = declaration.apiVersion ?? "v60.0"
        clock = services.clock
        login = TokenKeeper(
            connection: name, try Self.grant(settings, loginOrigin, name, span),
            at: try loginOrigin.replacing(path: "/services/oauth2/token"), client: client,
            store: services.store, clock: services.clock)
        system = RemoteSystem(
            name: name, origin: loginOrigin, client: client, authenticator: login,
            errors: ErrorTable(declaration.errors), clock: services.clock,
            readProblem: SalesforceProblem.read)
    }

    // MARK: Calls

    /// An address below `/services/data/vNN.0`.
    func url(
        _ path: String, _ query: [(name: String, value: String)] = [], version: String? = nil
    ) async throws -> HTTPURL {
        try await instance().replacing(
            path: "/services/data/\(version ?? self.version)\(path)", query: query)
    }

    func instance() async throws -> HTTPURL {
        guard let instance = try await login.current().instanceURL else { return loginOrigin }
        return try HTTPURL(instance)
    }

    /// The id of the user whom we are logged in as.
    func userID() async throws -> String? {
        try await login.current().identityURL?.split(separator: "/").last.map(String.init)
    }

    func send(
        _ method: HTTPMethod, _ url: HTTPURL, _ what: String, headers: HTTPHeaders = [:],
        body: [UInt8]? = nil, repetition: HTTPRequest.Repetition? = nil,
        accepting accepted: Set<Int> = []
    ) async throws -> HTTPResponse {
        var request = HTTPRequest(method, url, headers: headers)
        request.headers["Accept"] = "application/json"
        // Named in change events and as the origin of changes, so that others can tell ours.
        request.headers["Sforce-Call-Options"] = "client=crossdock"
        if let body {
            request.headers["Content-Type"] = "application/json; charset=UTF-8"
            request.body = .bytes(body)
        }
        request.repetition = repetition
        let response = try await system.send(request, what, accepting: accepted)
        note(response)
        return response
    }

    /// The JSON of an answer.
    ///
    /// - Throws: ``ConnectorError`` with ``DiagnosticCode/unexpectedAnswer`` when it is none.
    func json(
        _ response: HTTPResponse, _ what: String, repetition: HTTPRequest.Repetition = .allowed
    ) throws -> JSONNode {
        do { return try JSONDocument(response.body).root } catch {
            throw ConnectorError.unexpectedAnswer(
                what, response, repetition: repetition, cause: error)
        }
    }

    private func note(_ response: HTTPResponse) {
        if let text = response.headers["Sforce-Limit-Info"], let usage = LimitInfo.usage(text) {
            system.budget.note(usage)
        }
        if let date = response.headers["Date"].flatMap(HTTPDate.instant) {
            let offset = Duration.milliseconds(date.millisecondsSince1970) - clock.elapsed
            clockOffset.withLock { $0 = offset }
        }
    }

    /// The org's time, never ahead of it; ours when the org does not tell.
    func serverTime() async throws -> Instant {
        if clockOffset.withLock({ $0 }) == nil {
            // The list of versions costs none of the day's calls.
            let url = try await instance().replacing(path: "/services/data")
            _ = try await send(.get, url, "reading the clock")
        }
        guard let offset = clockOffset.withLock({ $0 }) else { return clock.now }
        return Instant(millisecondsSince1970: (offset + clock.elapsed).milliseconds)
    }

    // MARK: Log-in

    private static func grant(
        _ settings: ConnectionSettings, _ origin: HTTPURL, _ name: String, _ span: SourceSpan?
    ) throws -> TokenGrant {
        func refuse(_ message: String) -> DiagnosticsError {
            DiagnosticsError(
                Diagnostic(
                    .badSetting, "connection '\(name)': \(message)", at: span,
                    help: "use clientCredentials, jwtBearer or refreshToken"))
        }
        guard let auth = settings.auth else { throw refuse("'auth' is required") }
        let id = auth.clientId ?? ""
        let secret = auth.clientSecret ?? Secret("")
        switch auth.kind {
        case .clientCredentials, .oauth:
            return .clientCredentials(clientID: id, clientSecret: secret, scope: nil)
        case .refreshToken:
            return .refreshToken(
                clientID: id, clientSecret: secret, refreshToken: auth.refreshToken ?? Secret(""))
        case .jwtBearer:
            guard let path = auth.privateKeyFile, let key = LocalFile.bytes(path) else {
                throw refuse("the file of 'privateKeyFile' cannot be read")
            }
            return .jwtBearer(
                clientID: id, username: auth.username ?? "",
                privateKeyPEM: Secret(String(decoding: key, as: UTF8.self)),
                audience: auth.audience ?? origin.origin.description)
        case .password, .basic, .clientCertificate, .samlBearer:
            throw refuse("auth of kind \(auth.kind.rawValue) is not offered for Salesforce")
        }
    }
}

/// Reads `Sforce-Limit-Info`.
enum LimitInfo {
    /// - Parameter text: `api-usage=18/15000`, with or without `; per-app-api-usage=…` after it.
    static func usage(_ text: String) -> APIBudget.Usage? {
        let prefix = "api-usage="
        guard text.hasPrefix(prefix) else { return nil }
        let numbers = text.dropFirst(prefix.count).prefix { $0 != ";" }.split(separator: "/")
        guard numbers.count == 2, let used = Int(numbers[0]), let limit = Int(numbers[1]) else {
            return nil
        }
        return APIBudget.Usage(used: used, limit: limit)
    }
}
