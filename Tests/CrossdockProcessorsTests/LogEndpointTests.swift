import CrossdockCore
import CrossdockData
import CrossdockTesting
import Logging
import Testing

@Suite("log:")
struct LogEndpointTests {
    private static func lines(
        _ options: String, bodies: [String] = ["x"], headers: [(String, Value)] = [],
        debug: Bool = false
    ) async throws -> [String] {
        var setup = TestHub.Setup()
        if debug { setup.logLevel = .debug }
        let hub = try await TestHub(
            route: "- from: { uri: direct:in, steps: [ { to: 'log:audit?\(options)' } ] }", setup)
        let before = hub.log.lines.count
        for body in bodies { try await hub.send(.text(body), headers: headers, to: "direct:in") }
        let lines = hub.log.lines.dropFirst(before).filter { $0.contains("log.name=audit") }
        await hub.stop()
        return Array(lines)
    }

    @Test("A message is one line with kind and body, on the level that is asked for")
    func line() async throws {
        let lines = try await Self.lines("level=WARN", bodies: ["a\nb"])
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("warning Exchange[BodyType: String, Body: ab] ") == true)
    }

    @Test("What is below the level of the hub is not written")
    func level() async throws {
        #expect(try await Self.lines("level=DEBUG").isEmpty)
        #expect(try await Self.lines("level=OFF", debug: true).isEmpty)
        #expect(try await Self.lines("level=DEBUG", debug: true).count == 1)
    }

    @Test("Headers are shown where asked for, secret ones never")
    func secrets() async throws {
        let headers: [(String, Value)] = [
            ("color", "red"), ("Authorization", "Bearer abc"), ("x-api-key", "def"),
            ("refreshToken", "ghi"),
        ]
        let shown = try await Self.lines("showHeaders=true", headers: headers)
        #expect(shown.first?.contains("color=red") == true)
        for secret in ["abc", "def", "ghi"] {
            #expect(shown.first?.contains(secret) == false, "\(secret)")
        }
        let plain = try await Self.lines("showBody=true", headers: headers)
        #expect(plain.first?.contains("red") == false)
    }

    @Test("A long body is clipped")
    func clipped() async throws {
        let lines = try await Self.lines("maxChars=5", bodies: ["abcdefghij"])
        #expect(lines.first?.contains("abcde… [Body clipped after 5 characters]") == true)
        #expect(lines.first?.contains("abcdef") == false)
    }

    @Test("Groups of messages are counted in place of being shown")
    func groups() async throws {
        let lines = try await Self.lines("groupSize=3", bodies: Array(repeating: "x", count: 7))
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.contains("messages received") && $0.contains("count=3") })
    }
}
