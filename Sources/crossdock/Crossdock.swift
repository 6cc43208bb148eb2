internal import ArgumentParser
internal import CrossdockDiagnostics
internal import CrossdockHub

/// The command line. Data goes to standard output, everything else to standard error.
@main
struct Crossdock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crossdock",
        abstract: "Keeps CRM and ERP records in step, and lets models score them on the way.",
        discussion: """
            Routes are Camel YAML DSL in routes/*.camel.yaml, mappings are rows in mappings/*.yaml; \
            crossdock.yaml holds connections and settings.

            EXAMPLE
              crossdock init hub --example        a project to begin with
              crossdock lint && crossdock test    what is wrong with it, before it runs
              crossdock sandbox salesforce sap    vendor systems on loopback, to try it against
              crossdock run routes                runs it
              crossdock map FILE < in > out       a mapping over files
            """,
        version: HubVersion.current,
        subcommands: [
            DemoCommand.self, InitCommand.self, RunCommand.self,
            LintCommand.self, TestCommand.self,
            MapCommand.self, EvalCommand.self, ModelCommand.self,
            SandboxCommand.self, SendCommand.self, ListCommand.self, DoctorCommand.self,
            ExplainCommand.self, ConfigCommand.self, CompletionCommand.self,
        ])

    static func main() async {
        ProcessMemory.keepSmall()
        ignoreBrokenPipes()
        do {
            try refuseUnknownCommand(CommandLine.arguments.dropFirst().first)
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as any Classified {
            Failure.report(error)
            exit(withError: ExitCode(Failure.exitCode(for: error.code)))
        } catch {
            exit(withError: error)
        }
    }

    /// The library says "unexpected argument" where a word was meant; we say which.
    private static func refuseUnknownCommand(_ word: String?) throws {
        guard let word, !word.hasPrefix("-"), word != "help" else { return }
        let known = configuration.subcommands.flatMap {
            [$0._commandName] + $0.configuration.aliases
        }
        guard !known.contains(word) else { return }
        let hint = Suggestion.help(for: word, in: known) ?? "see crossdock --help"
        throw ValidationError("'\(word)' is no command; \(hint)")
    }
}
