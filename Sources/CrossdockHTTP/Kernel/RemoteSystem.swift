public import CrossdockCore
internal import CrossdockDiagnostics

/// One connection to a remote system: calls with log-in, repetition, pauses and an error table.
///
/// What may be repeated is repeated here, a few times and with growing waits; what remains is for the
/// route to decide. A write whose outcome is unknown is never repeated here.
public final class RemoteSystem: Sendable {
    /// The connection's name.
    public let name: String
    public let origin: HTTPURL
    public let budget = APIBudget()
    public let errors: ErrorTable
    private let client: HTTPClient
    private let authenticator: any Authenticator
    private let clock: any HubClock
    private let backoff: Backoff
    private let pace = Pace()
    /// How often one call may find its session ended.
    private static let mostLogins = 2
    /// Finds the system's own words in an answer that is no success.
    private let readProblem: @Sendable (HTTPResponse) -> RemoteProblem

    public init(
        name: String, origin: HTTPURL, client: HTTPClient, authenticator: any Authenticator,
        errors: ErrorTable, clock: any HubClock, backoff: Backoff = Backoff(),
        readProblem: @escaping @Sendable (HTTPResponse) -> RemoteProblem
    ) {
        self.name = name
        self.origin = origin
        self.client = client
        self.authenticator = authenticator
        self.errors = errors
        self.clock = clock
        self.backoff = backoff
        self.readProblem = readProblem
    }

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - what: What is tried, for messages: `upsert of Account`.
    ///   - accepted: Statuses beyond 2xx that the caller wants to see.
    /// - Returns: An answer with a status of 2xx or of `accepted`.
    /// - Throws: ``ConnectorError``, ``HTTPError``, `CancellationError`.
    public func send(
        _ request: HTTPRequest, _ what: String, accepting accepted: Set<Int> = []
    ) async throws -> HTTPResponse {
        var failures = 0
        var logins = 0
        while true {
            try await waitForPace()
            var authorized = request
            authorized.partition = name
            let grant = try await authenticator.authorize(&authorized)
            do {
                let response = try await client.send(authorized)
                authenticator.observe(response.head)
                if response.isSuccess || accepted.contains(response.status) { return response }
                let problem = readProblem(response)
                if errors.meaning(of: problem) == .login, logins < Self.mostLogins {
                    logins += 1
                    try await authenticator.renew(rejecting: grant, because: problem)
                    continue
                }
                throw judged(what, problem, response, request)
            } catch let error as any Classified {
                failures += 1
                try await waitOrThrow(error, failures)
            }
        }
    }

    /// Starts a call whose answer is read as it comes.
    ///
    /// - Throws: As ``send(_:_:accepting:)``.
    public func stream(_ request: HTTPRequest, _ what: String) async throws -> HTTPStreamedResponse
    {
        var logins = 0
        while true {
            try await waitForPace()
            var authorized = request
            authorized.partition = name
            let grant = try await authenticator.authorize(&authorized)
            let streamed = try await client.stream(authorized)
            authenticator.observe(streamed.head)
            if streamed.isSuccess { return streamed }
            let body = try await streamed.body.collect(upTo: 1 << 20)
            let response = HTTPResponse(head: streamed.head, body: body)
            let problem = readProblem(response)
            guard errors.meaning(of: problem) == .login, logins < Self.mostLogins else {
                throw judged(what, problem, response, request)
            }
            logins += 1
            try await authenticator.renew(rejecting: grant, because: problem)
        }
    }

    private func judged(
        _ what: String, _ problem: RemoteProblem, _ response: HTTPResponse, _ request: HTTPRequest
    ) -> ConnectorError {
        let retryAfter = RetryAfter.duration(response.headers, now: clock.now)
        if let retryAfter, response.status == 429 || response.status == 503 {
            pace.pause(until: clock.elapsed + retryAfter)
        }
        return errors.error(
            what, problem, retryAfter: retryAfter, repetition: request.effectiveRepetition)
    }

    private func waitForPace() async throws {
        let wait = pace.wait(from: clock.elapsed)
        if wait > .zero { try await clock.sleep(for: wait) }
    }

    private func waitOrThrow(_ error: any Classified, _ failures: Int) async throws {
        guard case .transient(let retryAfter) = error.disposition, failures < backoff.attempts,
            retryAfter ?? .zero <= RetryAfter.cap, error.code != .loginRefused
        else { throw error }
        try await clock.sleep(for: backoff.delay(after: failures, retryAfter: retryAfter))
    }
}

extension HTTPClient {
    /// The client of a configured connection.
    ///
    /// - Throws: ``HTTPError`` with ``DiagnosticCode/tlsSettings`` for files that cannot be read.
    public convenience init(for settings: ConnectionSettings) throws(HTTPError) {
        var configuration = HTTPClientConfiguration()
        configuration.addresses.allowPrivate = settings.allowPrivate
        configuration.addresses.allowHTTP = settings.allowHttp
        configuration.tls.authorities = try Self.file(settings.tls.caFile)
        let isCertificateLogin = settings.auth?.kind == .clientCertificate
        configuration.tls.certificate = try Self.file(
            isCertificateLogin ? settings.auth?.certFile : settings.tls.certFile)
        configuration.tls.privateKey = try Self.file(
            isCertificateLogin ? settings.auth?.keyFile : settings.tls.keyFile)
        self.init(configuration)
    }

    private static func file(_ path: String?) throws(HTTPError) -> [UInt8]? {
        guard let path else { return nil }
        guard let bytes = LocalFile.bytes(path) else {
            throw HTTPError(.tlsSettings, "'\(path)' cannot be read", .permanent)
        }
        return bytes
    }
}
