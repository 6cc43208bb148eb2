internal import ArgumentParser
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockModels

struct ScoreRows: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Scores the JSON lines of standard input.",
        discussion: """
            Prints {"score","label","version","source","reasons"} per row. A row that cannot be scored \
            prints {"line","error"} in its place; the exit code is then 1.

            EXAMPLE
              crossdock model score churn@champion < accounts.jsonl
            """)

    @Argument(help: "NAME, NAME@ALIAS or NAME:VERSION.")
    var model: String
    @OptionGroup var options: ModelOptions
    @Option(help: "How many reasons to give at most; 0 for none.")
    var reasons = 5

    func run() async throws {
        let model = try options.registry.load(ModelReference(model))
        guard let input = Terminal.readInput() else {
            throw ValidationError("standard input is larger than 1 GiB; split it")
        }
        var failures = 0
        var output: [UInt8] = []
        var number = 0
        for line in input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if line.allSatisfy({ $0 <= 0x20 }) { continue }
            do {
                let document = try JSONDocument(Array(line))
                let prediction = try model.score(
                    document.root, reasons: reasons > 0 ? .top(reasons) : .none)
                prediction.value.writeJSON(to: &output)
            } catch let error as any Classified {
                failures += 1
                Self.failure(error, line: number).writeJSON(to: &output)
            }
            output.append(UInt8(ascii: "\n"))
            if output.count > 1 << 16 {
                Terminal.write(output)
                output.removeAll(keepingCapacity: true)
            }
        }
        Terminal.write(output)
        if failures > 0 { throw ExitCode(Failure.findings) }
    }

    private static func failure(_ error: any Classified, line: Int) -> Value {
        let details = ValueObject([
            ("code", .string(error.code.id)), ("message", .string(error.message)),
        ])
        return .object(ValueObject([("line", .integer(line)), ("error", .object(details))]))
    }
}
