internal import ArgumentParser
internal import CrossdockDiagnostics
internal import CrossdockHub
internal import Logging
internal import Synchronization

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "Moves 7,043 accounts from a Salesforce to an S/4HANA sandbox, scored, and checks them.",
        discussion: """
            Everything it needs is in this program. It exits with 0 only if every field of every record \
            is equal on both sides. A second run over the same --state changes nothing.

            EXAMPLE
              crossdock demo --bus amqp://guest:guest@127.0.0.1:5672
            """)

    @Option(help: "A RabbitMQ broker; the embedded bus without it.")
    var bus = ""
    @Option(help: "A folder that keeps project, state and sandboxes from run to run.")
    var state: String?
    @Flag(help: "Keep hub and sandboxes running until interrupted.")
    var keep = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        var options = Demo.Options()
        options.busURL = bus
        options.stateFolder = state
        options.keep = keep
        options.isTerminal = Terminal.errorIsTerminal
        let isClean = Atomic(false)
        let json = json
        try await Demo.run(
            options,
            logger: HubLogging.logger(
                "crossdock", LogChoice(level: .warning, json: !options.isTerminal)),
            say: { Terminal.write($0, to: 2) }
        ) { report in
            Self.show(report, json: json)
            isClean.store(report.isClean, ordering: .relaxed)
        }
        guard isClean.load(ordering: .relaxed) else { throw ExitCode(Failure.findings) }
    }

    private static func show(_ report: DemoReport, json: Bool) {
        if json {
            Terminal.write(report.json + [0x0A])
        } else {
            let width = report.figures.map(\.name.count).max() ?? 0
            for (name, text) in report.figures {
                Terminal.print(
                    "  " + name + String(repeating: " ", count: width + 2 - name.count)
                        + String(repeating: " ", count: max(0, 9 - text.count)) + text)
            }
            if report.changedNothing, report.isClean {
                Terminal.print("Nothing had changed, and nothing was changed.")
            } else if report.isClean {
                Terminal.print("Every account is in SAP and scored; every field is equal.")
            }
        }
        guard !report.isClean else { return }
        Failure.report(
            Diagnostic(
                .demoFailed,
                "\(report.compared - report.equal) of \(report.compared) records differ, "
                    + "\(report.failed) failed"))
        for difference in report.differences { Terminal.error("    \(difference)") }
    }
}
