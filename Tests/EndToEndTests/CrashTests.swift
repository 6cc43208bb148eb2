import Foundation
import Testing

extension EndToEnd {
    /// The promise that everything rests on, tried by force.
    ///
    /// The hub is killed at random instants while records change at their source; the sandboxes, processes
    /// of their own, keep a ledger of every effect. Nothing of the product is asked whether it went well.
    @Suite("Crashes")
    struct CrashTests {
        /// `CROSSDOCK_KILLS` asks for a long campaign.
        private static let kills =
            ProcessInfo.processInfo.environment["CROSSDOCK_KILLS"].flatMap { Int($0) } ?? 30
        private static let accounts = 600

        @Test("Killed at any instant, the hub loses nothing and creates nothing twice")
        func survivesKills() throws {
            try campaign(kills: Self.kills, environment: [:])
        }

        @Test(
            "The same over a RabbitMQ broker",
            .enabled(if: Broker.url != nil, "CROSSDOCK_TEST_AMQP names no broker"))
        func survivesKillsOverRabbitMQ() throws {
            try campaign(
                kills: max(1, Self.kills / 3), environment: ["CROSSDOCK_BUS_URL": Broker.url ?? ""])
        }

        private func campaign(kills: Int, environment bus: [String: String]) throws {
            let folder = try TemporaryFolder()
            let project = try ExampleSetup(in: folder.url, accounts: Self.accounts)
            let sandbox = try SandboxProcess(
                ["salesforce", "sap", "--seed", project.seed.path], in: folder.url)
            var random = SplitMix(seed: 42)
            let arguments = ["run", "routes", "--until-idle", "--config", "crossdock.yaml"]
            let environment = sandbox.environment.merging(
                [
                    "CROSSDOCK_MANAGEMENT_PORT": "0",
                    "CROSSDOCK_PROPERTIES_ACCOUNTS_DELAY": "100ms",
                ]
            ) { $1 }.merging(bus) { $1 }

            for round in 0..<kills {
                let hub = try Program(arguments, in: project.url, environment: environment)
                // From the first instruction to well into the writing; reading begins after two seconds.
                usleep(
                    UInt32(
                        5_000 + random.next(below: round.isMultiple(of: 2) ? 1_200_000 : 4_000_000))
                )
                hub.kill()
                try change(&random, round, in: sandbox)
            }
            let last = try Program.run(arguments, in: project.url, environment: environment)
            #expect(last.status == 0, "\(last.errors.suffix(2_000))")
            try checkLedger(of: sandbox, kills: kills)
        }

        /// Somebody edits a few accounts while the hub is down.
        private func change(_ random: inout SplitMix, _ round: Int, in sandbox: SandboxProcess)
            throws
        {
            let accounts = try sandbox.records("Account", of: "salesforce")
            let edited = (0..<10).compactMap { _ -> [String: Any]? in
                let account = accounts[random.next(below: accounts.count)]
                guard let id = account["Id"] else { return nil }
                return ["Id": id, "Name": "Round \(round) Number \(random.next(below: 1_000_000))"]
            }
            try sandbox.load(edited, as: "Account", into: "salesforce")
        }

        private func checkLedger(of sandbox: SandboxProcess, kills: Int) throws {
            let accounts = try sandbox.records("Account", of: "salesforce")
            let partners = try sandbox.records("A_BusinessPartner", of: "sap")
            #expect(accounts.count == Self.accounts)
            #expect(partners.count == Self.accounts, "lost or doubled after \(kills) kills")

            let creates = try sandbox.effects(of: "sap").filter {
                $0["op"] as? String == "create" && $0["object"] as? String == "A_BusinessPartner"
            }
            let byKey = Dictionary(grouping: creates) { $0["externalId"] as? String ?? "" }
            #expect(byKey.values.allSatisfy { $0.count == 1 }, "a create was executed twice")
            #expect(byKey.count == Self.accounts)

            let names = Dictionary(
                partners.map { partner in
                    let first = partner["OrganizationBPName1"] as? String ?? ""
                    let second = partner["OrganizationBPName2"] as? String ?? ""
                    let name = second.isEmpty ? first : "\(first) \(second)"
                    return (partner["BusinessPartnerIDByExtSystem"] as? String ?? "", name)
                }, uniquingKeysWith: { one, _ in one })
            for account in accounts {
                let number = account["CustomerNumber__c"] as? String ?? ""
                let name = account["Name"] as? String ?? ""
                #expect(names[number] == name, "account \(number) is not what its partner says")
                #expect(
                    account["ChurnProbability__c"] as? Double != nil, "\(number) has no prediction")
            }
        }
    }
}

/// The example project in a folder, with a part of the telco customers and a trained model.
struct ExampleSetup {
    let url: URL
    var seed: URL { url.appendingPathComponent("seed") }

    init(in folder: URL, accounts: Int) throws {
        url = folder.appendingPathComponent("project")
        let made = try Program.run(["init", "project", "--example"], in: folder)
        try #require(made.status == 0, "\(made.errors)")
        let file = url.appendingPathComponent("seed/salesforce/Account.jsonl")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        try lines.prefix(accounts).joined(separator: "\n").write(
            to: file, atomically: true, encoding: .utf8)
        let trained = try Program.run(
            ["model", "train", "churn", "--data", "data/churn.jsonl", "--promote"], in: url)
        try #require(trained.status == 0, "\(trained.errors)")
    }
}

/// A small generator whose numbers are the same on every run.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(max(1, bound)))
    }
}
