import Foundation
import Testing

extension EndToEnd {
    /// The main job, as `make demo` runs it.
    @Suite("Demo")
    struct DemoTests {
        @Test("All accounts arrive equal, and a second run changes nothing")
        func runsTwice() throws {
            let folder = try TemporaryFolder()
            try check(["--state", "state"], in: folder)
        }

        @Test(
            "The same over a RabbitMQ broker",
            .enabled(if: Broker.url != nil, "CROSSDOCK_TEST_AMQP names no broker"))
        func runsOverRabbitMQ() throws {
            let folder = try TemporaryFolder()
            try check(["--state", "state", "--bus", Broker.url ?? ""], in: folder)
        }

        private func check(_ options: [String], in folder: TemporaryFolder) throws {
            let first = try report(options, in: folder)
            for name in ["published", "mapped", "scored", "created", "echoes", "compared", "equal"]
            {
                #expect(first[name] as? Int == 7_043, "\(name) of the first run")
            }
            #expect(first["read"] as? Int == 2 * 7_043)
            #expect(first["updated"] as? Int == 0)
            #expect(first["failed"] as? Int == 0)
            #expect((first["auc"] as? Double ?? 0) > 0.82)
            // The promise is 150 MB; what the machine's libraries take differs a little.
            #expect((first["peakRSSBytes"] as? Int ?? .max) < 165_000_000)

            let second = try report(options, in: folder)
            for name in ["published", "mapped", "scored", "created", "updated", "failed"] {
                #expect(second[name] as? Int == 0, "\(name) of the second run")
            }
            #expect(second["compared"] as? Int == 7_043)
            #expect(second["equal"] as? Int == 7_043)
            #expect(second["auc"] as? Double == first["auc"] as? Double)
        }

        private func report(
            _ options: [String], in folder: TemporaryFolder
        ) throws -> [String: Any] {
            let run = try Program.run(["demo", "--json"] + options, in: folder.url)
            try #require(run.status == 0, "\(run.errors.suffix(2_000))")
            let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
            return try #require(json as? [String: Any])
        }
    }
}
