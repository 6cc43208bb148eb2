public import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Synchronization

/// Holds an access token for all calls of a connection and buys a new one when it has ended.
///
/// One purchase at a time, whoever asks; its result is everybody's. A refusal is final for refresh
/// tokens and rests for a while otherwise, so that no account gets locked by trying; a failure to
/// reach the endpoint is tried again with growing waits.
public final class TokenKeeper: Authenticator {
    fileprivate enum State {
        case empty
        case held(AccessGrant, number: Int)
        case buying(Task<AccessGrant, any Error>, number: Int)
        case resting(ConnectorError, until: Duration?)
    }

    fileprivate struct Book {
        var state = State.empty
        var number = 0
        var failures = 0
    }

    private let request: TokenRequest
    private let grant: TokenGrant
    private let rotation: TokenRotation?
    private let clock: any HubClock
    private let book = Mutex(Book())

    /// - Parameters:
    ///   - connection: Its name; refresh tokens are remembered under it.
    ///   - store: Where rotated refresh tokens are kept.
    public init(
        connection: String, _ grant: TokenGrant, at endpoint: HTTPURL, client: HTTPClient,
        store: any Documents, clock: any HubClock
    ) {
        self.grant = grant
        self.clock = clock
        request = TokenRequest(client: client, endpoint: endpoint, partition: connection)
        if case .refreshToken(_, _, let configured) = grant {
            rotation = TokenRotation(
                connection: connection, configured: configured, documents: store)
        } else {
            rotation = nil
        }
    }

    /// The token that is good now, bought if need be.
    public func current() async throws -> AccessGrant { try await held().grant }

    public func authorize(_ request: inout HTTPRequest) async throws -> Int {
        let held = try await held()
        request.headers["Authorization"] = "Bearer " + held.grant.token.revealed
        return held.number
    }

    public func renew(rejecting proof: Int, because problem: RemoteProblem) async throws {
        book.withLock { book in
            if case .held(_, let number) = book.state, number == proof { book.state = .empty }
        }
        _ = try await held()
    }

    private func held() async throws -> (grant: AccessGrant, number: Int) {
        let purchase = try book.withLock { book throws -> (Task<AccessGrant, any Error>, Int)? in
            switch book.state {
            case .held(let grant, _) where isFresh(grant): return nil
            case .buying(let task, let number): return (task, number)
            case .resting(let error, let until)
            where until.map { clock.elapsed < $0 } ?? true:
                throw error
            case .empty, .held, .resting: return book.startPurchase { try await self.buy() }
            }
        }
        if let purchase { return (try await purchase.0.value, purchase.1) }
        return try book.withLock { book throws in
            guard case .held(let grant, let number) = book.state else { throw CancellationError() }
            return (grant, number)
        }
    }

    /// A token is not used in its last half minute, when it may end on the way.
    private func isFresh(_ grant: AccessGrant) -> Bool {
        guard let end = grant.expiresAt else { return true }
        return clock.now.millisecondsSince1970 < end.millisecondsSince1970 - 30_000
    }

    private func buy() async throws -> AccessGrant {
        do {
            let grant = try await purchase()
            book.withLock { book in
                book.state = .held(grant, number: book.number)
                book.failures = 0
            }
            return grant
        } catch let refusal as TokenRefusal {
            let error = refusal.asConnectorError
            let rest = rotation == nil ? clock.elapsed + .seconds(300) : nil
            book.withLock { $0.state = .resting(error, until: rest) }
            throw error
        } catch {
            let reason = (error as? any Classified)?.message ?? "\(error)"
            let failed = ConnectorError(
                .remoteUnavailable, "log-in failed: \(reason)", .transient(retryAfter: nil),
                cause: error)
            book.withLock { book in
                book.failures += 1
                let delay = Backoff(cap: .seconds(60)).delay(after: book.failures)
                book.state = .resting(failed, until: clock.elapsed + delay)
            }
            throw failed
        }
    }

    private func purchase() async throws -> AccessGrant {
        if let rotation { return try await rotation.purchase(grant, request, clock) }
        do {
            return try await request.send(grant, now: clock.now)
        } catch let refusal as TokenRefusal {
            // An assertion dated by a clock that is wrong is refused; theirs is the one that counts.
            guard case .jwtBearer = grant, let serverTime = refusal.serverTime,
                abs(serverTime.millisecondsSince1970 - clock.now.millisecondsSince1970) > 60_000
            else { throw refusal }
            return try await request.send(grant, now: serverTime)
        }
    }
}

extension TokenKeeper.Book {
    fileprivate mutating func startPurchase(
        _ buy: @escaping @Sendable () async throws -> AccessGrant
    ) -> (Task<AccessGrant, any Error>, Int) {
        number += 1
        // Its own task: a caller that is cancelled must not take the others' token with it.
        let task = Task { try await buy() }
        state = .buying(task, number: number)
        return (task, number)
    }
}
