internal import CrossdockCrypto

/// Sessions by their access tokens.
struct SalesforceSessions {
    struct Session: Sendable {
        let userID: String
        let username: String
        /// Unit: milliseconds since 1970, by the sandbox clock. Each use moves it.
        var expires: Int64
    }

    /// Idle sessions end after two hours.
    static let lifetimeMillis: Int64 = 2 * 3_600_000
    /// The oldest session goes when there are more.
    private static let limit = 1_000

    private var sessions: [String: Session] = [:]
    private var order: [String] = []

    mutating func open(
        userID: String, username: String, organization: String, now: Int64
    ) throws(CryptoError) -> String {
        let token = "\(organization.prefix(15))!AQ\(try RandomBytes.token(bits: 480))"
        sessions[token] = Session(
            userID: userID, username: username, expires: now + Self.lifetimeMillis)
        order.append(token)
        if order.count > Self.limit { sessions[order.removeFirst()] = nil }
        return token
    }

    /// The session of a token that still works; using it keeps it alive.
    mutating func use(_ token: String, now: Int64) -> Session? {
        guard var session = sessions[token], session.expires > now else { return nil }
        session.expires = now + Self.lifetimeMillis
        sessions[token] = session
        return session
    }

    mutating func end(_ token: String) { sessions[token] = nil }
}
