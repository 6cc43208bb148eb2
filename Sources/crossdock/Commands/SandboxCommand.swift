internal import ArgumentParser
internal import CrossdockHub
internal import CrossdockSandbox

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serves vendor systems on loopback, in their wire formats.",
        discussion: """
            Runs until interrupted. Addresses and credentials are written to the ready file as JSON, to \
            the env file as shell variables.

            EXAMPLE
              crossdock sandbox salesforce sap --port 8081 --ready-file ready.json
            """)

    @Argument(help: "Systems to serve; all without one.")
    var systems: [String] = []
    @Option(help: "First port; each system takes the next. 0 takes free ones.")
    var port = 0
    @Option(help: "First port for TLS; 0 takes free ones.")
    var tlsPort: Int?
    @Option(
        help: "Port of a CONNECT proxy that leads the vendors' host names here; 0 takes a free one."
    )
    var proxyPort: Int?
    @Option(help: "A folder with <system>/<Object>.jsonl to load.")
    var seed: String?
    @Option(help: "Make that many records.")
    var records: Int?
    @Option(help: "Keep the records in this folder.")
    var data: String?
    @Option(help: "A file with faults to begin with.")
    var faults: String?
    @Option(help: "Write addresses and credentials here, as JSON, when ready.")
    var readyFile: String?
    @Option(help: "Write addresses and credentials here, as shell variables, when ready.")
    var envFile: String?

    func run() async throws {
        var options = SandboxOptions(systems.isEmpty ? Sandbox.systemNames : systems)
        options.port = port
        options.tlsPort = tlsPort
        options.proxyPort = proxyPort
        options.seed = seed
        options.records = records
        options.data = data
        options.faults = faults
        let logger = HubLogging.logger("sandbox", LogChoice.standard)
        let sandbox = try await Sandbox.start(options, logger: logger)
        if let envFile { try SandboxEnvironment.write(sandbox.ready, to: envFile) }
        // Last, because whoever waits for this file reads the other one next.
        if let readyFile { try SandboxEnvironment.writeReady(sandbox.ready, to: readyFile) }
        for system in sandbox.ready.systems {
            Terminal.print("\(system.name) \(system.http)")
        }
        await Interruption.wait()
        await sandbox.stop()
    }
}
