internal import ArgumentParser
internal import CrossdockData
internal import CrossdockDiagnostics

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explains a code that a message names.",
        discussion: "EXAMPLE\n  crossdock explain CD2104")

    @Argument(help: "A code, such as CD2104; without one all are listed.")
    var code: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        guard let code else {
            for code in KnownCodes.all { Terminal.print("\(code.id)  \(code.title)") }
            return
        }
        guard let found = KnownCodes.all.first(where: { $0.id == code.uppercased() }) else {
            let hint = Suggestion.help(for: code, in: KnownCodes.all.map(\.id))
            throw ValidationError(
                "'\(code)' is no code of Crossdock; \(hint ?? "crossdock explain lists them all")")
        }
        if json {
            Terminal.print(
                Value.object(
                    ValueObject([
                        ("code", .string(found.id)), ("title", .string(found.title)),
                        ("explanation", .string(found.explanation)),
                    ])
                ).jsonText)
        } else {
            Terminal.print("\(found.id): \(found.title)\n\n\(found.explanation)")
        }
    }
}
