import CrossdockCore
import CrossdockDiagnostics
import CrossdockHTTP
import CrossdockSettings
import Synchronization
import Testing

/// Time that passes when somebody waits.
final class HastyClock: HubClock {
    private let state = Mutex((elapsed: Duration.seconds(1_000), slept: [Duration]()))

    var now: Instant {
        Instant(millisecondsSince1970: 1_767_225_600_000 + elapsed.milliseconds)
    }
    var elapsed: Duration { state.withLock { $0.elapsed } }
    var slept: [Duration] { state.withLock { $0.slept } }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        state.withLock {
            $0.elapsed += duration
            $0.slept.append(duration)
        }
    }
}

final class DocumentBox: Documents {
    private let documents = Mutex<[String: Document]>([:])

    func document(kind: String, key: String) async throws -> Document? {
        documents.withLock { $0[kind + key] }
    }
    func put(
        kind: String, key: String, content: [UInt8], ifRevision revision: Int64?
    ) async throws -> Int64? {
        documents.withLock { documents in
            let next = (documents[kind + key]?.revision ?? 0) + 1
            documents[kind + key] = Document(key: key, content: content, revision: next)
            return next
        }
    }
    func removeDocument(kind: String, key: String) async throws {
        documents.withLock { $0[kind + key] = nil }
    }
    func documents(kind: String, after key: String, limit: Int) async throws -> [Document] { [] }
}

@Suite("Calls to a remote system")
struct RemoteSystemTests {
    let clock = HastyClock()

    private func system(
        _ server: ScriptedServer, _ authenticator: any Authenticator = ConnectionAuthenticator()
    ) throws -> RemoteSystem {
        RemoteSystem(
            name: "test", origin: try HTTPURL(server.url), client: HTTPClient(),
            authenticator: authenticator, errors: ErrorTable([]), clock: clock
        ) { RemoteProblem(status: $0.status, message: Excerpt.text(of: $0.body)) }
    }

    /// Answers with these statuses one after the other, then 200.
    private func answering(_ statuses: [Int], _ headers: [(String, String)] = []) -> ScriptedServer
    {
        let left = Mutex(statuses)
        return .answering { _ in
            let status = left.withLock { $0.isEmpty ? 200 : $0.removeFirst() }
            return .init(status, status == 200 ? [] : headers, Array("said".utf8))
        }
    }

    private func failure(
        _ request: HTTPRequest, _ system: RemoteSystem
    ) async -> ConnectorError? {
        do {
            _ = try await system.send(request, "test")
            Issue.record("it succeeded")
            return nil
        } catch { return error as? ConnectorError }
    }

    @Test("are repeated when the system is busy, as late as it asks for", arguments: [429, 503])
    func busy(status: Int) async throws {
        let server = answering([status, status], [("Retry-After", "7")])
        let response = try await system(server).send(
            HTTPRequest(.get, HTTPURL(server.url)), "test")
        #expect(response.status == 200)
        #expect(server.requests.count == 3)
        #expect(clock.slept.allSatisfy { $0 >= .seconds(7) })
    }

    @Test("are given up after a few attempts")
    func givenUp() async throws {
        let server = answering(Array(repeating: 503, count: 100))
        let error = await failure(HTTPRequest(.get, try HTTPURL(server.url)), try system(server))
        #expect(error?.code == .remoteUnavailable)
        #expect(error?.disposition == transient)
        #expect(server.requests.count == 5)
    }

    @Test("that write are not repeated after a server error: it may come after the work")
    func serverErrorOnWrite() async throws {
        let server = answering([500])
        let error = await failure(HTTPRequest(.post, try HTTPURL(server.url)), try system(server))
        #expect(error?.disposition == .unknownOutcome)
        #expect(server.requests.count == 1)
    }

    @Test("that the system refuses are not repeated", arguments: [400, 403, 404, 409, 413])
    func refused(status: Int) async throws {
        let server = answering([status])
        let error = await failure(HTTPRequest(.post, try HTTPURL(server.url)), try system(server))
        #expect(error?.disposition == .permanent)
        #expect(error?.status == status)
        #expect(server.requests.count == 1)
    }

    @Test(
        "wait no longer than is sensible, whatever Retry-After says",
        arguments: [
            ("-1", nil), ("99999999", Duration.seconds(300)),
            ("Wed, 31 Feb 2026 00:00:00 GMT", nil),
            ("soon", nil), ("5", .seconds(5)), ("Thu, 01 Jan 2026 00:00:30 GMT", .seconds(30)),
            ("Mon, 01 Jan 2024 00:00:00 GMT", .zero), ("", nil), ("1e9", nil),
        ])
    func retryAfter(text: String, expected: Duration?) {
        let headers: HTTPHeaders = [
            "Retry-After": text, "Date": "Thu, 01 Jan 2026 00:00:00 GMT",
        ]
        #expect(RetryAfter.duration(headers, now: clock.now) == expected)
    }

