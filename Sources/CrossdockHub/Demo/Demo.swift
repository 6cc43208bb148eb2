internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockMapping
internal import CrossdockModels
internal import CrossdockSandbox
internal import CrossdockSettings
public import Logging
internal import Synchronization

/// The main job against sandboxes of this process: the example project, run and then checked.
///
/// Nothing here is special: the files are those of `crossdock init --example`, the hub is the one of
/// `crossdock run`.
public struct Demo: Sendable {
    public struct Options: Sendable {
        /// A broker for `bus:`; empty for the embedded bus.
        public var busURL = ""
        /// Where project, state and sandboxes live from run to run; nil for a folder that goes away.
        public var stateFolder: String?
        /// Whether to keep hub and sandboxes running after the check.
        public var keep = false
        public var isTerminal = false

        public init() {}
    }

    private let options: Options
    private let folder: String
    private let logger: Logger
    /// Shows text to the person who waits.
    private let say: @Sendable (String) -> Void

    private var project: ProjectFolder { ProjectFolder("\(folder)/project") }

    /// Runs the demo.
    ///
    /// - Parameters:
    ///   - say: Shows progress; lines end in LF.
    ///   - report: Gets the result before a kept hub goes on running.
    /// - Throws: Whatever keeps it from being run to its end.
    public static func run(
        _ options: Options, logger: Logger, say: @escaping @Sendable (String) -> Void,
        report: @Sendable (DemoReport) -> Void
    ) async throws {
        let folder: String
        if let given = options.stateFolder {
            folder = given
        } else {
            folder = try TemporaryFolder.make()
        }
        defer { if options.stateFolder == nil { TemporaryFolder.remove(folder) } }
        let demo = Demo(options: options, folder: folder, logger: logger, say: say)
        try await demo.run(report)
    }

    private func run(_ report: @Sendable (DemoReport) -> Void) async throws {
        let sandboxData = options.stateFolder.map { "\($0)/sandbox" }
        let isFirst = sandboxData.map { !ProjectFile.exists($0) } ?? true
        try ExampleProject.write(to: project.root, replacing: true)
        let auc = try trainOnce()
        var sandboxOptions = SandboxOptions(["salesforce", "sap"])
        sandboxOptions.tlsPort = nil
        sandboxOptions.data = sandboxData
        if isFirst { sandboxOptions.seed = project.path("seed") }
        ProcessMemory.release()
        say("starting a Salesforce and an S/4HANA sandbox\n")
        let sandbox = try await Sandbox.start(sandboxOptions, logger: logger)
        do {
            let configuration = try configuration(for: sandbox)
            var result = try await move(configuration, sandbox)
            result.auc = auc
            try compare(sandbox, &result)
            result.peakRSSBytes = ProcessMemory.peak ?? 0
            report(result)
            if options.keep { try await keepRunning(configuration, sandbox) }
        } catch {
            await sandbox.stop()
            throw error
        }
        await sandbox.stop()
    }

    // MARK: Parts

    /// Trains the model if there is none yet.
    ///
    /// - Returns: Area under the curve of the champion on the customers held out.
    private func trainOnce() throws -> Double {
        let registry = ModelRegistry(directory: project.path("models"))
        let champion = try ModelReference("churn@champion")
        if (try? registry.resolve(champion)) == nil {
            say("training the churn model on \(DemoProgress.grouped(DemoTable.rows)) customers\n")
            let path = project.path("models/churn/model.yaml")
            let spec = try ModelSpec(yaml: TextFile.read(path), file: path)
            let data = TrainingData.detecting(
                try TextFile.bytes(project.path("data/churn.jsonl")))
            let candidate = try Trainer().train(spec, on: data, seed: nil)
            let version = try registry.register(
                candidate, by: ProjectText.userName, reason: "demo")
            try registry.promote(
                "churn", version: version, by: ProjectText.userName, reason: "demo")
        }
        let metrics = try registry.card(champion).object?["evaluation"]?.object?["metrics"]?.object
        return metrics?["auc"]?.object?["value"]?.number?.double ?? 0
    }

    private func configuration(for sandbox: Sandbox) throws -> HubConfiguration {
        var environment = Dictionary(
            SandboxEnvironment.variables(of: sandbox.ready).map { ($0.name, $0.value) }
        ) { _, last in last }
        environment["CROSSDOCK_PROPERTIES_ACCOUNTS_DELAY"] = "100ms"
        environment["CROSSDOCK_MANAGEMENT_PORT"] = "0"
        environment["CROSSDOCK_STATE_DIR"] = options.stateFolder == nil ? "state" : "../state"
        if !options.busURL.isEmpty { environment["CROSSDOCK_BUS_URL"] = options.busURL }
        return try HubConfiguration.load(
            file: project.path("crossdock.yaml"), environment: environment)
    }

