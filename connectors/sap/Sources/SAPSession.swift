internal import CrossdockHTTP
internal import Synchronization

/// Adds to a log-in what SAP Gateway asks of writes: a token that belongs to a session, and the
/// session's cookies.
///
/// One session and one token per connection, fetched once for all who wait. A write that meets a
/// session that has ended was not executed: token and cookies are fetched anew and it is made again.
///
/// - Source: SAP Help, "Cross-Site Request Forgery Protection".
final class SAPSession: Authenticator {
    private struct State {
        var cookies: [String: String] = [:]
        var token: String?
        /// Grows whenever the session is given up.
        var generation = 0
        var fetch: Task<String?, any Error>?
    }

    private let login: any Authenticator
    private let client: HTTPClient
    private let partition: String
    private let state = Mutex(State())

    init(login: any Authenticator, client: HTTPClient, partition: String) {
        self.login = login
        self.client = client
        self.partition = partition
    }

    func authorize(_ request: inout HTTPRequest) async throws -> Int {
        let proof = try await login.authorize(&request)
        if !request.method.isSafe, let token = try await token(for: request, proof: proof) {
            request.headers["X-CSRF-Token"] = token
        }
        addCookies(to: &request)
        return proof
    }

    func observe(_ head: HTTPResponseHead) {
        let cookies = head.headers.values(of: "Set-Cookie").compactMap(Self.cookie)
        guard !cookies.isEmpty else { return }
        state.withLock { state in
            for (name, value) in cookies { state.cookies[name] = value }
        }
    }

    func renew(rejecting proof: Int, because problem: RemoteProblem) async throws {
        state.withLock { state in
            state.token = nil
            state.cookies = [:]
            state.generation += 1
        }
        if problem.code != SAPProblem.tokenRequired {
            try await login.renew(rejecting: proof, because: problem)
        }
    }

    // MARK: The token

    private func token(for request: HTTPRequest, proof: Int) async throws -> String? {
        let fetch = state.withLock { state -> Task<String?, any Error>? in
            if state.token != nil { return nil }
            if let running = state.fetch { return running }
            // Its own task: whoever asked first may be cancelled, the others wait for it too.
            let task = Task { try await self.fetchToken(like: request) }
            state.fetch = task
            return task
        }
        if let fetch { return try await fetch.value }
        return state.withLock { $0.token }
    }

    private func fetchToken(like request: HTTPRequest) async throws -> String? {
        defer { state.withLock { $0.fetch = nil } }
        let root = request.url.path.split(separator: "/").prefix(5).joined(separator: "/")
        let query = request.url.query.map { "?" + $0 } ?? ""
        var fetch = HTTPRequest(
            .get, try request.url.resolving("/\(root)/\(query)"),
            headers: ["X-CSRF-Token": "Fetch", "Accept": "application/json"])
        fetch.partition = partition
        _ = try await login.authorize(&fetch)
        addCookies(to: &fetch)
        let response = try await client.send(fetch)
        observe(response.head)
        // The token may come with an answer that is an error otherwise.
        let token = response.headers["X-CSRF-Token"].flatMap { text in
            text.lowercased() == "required" || text.lowercased() == "fetch" ? nil : text
        }
        state.withLock { $0.token = token }
        return token
    }

    // MARK: Cookies

    private func addCookies(to request: inout HTTPRequest) {
        let cookies = state.withLock { $0.cookies }
        guard !cookies.isEmpty else { return }
        request.headers["Cookie"] = cookies.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
    }

    /// Name and value of a `Set-Cookie`; the attributes are no concern of a client with one origin.
    private static func cookie(_ text: String) -> (String, String)? {
        let pair = text.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
        guard pair.count == 2, !pair[0].isEmpty else { return nil }
        return (String(pair[0]), String(pair[1]))
    }
}