    @Test("follow links to pages of the same origin, each once")
    func pageLinks() throws {
        let first = try HTTPURL("https://a.example/q?page=1")
        var links = PageLinks(first: first)
        let second = try links.next("/q?page=2", from: first)
        #expect(second.description == "https://a.example/q?page=2")
        for link in [
            "https://b.example/q?page=3", "http://a.example/q?page=3", "https://a.example:8443/q",
            "//b.example/q", "/q?page=2", "/q?page=1", "https://a.example@b.example/", "",
        ] {
            #expect(throws: ConnectorError.self, "\(link)") {
                try links.next(link, from: second)
            }
        }
    }

    @Test("wait after failures a time drawn below a growing bound")
    func backoff() {
        let backoff = Backoff(attempts: 5, base: .seconds(1), cap: .seconds(8))
        for (failures, bound) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (60, 8)] {
            for _ in 0..<50 {
                #expect(backoff.delay(after: failures) <= .seconds(bound))
                #expect(backoff.delay(after: failures, retryAfter: .seconds(9)) >= .seconds(9))
            }
        }
    }

    @Test("stop for background work when few calls are left")
    func budget() throws {
        let budget = APIBudget()
        try budget.admitBackgroundCall(reserve: 0.1)
        budget.note(APIBudget.Usage(used: 899, limit: 1000))
        try budget.admitBackgroundCall(reserve: 0.1)
        budget.note(APIBudget.Usage(used: 900, limit: 1000))
        #expect(throws: ConnectorError.self) { try budget.admitBackgroundCall(reserve: 0.1) }
        try budget.admitBackgroundCall(reserve: 0)
    }
}

@Suite("Access tokens")
struct TokenKeeperTests {
    let clock = HastyClock()
    let documents = DocumentBox()

    private func keeper(
        _ server: ScriptedServer, _ grant: TokenGrant
    ) throws -> TokenKeeper {
        TokenKeeper(
            connection: "test", grant, at: try HTTPURL(server.url + "/token"),
            client: HTTPClient(), store: documents, clock: clock)
    }

    private let refresh = TokenGrant.refreshToken(
        clientID: "id", clientSecret: Secret("s"), refreshToken: Secret("first"))
    private let client = TokenGrant.clientCredentials(
        clientID: "id", clientSecret: Secret("s"), scope: nil)

    @Test("are bought once and used until they end")
    func expiry() async throws {
        let server = ScriptedServer.answering { _ in
            .text(#"{"access_token":"t","expires_in":3600}"#)
        }
        let keeper = try keeper(server, client)
        for _ in 0..<3 { _ = try await keeper.current() }
        #expect(server.requests.count == 1)
        try await clock.sleep(for: .seconds(3590))
        _ = try await keeper.current()
        #expect(server.requests.count == 2)
    }

    @Test("that are refused for good are not asked for again")
    func refused() async throws {
        let server = ScriptedServer.answering { _ in
            .text(#"{"error":"invalid_grant","error_description":"expired"}"#, 400)
        }
        let keeper = try keeper(server, refresh)
        for _ in 0..<5 {
            await #expect(throws: ConnectorError.self) { try await keeper.current() }
            try await clock.sleep(for: .seconds(86_400))
        }
        #expect(server.requests.count == 1)
    }

    @Test("are asked for again, with pauses, when the endpoint is down")
    func down() async throws {
        let isUp = Flag()
        let server = ScriptedServer.answering { _ in
            isUp.isSet ? .text(#"{"access_token":"t"}"#) : .text("down", 503)
        }
        let keeper = try keeper(server, refresh)
        for _ in 0..<100 {
            await #expect(throws: ConnectorError.self) { try await keeper.current() }
        }
        #expect(server.requests.count < 10)
        isUp.set()
        try await clock.sleep(for: .seconds(60))
        #expect(try await keeper.current().token.revealed == "t")
    }

    @Test("that rotate leave their successor in the store before they are used")
    func rotation() async throws {
        let count = Counter()
        let server = ScriptedServer.answering { request in
            count.add()
            let body = String(decoding: request.body, as: UTF8.self)
            let expected = count.value == 1 ? "first" : "next\(count.value - 1)"
            guard body.contains("refresh_token=\(expected)") else {
                return .text(#"{"error":"invalid_grant"}"#, 400)
            }
            return .text(#"{"access_token":"t","refresh_token":"next\#(count.value)"}"#)
        }
        _ = try await keeper(server, refresh).current()
        let kept = try await documents.document(kind: "refreshToken", key: "test")
        #expect(kept.map { String(decoding: $0.content, as: UTF8.self).contains("next1") } == true)
        // After a restart the successor is what counts.
        _ = try await keeper(server, refresh).current()
        #expect(server.requests.count == 2)
    }

    @Test("are not half understood", arguments: ["<html>", "{}", #"{"access_token":""}"#, ""])
    func nonsense(body: String) async throws {
        let server = ScriptedServer.answering { _ in .text(body) }
        let keeper = try keeper(server, client)
        await #expect(throws: ConnectorError.self) { try await keeper.current() }
    }
}
