internal import CrossdockCrypto

/// Security sessions and the CSRF token of each.
///
/// A token is good only together with the cookie of the session it was fetched in.
struct SAPSessions {
    struct Session {
        let id: String
        let token: String
        let user: String
        /// Unit: milliseconds since 1970, by the sandbox clock.
        var lastUse: Int64
    }

    static let cookie = "SAP_SESSIONID_S4H_100"
    /// How long an idle session lasts.
    static let lifetime: Int64 = 30 * 60_000
    private static let limit = 1_000

    private var sessions: [String: Session] = [:]

    /// The session that the request's cookie names, if it still lasts and is the user's.
    mutating func session(of request: SandboxRequest, user: String) -> Session? {
        guard let id = Self.cookieValue(request), var session = sessions[id],
            session.user == user
        else { return nil }
        guard request.time - session.lastUse < Self.lifetime else {
            sessions[id] = nil
            return nil
        }
        session.lastUse = request.time
        sessions[id] = session
        return session
    }

    mutating func start(for user: String, at time: Int64) -> Session? {
        guard let id = try? RandomBytes.token(bits: 192),
            let token = try? RandomBytes.token(bits: 128)
        else { return nil }
        if sessions.count >= Self.limit,
            let oldest = sessions.values.min(by: { $0.lastUse < $1.lastUse })
        {
            sessions[oldest.id] = nil
        }
        let session = Session(id: id, token: token, user: user, lastUse: time)
        sessions[id] = session
        return session
    }

    mutating func end(_ request: SandboxRequest) {
        if let id = Self.cookieValue(request) { sessions[id] = nil }
    }

    private static func cookieValue(_ request: SandboxRequest) -> String? {
        for header in request.headers.values("Cookie") {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                let name = parts.first.map { $0.drop { $0 == " " } }
                if parts.count == 2, name == Substring(cookie) { return String(parts[1]) }
            }
        }
        return nil
    }
}
