internal import ArgumentParser
internal import CrossdockDiagnostics
internal import CrossdockHub
internal import CrossdockMapping

struct MapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map", abstract: "Applies a mapping to records.",
        subcommands: [MapRunCommand.self], defaultSubcommand: MapRunCommand.self)
}

struct MapRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Maps standard input to standard output.",
        discussion: """
            A record that fails goes to the rejects with its reason, and the run goes on. Exit code 0, \
            1 when records were rejected, 65 for input that is not of its format, 78 for a mapping that \
            cannot be used.

            EXAMPLE
              crossdock map mappings/account.yaml < accounts.jsonl > partners.jsonl
              crossdock map mappings/account.yaml --in csv --out odata-v2 --rejects rejects.jsonl
            """)

    @Argument(help: "The mapping file.")
    var file: String
    @Flag(help: "Map the right object back to the left one.")
    var reverse = false
    @Option(
        name: .customLong("in"), help: "Format of the input: jsonl, json, csv or xml.",
        transform: Choice.read)
    var input = RecordInput.jsonl
    @Option(
        name: .customLong("out"),
        help: "Format of the output: jsonl, json, csv, xml, odata-v2 or odata-v4.",
        transform: Choice.read)
    var output = RecordOutput.jsonl
    @Option(help: "Write records that failed here, as JSON lines that only their owner may read.")
    var rejects: String?
    @Option(help: "A state folder that answers 'xref'; no hub may be running on it.")
    var state: String?

    /// Failures that are told one by one; the rejects file has them all.
    private static let mostTold = 20

    func run() async throws {
        let mapping = try MappingFolder(ProjectFolder()).load(file)
        let compiled = try mapping.compiled(reverse ? .toLeft : .toRight)
        let services = try await MappingTools.services(for: mapping, state: state)
        var source = FileStream.standardInput
        var target = StandardOutput()
        var rejected = try RejectsFile(rejects)
        var told = 0
        let report = try MapRun(
            compiled, MapRun.Options(input: input, output: output), services: services
        ).run(&source, &target, rejects: &rejected) { line, failure in
            told += 1
            guard told <= Self.mostTold else { return }
            let field = failure.field.map { "'\($0)': " } ?? ""
            Terminal.error(
                Diagnostic(
                    failure.code, "record \(line), \(field)\(failure.reason)",
                    at: failure.mappingLine.map { SourceSpan(file: file, line: $0, column: 1) }
                ).rendered())
        }
        guard report.rejected > 0 else { return }
        if told > Self.mostTold { Terminal.error("… and \(told - Self.mostTold) more") }
        Terminal.error(
            "\(report.rejected) of \(report.read) records rejected"
                + (rejects.map { ", see \($0)" } ?? ""))
        throw ExitCode(Failure.findings)
    }
}
