internal import ArgumentParser
internal import CrossdockData
internal import CrossdockHub

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks whether everything is there that a hub needs.",
        discussion: """
            Changes nothing. Exit code 1 when something has to be put right here, 69 when only a remote \
            system does not answer. --probe asks a running hub instead, for container health checks: 0 \
            when it is ready, 1 when not.

            EXAMPLE
              crossdock doctor
              crossdock doctor --probe http://127.0.0.1:9876
            """)

    @Option(help: "Ask the hub whose management listener is here whether it is ready.")
    var probe: String?
    @Flag(help: "Print a JSON line per check.")
    var jsonl = false
    @OptionGroup var project: ProjectOptions

    func run() async throws {
        if let probe {
            let answer = await HubProbe.ask(probe)
            if answer.isReady {
                Terminal.print(answer.detail)
            } else {
                Terminal.error(answer.detail)
            }
            guard answer.isReady else { throw ExitCode(Failure.findings) }
            return
        }
        var failures: [Checkup] = []
        await Doctor(configurationFile: project.config).run { checkup in
            if checkup.verdict == .fail { failures.append(checkup) }
            show(checkup)
        }
        guard !failures.isEmpty else { return }
        throw ExitCode(
            failures.allSatisfy(\.isRemote) ? Failure.unavailable : Failure.findings)
    }

    private func show(_ checkup: Checkup) {
        if jsonl { return Terminal.print(checkup.value.jsonText) }
        let mark = checkup.verdict.rawValue
        let pad = String(repeating: " ", count: max(1, 6 - mark.count))
        let help = checkup.help.map { "; \($0)" } ?? ""
        Terminal.print("\(mark)\(pad)\(checkup.name): \(checkup.detail)\(help)")
    }
}
