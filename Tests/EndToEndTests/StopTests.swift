import Foundation
import Testing

extension EndToEnd {
    /// How the hub ends.
    @Suite("Stopping")
    struct StopTests {
        @Test(
            "SIGTERM finishes what is under way and exits with 0; the next run goes on from there")
        func stopsGracefully() throws {
            let folder = try TemporaryFolder()
            let project = try ExampleSetup(in: folder.url, accounts: 400)
            let sandbox = try SandboxProcess(
                ["salesforce", "sap", "--seed", project.seed.path], in: folder.url)
            let environment = sandbox.environment.merging([
                "CROSSDOCK_MANAGEMENT_PORT": "0", "CROSSDOCK_PROPERTIES_ACCOUNTS_DELAY": "100ms",
            ]) { $1 }
            let hub = try Program(["run", "routes"], in: project.url, environment: environment)
            let deadline = Date().addingTimeInterval(30)
            while try sandbox.records("A_BusinessPartner", of: "sap").isEmpty {
                try #require(hub.isRunning && Date() < deadline, "nothing arrives")
                usleep(10_000)
            }
            hub.terminate()
            let end = hub.wait()
            #expect(end.status == 0, "\(end.errors.suffix(2_000))")

            let rest = try Program.run(
                ["run", "routes", "--until-idle"], in: project.url, environment: environment)
            #expect(rest.status == 0, "\(rest.errors.suffix(2_000))")
            let partners = try sandbox.records("A_BusinessPartner", of: "sap")
            #expect(partners.count == 400)
            let creates = try sandbox.effects(of: "sap").filter {
                $0["op"] as? String == "create" && $0["object"] as? String == "A_BusinessPartner"
            }
            #expect(creates.count == 400)
        }

        @Test("A run until idle ends when a log-in is refused, and says so by its exit code")
        func endsAtARefusal() throws {
            let folder = try TemporaryFolder()
            let project = try ExampleSetup(in: folder.url, accounts: 10)
            let sandbox = try SandboxProcess(
                ["salesforce", "sap", "--seed", project.seed.path], in: folder.url)
            let environment = sandbox.environment.merging([
                "CROSSDOCK_MANAGEMENT_PORT": "0", "SALESFORCE_CLIENT_SECRET": "wrong",
            ]) { $1 }
            let run = try Program.run(
                ["run", "routes", "--until-idle"], in: project.url, environment: environment)
            #expect(run.status == 77)
            #expect(run.errors.contains("CD3103"))
        }

        @Test("A hub whose systems are away runs, says so, and goes on when they are back")
        func outlivesItsSystems() throws {
            let folder = try TemporaryFolder()
            let project = try ExampleSetup(in: folder.url, accounts: 50)
            let sandbox = try SandboxProcess(
                ["salesforce", "sap", "--seed", project.seed.path], in: folder.url)
            try sandbox.setFaults(
                #"[{"path":"/sap/*","fault":"status","status":503}]"#, of: "sap")
            let ready = folder.url.appendingPathComponent("hub.json")
            let environment = sandbox.environment.merging([
                "CROSSDOCK_MANAGEMENT_PORT": "0", "CROSSDOCK_PROPERTIES_ACCOUNTS_DELAY": "100ms",
            ]) { $1 }
            let hub = try Program(
                ["run", "routes", "--ready-file", ready.path], in: project.url,
                environment: environment)
            defer { hub.kill() }
            let deadline = Date().addingTimeInterval(60)
            while !FileManager.default.fileExists(atPath: ready.path) {
                try #require(hub.isRunning && Date() < deadline)
                usleep(20_000)
            }
            while try sandbox.answers(503, of: "sap") < 3 {
                try #require(hub.isRunning && Date() < deadline, "SAP is not asked")
                usleep(20_000)
            }
            #expect(try sandbox.records("A_BusinessPartner", of: "sap").isEmpty)
            try sandbox.setFaults("[]", of: "sap")
            while try sandbox.records("A_BusinessPartner", of: "sap").count < 50 {
                try #require(hub.isRunning && Date() < deadline, "what had waited does not arrive")
                usleep(50_000)
            }
        }
    }
}
