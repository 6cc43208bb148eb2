internal import ArgumentParser
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHub

struct LintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Checks configuration, routes, mappings and model specs.",
        discussion: """
            Nothing is connected to. Without paths the whole project is checked. Exit code 1 when there \
            are errors; warnings alone are 0.

            EXAMPLE
              crossdock lint
              crossdock lint mappings routes/orders.camel.yaml --format json
            """)

    enum Format: String, CaseIterable { case human, json }

    @Argument(help: "Files and folders; the whole project without one.")
    var paths: [String] = []
    @Option(help: "human or json.", transform: Choice.read)
    var format = Format.human
    @OptionGroup var project: ProjectOptions

    func run() async throws {
        let lint = try ProjectLint(paths, configurationFile: project.config)
        switch format {
        case .json: Terminal.print(Value.array(lint.findings.map(Self.value)).jsonText)
        case .human:
            for finding in lint.findings { Terminal.print(Failure.text(of: finding)) }
            Terminal.error(
                "\(Count.of(lint.errorCount, "error")), \(Count.of(lint.warningCount, "warning")) "
                    + "in \(Count.of(lint.fileCount, "file"))")
        }
        guard lint.errorCount == 0 else { throw ExitCode(Failure.findings) }
    }

    private static func value(_ finding: Diagnostic) -> Value {
        let span = finding.span
        func number(_ value: Int?) -> Value { value.map { .integer($0) } ?? .null }
        return [
            "file": span.map { .string($0.file) } ?? .null,
            "line": number(span?.line), "column": number(span?.column),
            "endLine": number(span?.endLine), "endColumn": number(span?.endColumn),
            "code": .string(finding.code.id), "severity": .string(finding.severity.rawValue),
            "message": .string(finding.message), "help": finding.help.map { .string($0) } ?? .null,
        ]
    }
}

/// `1 file`, `2 files`.
enum Count {
    static func of(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
