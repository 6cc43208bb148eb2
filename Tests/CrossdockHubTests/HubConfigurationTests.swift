import CrossdockDiagnostics
import CrossdockHTTP
import CrossdockHub
import CrossdockSettings
import Foundation
import Testing

@Suite("The configuration")
struct HubConfigurationTests {
    private func load(
        _ text: String, flags: [(key: String, value: String, flag: String)] = [],
        environment: [String: String] = [:]
    ) throws -> HubConfiguration {
        let file = NSTemporaryDirectory() + "crossdock-\(UUID().uuidString).yaml"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try HubConfiguration.load(file: file, flags: flags, environment: environment)
    }

    @Test("A flag wins over a variable, a variable over the file, the file over the default")
    func precedence() throws {
        let file = "bus: {prefetchCount: 10}\n"
        let variable = ["CROSSDOCK_BUS_PREFETCH_COUNT": "20"]
        #expect(try load("").bus.prefetchCount == 1_600)
        #expect(try load(file).bus.prefetchCount == 10)
        #expect(try load(file, environment: variable).bus.prefetchCount == 20)
        let all = try load(
            file, flags: [("bus.prefetchCount", "30", "--prefetch")], environment: variable)
        #expect(all.bus.prefetchCount == 30)
        #expect("\(try #require(all.origins["bus.prefetchCount"]).source)" == "the flag --prefetch")
    }

    @Test("A connection takes secrets from the environment and shows them to nobody")
    func connections() throws {
        let text = """
            connections:
              crm:
                system: salesforce
                url: https://x.example
                auth: {kind: basic, username: u, password: "{{env:SECRET}}"}
            """
        let loaded = try load(text, environment: ["SECRET": "hunter2"])
        let connection = try #require(loaded.connections.byName["crm"])
        #expect(connection.auth?.password?.revealed == "hunter2")
        #expect(!"\(loaded.origins)".contains("hunter2"))
        let moved = try load(
            text,
            environment: ["SECRET": "s", "CROSSDOCK_CONNECTIONS_CRM_URL": "https://y.example"])
        #expect(moved.connections.byName["crm"]?.url == "https://y.example")
    }

    @Test(
        "What cannot be meant is refused with code, place and a way out",
        arguments: [
            ("buss: {}\n", "CD0101", "did you mean 'bus'?"),
            ("bus: {prefetchCnt: 1}\n", "CD0101", "did you mean 'prefetchCount'?"),
            ("bus: {prefetchCount: many}\n", "CD0103", ""),
            ("bus: {url: \"{{env:NOWHERE}}\"}\n", "CD0104", ""),
            ("bus: {url: \"amqp://u:p@broker.example\"}\n", "CD7101", "bus.password"),
            ("connections: {x: {system: sap, url: u, auth: {kind: basic}}}\n", "CD0103", ""),
            ("- a\n", "CD0103", ""),
        ])
    func refuses(_ text: String, _ code: String, _ help: String) {
        let error = #expect(throws: DiagnosticsError.self) { try load(text) }
        #expect(error?.code.id == code)
        #expect(error?.diagnostics.first?.help?.contains(help) ?? help.isEmpty)
    }

    @Test("All findings of a file are told at once")
    func allAtOnce() {
        let error = #expect(throws: DiagnosticsError.self) {
            try load("bus: {prefetchCount: 0}\nstate: {nothing: 1}\nlog: {level: loud}\n")
        }
        #expect(error?.diagnostics.count == 3)
    }

    @Test("A file that was named must be there")
    func missing() {
        let error = #expect(throws: DiagnosticsError.self) {
            try HubConfiguration.load(file: "/does/not/exist.yaml", environment: [:])
        }
        #expect(error?.code.id == "CD0111")
    }
}
