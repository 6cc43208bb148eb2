public import CrossdockSettings

/// How one remote system is reached: an entry of `connections:` in crossdock.yaml.
///
/// An endpoint names its connection by `connection=`; without one it uses the connection that bears
/// the system's name.
public struct ConnectionSettings: Settings {
    @Setting("Which system this is: salesforce, sap …")
    public var system: String
    @Setting(
        "Origin of the system; for Salesforce the log-in origin.",
        example: "https://login.salesforce.com")
    public var url: String
    @Setting("How the hub proves who it is.")
    public var auth: AuthSettings?
    @Setting("Certificates.")
    public var tls = TLSSettings()
    @Setting("Whether plain http is allowed beyond loopback.")
    public var allowHttp = false
    @Setting("Whether addresses of private networks are allowed.")
    public var allowPrivate = false

    public init() {}
}

/// The certificates of a connection.
public struct TLSSettings: Settings {
    @Setting("Certificates to trust, PEM, instead of the machine's.")
    public var caFile: String?
    @Setting("The hub's own certificate, PEM.")
    public var certFile: String?
    @Setting("The key to the hub's certificate, PEM.")
    public var keyFile: String?

    public init() {}

    public func validate() throws {
        guard (certFile == nil) == (keyFile == nil) else {
            throw SettingProblem("certFile and keyFile go together")
        }
    }
}

/// How the hub proves to a system who it is. Which of the settings count depends on ``kind``.
public struct AuthSettings: Settings {
    public enum Kind: String, SettingChoice {
        case clientCredentials, jwtBearer, refreshToken, password, basic, clientCertificate, oauth
        case samlBearer
    }

    @Setting("The way of logging in.")
    public var kind: Kind
    @Setting("Id of the connected app or OAuth client.")
    public var clientId: String?
    @Setting("Secret of the connected app or OAuth client.", example: "{{env:SALESFORCE_SECRET}}")
    public var clientSecret: Secret?
    @Setting("The user to log in as.")
    public var username: String?
    @Setting("The user's password.", example: "{{env:SAP_PASSWORD}}")
    public var password: Secret?
    @Setting("Appended to the password in Salesforce's SOAP log-in.")
    public var securityToken: Secret?
    @Setting("The token that buys access tokens; the hub keeps its successors.")
    public var refreshToken: Secret?
    @Setting("Private key that signs the JWT, PEM.")
    public var privateKeyFile: String?
    @Setting("Who the JWT is for; the log-in origin when absent.")
    public var audience: String?
    @Setting("Client certificate, PEM.")
    public var certFile: String?
    @Setting("Key to the client certificate, PEM.")
    public var keyFile: String?
    @Setting("Where tokens are issued.")
    public var tokenUrl: String?
    @Setting("What the token is to allow.")
    public var scope: String?
    @Setting("File with the SAML assertion, base64url.")
    public var assertionFile: String?

    public init() {}

    public func validate() throws {
        for (name, isSet) in required where !isSet {
            throw SettingProblem("auth of kind \(kind.rawValue) needs '\(name)'")
        }
    }

    private var required: [(String, Bool)] {
        switch kind {
        case .clientCredentials:
            [("clientId", clientId != nil), ("clientSecret", clientSecret != nil)]
        case .jwtBearer:
            [
                ("clientId", clientId != nil), ("username", username != nil),
                ("privateKeyFile", privateKeyFile != nil),
            ]
        case .refreshToken:
            [
                ("clientId", clientId != nil), ("clientSecret", clientSecret != nil),
                ("refreshToken", refreshToken != nil),
            ]
        case .password, .basic: [("username", username != nil), ("password", password != nil)]
        case .clientCertificate: [("certFile", certFile != nil), ("keyFile", keyFile != nil)]
        case .oauth:
            [
                ("tokenUrl", tokenUrl != nil), ("clientId", clientId != nil),
                ("clientSecret", clientSecret != nil),
            ]
        case .samlBearer:
            [
                ("tokenUrl", tokenUrl != nil), ("clientId", clientId != nil),
                ("assertionFile", assertionFile != nil),
            ]
        }
    }
}
