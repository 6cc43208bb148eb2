internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockHTTP
internal import CrossdockSettings

/// Makes the remote system of a connection to SAP.
enum SAPLogin {
    static let declaration: Result<ConnectorDeclaration, any Error> = Result {
        try ConnectorDeclaration.load(
            PackageResources.connector_yaml, file: "connectors/sap/connector.yaml")
    }

    static func system(
        _ name: String, _ settings: ConnectionSettings, _ services: ConnectorServices,
        at span: SourceSpan?
    ) throws -> RemoteSystem {
        let client = try HTTPClient(for: settings)
        let origin = try HTTPURL(settings.url)
        let login = try authenticator(name, settings, client, services, span)
        return RemoteSystem(
            name: name, origin: origin, client: client,
            authenticator: SAPSession(login: login, client: client, partition: name),
            errors: ErrorTable(try declaration.get().errors), clock: services.clock,
            readProblem: SAPProblem.read)
    }

    private static func authenticator(
        _ name: String, _ settings: ConnectionSettings, _ client: HTTPClient,
        _ services: ConnectorServices, _ span: SourceSpan?
    ) throws -> any Authenticator {
        guard let auth = settings.auth else { return ConnectionAuthenticator() }
        func refuse(_ message: String) -> DiagnosticsError {
            DiagnosticsError(
                Diagnostic(
                    .badSetting, "connection '\(name)': \(message)", at: span,
                    help: "use basic, clientCertificate, oauth or samlBearer"))
        }
        func keeper(_ grant: TokenGrant) throws -> TokenKeeper {
            TokenKeeper(
                connection: name, grant, at: try HTTPURL(auth.tokenUrl ?? ""), client: client,
                store: services.store, clock: services.clock)
        }
        switch auth.kind {
        case .basic, .password:
            return BasicAuthenticator(
                username: auth.username ?? "", password: auth.password ?? Secret(""))
        case .clientCertificate: return ConnectionAuthenticator()
        case .oauth:
            return try keeper(
                .clientCredentials(
                    clientID: auth.clientId ?? "", clientSecret: auth.clientSecret ?? Secret(""),
                    scope: auth.scope))
        case .samlBearer:
            guard let path = auth.assertionFile, let bytes = LocalFile.bytes(path) else {
                throw refuse("the file of 'assertionFile' cannot be read")
            }
            return try keeper(
                .samlBearer(
                    clientID: auth.clientId ?? "", clientSecret: auth.clientSecret,
                    assertion: Secret(String(decoding: bytes, as: UTF8.self)), scope: auth.scope))
        case .clientCredentials, .jwtBearer, .refreshToken:
            throw refuse("auth of kind \(auth.kind.rawValue) is not offered for SAP")
        }
    }
}