    private func move(
        _ configuration: HubConfiguration, _ sandbox: Sandbox
    ) async throws -> DemoReport {
        let steps = StepCounter()
        let hub = try await Hub.open(
            configuration, in: project, routes: configuration.routes, logger: logger,
            stepObservers: [steps])
        let before = try Ledger(sandbox.journal(of: "sap")).last
        let clock = ContinuousClock()
        let start = clock.now
        let total = DemoTable.rows
        say("moving \(DemoProgress.grouped(total)) accounts over \(busName)\n")
        try await hub.start()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let progress = DemoProgress(
                    total: total, isTerminal: options.isTerminal, write: say)
                await progress.run { steps.successes(of: DemoSteps.writeBack) }
            }
            group.addTask {
                await Interruption.wait(); hub.stop()
            }
            defer { group.cancelAll() }
            try await hub.run(untilIdle: true)
        }
        let elapsed = clock.now - start
        var report = DemoReport()
        let (seconds, attoseconds) = elapsed.components
        report.seconds = Double(seconds) + Double(attoseconds) * 1e-18
        for route in hub.routes where route.id == DemoSteps.reading {
            report.published = Int(clamping: route.received)
            report.echoes = Int(clamping: route.echoes)
            report.read = Int(clamping: route.received &+ route.echoes)
        }
        report.mapped = steps.successes(of: DemoSteps.mapping)
        report.scored = steps.successes(of: DemoSteps.scoring)
        report.failed = try await hub.deadLetterCount()
        await hub.close()
        if Interruption.wasRequested { throw CancellationError() }
        let ledger = try Ledger(sandbox.journal(of: "sap", after: before))
        report.created = ledger.count("create", "A_BusinessPartner")
        report.updated = ledger.count("update", "A_BusinessPartner")
        return report
    }

    private var busName: String {
        options.busURL.isEmpty ? "the embedded bus" : URLText.withoutPassword(options.busURL)
    }

    private func compare(_ sandbox: Sandbox, _ report: inout DemoReport) throws {
        let mapping = try MappingFolder(project).load(
            project.path("mappings/account-to-business-partner.yaml"))
        let model = try ModelRegistry(directory: project.path("models")).load(
            ModelReference("churn@champion"))
        var comparison = try DemoComparison(
            mapping: mapping.compiled(.toRight), model: model,
            partners: sandbox.records(of: "A_BusinessPartner", in: "sap"),
            addresses: sandbox.records(of: "A_BusinessPartnerAddress", in: "sap"))
        try comparison.compare(accounts: sandbox.records(of: "Account", in: "salesforce"))
        report.compared = comparison.compared
        report.equal = comparison.equal
        report.differences = comparison.differences
    }

    private func keepRunning(_ configuration: HubConfiguration, _ sandbox: Sandbox) async throws {
        let hub = try await Hub.open(
            configuration, in: project, routes: configuration.routes, logger: logger)
        try await hub.start()
        for system in sandbox.ready.systems { say("\(system.name) \(system.http)\n") }
        say("hub http://127.0.0.1:\(hub.managementPort ?? 0)/observe/health, files \(folder)\n")
        say("running until interrupted; change an account and see it arrive\n")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await Interruption.wait(); hub.stop()
            }
            defer { group.cancelAll() }
            try await hub.run()
        }
        await hub.close()
    }
}

/// Ids in the example's routes.
enum DemoSteps {
    static let reading = "accounts-from-salesforce"
    static let scoring = "score"
    static let mapping = "map"
    static let writeBack = "write-back"
}

/// Counts the steps that went well, by their ids.
final class StepCounter: StepObserver {
    private let counts = Mutex<[String: Int]>([:])

    func enters(_ step: String, _ exchange: Exchange) {}

    func leaves(_ step: String, _ exchange: Exchange, error: (any Error)?) {
        guard error == nil else { return }
        counts.withLock { $0[step, default: 0] += 1 }
    }

    func successes(of step: String) -> Int { counts.withLock { $0[step] ?? 0 } }
}

/// What a sandbox says that it did.
private struct Ledger {
    private var effects: [String: Int] = [:]
    /// The number of the last entry.
    private(set) var last = 0

    /// - Parameter lines: The journal as JSON lines.
    init(_ lines: [UInt8]) throws {
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            let entry = try JSONDocument(Array(line)).root
            last = entry["seq"]?.number?.int ?? last
            guard entry["kind"]?.string == "effect", let operation = entry["op"]?.string,
                let object = entry["object"]?.string
            else { continue }
            effects["\(operation) \(object)", default: 0] += 1
        }
    }

    func count(_ operation: String, _ object: String) -> Int {
        effects["\(operation) \(object)"] ?? 0
    }
}
