import CrossdockCore
import CrossdockData
import CrossdockDiagnostics
import CrossdockHTTP
import CrossdockSandbox
import CrossdockSettings
import CrossdockTesting
import Testing

private let limits = "limits"

@Suite("Logging in to Salesforce")
struct SalesforceLoginTests {
    @Test("works with client credentials, a signed assertion and a refresh token")
    func kinds() async throws {
        for kind in [AuthSettings.Kind.clientCredentials, .jwtBearer, .refreshToken] {
            let org = try await Org { auth, access in
                auth.kind = kind
                auth.username = access["username"]
                auth.privateKeyFile = access["privateKeyFile"]
                auth.refreshToken = access["refreshToken"].map { Secret($0) }
            }
            let answer = try await org.send(.null, to: limits)
            #expect(answer["DailyApiRequests"] != nil)
            await org.sandbox.stop()
        }
    }

    @Test("happens once, however many calls wait for it")
    func singleFlight() async throws {
        let org = try await Org()
        let producer = try await org.producer(limits)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask { _ = try? await org.reply(of: producer, to: .null) }
            }
        }
        #expect(try org.requests("/oauth2/token").count == 1)
        #expect(try org.requests("/limits").count == 50)
        await org.sandbox.stop()
    }

    @Test("with a wrong secret is refused once and not tried again and again")
    func wrongSecret() async throws {
        let org = try await Org { auth, _ in auth.clientSecret = Secret("wrong") }
        for _ in 0..<5 {
            do {
                try await org.send(.null, to: limits)
                Issue.record("it succeeded")
            } catch let error as ConnectorError {
                #expect(error.code == .loginRefused)
                #expect(!error.description.contains("wrong"))
            }
        }
        #expect(try org.requests("/oauth2/token").count == 1)
        await org.sandbox.stop()
    }

    @Test("with a token that rotates keeps the successor, also over a restart")
    func rotation() async throws {
        let store = MemoryStateStore()
        let org = try await Org(store: store) { auth, access in
            auth.kind = .refreshToken
            auth.refreshToken = access["refreshToken"].map { Secret($0) }
        }
        try org.faults(
            #"""
            [{"path":"*/oauth2/token","fault":"token.rotation"},
             {"path":"*/limits","fault":"expireToken","times":2}]
            """#)
        for _ in 0..<3 { try await org.send(.null, to: limits) }
        #expect(try org.requests("/oauth2/token").count >= 2)
        let document = try await store.document(kind: "refreshToken", key: "salesforce")
        #expect(document != nil)
        await org.sandbox.stop()
    }
}
