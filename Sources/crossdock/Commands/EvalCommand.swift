internal import ArgumentParser
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockJSONata

struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Evaluates an expression over standard input.",
        discussion: """
            Prints the result as JSON, nothing for undefined; an error object and exit code 1 when the \
            expression fails.

            EXAMPLE
              echo '{"Name":"Acme"}' | crossdock eval --jsonata '$uppercase(Name)'
            """)

    @Option(help: "A JSONata expression.")
    var jsonata: String
    @Option(help: "Variables, as a JSON object.")
    var bindings: String?
    @Option(help: "How deeply evaluations may nest.")
    var maxDepth: Int?
    @Option(help: "Time allowed. Unit: milliseconds.")
    var timeLimit: Int?

    func run() async throws {
        var options = JSONataOptions.interactive
        if let maxDepth { options.limits.depth = maxDepth }
        if let timeLimit { options.limits.time = .milliseconds(max(0, timeLimit)) }
        let variables = try variables()
        guard let bytes = Terminal.readInput() else {
            throw ValidationError("standard input is larger than 1 GiB")
        }
        let input: JSONataValue =
            try Self.isBlank(bytes) ? .absent : .node(Self.document(bytes).root)
        do throws(JSONataError) {
            let result = try JSONata(jsonata).evaluate(input, bindings: variables, options: options)
            if let result { Terminal.print(result.jsonText) }
        } catch {
            Terminal.print(error.report.jsonText)
            throw ExitCode(Failure.findings)
        }
    }

    private static func isBlank(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { $0 <= 0x20 } }

    /// Text that is no JSON is bad data, not a failed expression.
    private static func document(_ bytes: [UInt8]) throws -> JSONDocument {
        try JSONDocument(bytes)
    }

    private func variables() throws -> JSONataBindings {
        guard let bindings else { return JSONataBindings() }
        guard let object = try? Value(json: bindings).object else {
            throw ValidationError("--bindings must be a JSON object")
        }
        return JSONataBindings(object)
    }
}
