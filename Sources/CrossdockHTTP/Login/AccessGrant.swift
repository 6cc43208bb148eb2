public import CrossdockCore
internal import CrossdockData
public import CrossdockSettings

/// What a token endpoint has given.
public struct AccessGrant: Sendable {
    public let token: Secret
    /// Where calls go from now on, when the answer says so.
    public let instanceURL: String?
    /// Salesforce: an address that ends in organisation and user id.
    public let identityURL: String?
    /// The successor of the refresh token, when it was rotated.
    public let refreshToken: Secret?
    /// By the hub's clock; nil when the answer does not say.
    public let expiresAt: Instant?

    /// - Source: RFC 6749 §5.1.
    init?(_ json: JSONNode, now: Instant) {
        guard let token = json["access_token"]?.string, !token.isEmpty else { return nil }
        self.token = Secret(token)
        instanceURL = json["instance_url"]?.string
        identityURL = json["id"]?.string
        refreshToken = json["refresh_token"]?.string.map { Secret($0) }
        expiresAt = json["expires_in"]?.scalarText.flatMap(Int64.init).flatMap { seconds in
            guard seconds > 0, seconds < 1 << 31 else { return nil }
            return Instant(millisecondsSince1970: now.millisecondsSince1970 + seconds * 1000)
        }
    }
}

/// How an access token is bought.
public enum TokenGrant: Sendable {
    case clientCredentials(clientID: String, clientSecret: Secret, scope: String?)
    case jwtBearer(clientID: String, username: String, privateKeyPEM: Secret, audience: String)
    case refreshToken(clientID: String, clientSecret: Secret, refreshToken: Secret)
    case samlBearer(clientID: String, clientSecret: Secret?, assertion: Secret, scope: String?)
}
