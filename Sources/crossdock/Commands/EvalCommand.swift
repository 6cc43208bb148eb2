internal import ArgumentParser
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHub
internal import CrossdockJSONata

struct EvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Evaluates an expression over standard input.",
        discussion: """
            Prints the result as JSON, nothing for undefined; an error object and exit code 1 when the \
            expression fails. JSONPath is that of RFC 9535 and prints the list of what it finds; XPath \
            prints a list of texts for nodes. Simple sees the input as body, the bindings as headers.

            EXAMPLE
              echo '{"Name":"Acme"}' | crossdock eval --jsonata '$uppercase(Name)'
              echo '{"Name":"Acme"}' | crossdock eval --jsonpath '$..Name'
              echo '<a><b>1</b></a>' | crossdock eval --xpath 'count(//b)'
              echo 'Acme' | crossdock eval --simple '${header.greeting} ${body}' \\
                --bindings '{"greeting":"Hello"}'
            """)

    @Option(help: "A JSONata expression.")
    var jsonata: String?
    @Option(help: "An expression of Camel's simple language.")
    var simple: String?
    @Option(help: "A JSONPath query.")
    var jsonpath: String?
    @Option(help: "An XPath 1.0 expression.")
    var xpath: String?
    @Option(help: "Variables, or headers for simple, as a JSON object.")
    var bindings: String?
    @Option(help: "How deeply JSONata evaluations may nest.")
    var maxDepth: Int?
    @Option(help: "Time allowed for JSONata. Unit: milliseconds.")
    var timeLimit: Int?

    func validate() throws {
        guard [jsonata, simple, jsonpath, xpath].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("give one of --jsonata, --simple, --jsonpath, --xpath")
        }
        guard jsonata != nil || (maxDepth == nil && timeLimit == nil) else {
            throw ValidationError("--max-depth and --time-limit are for --jsonata")
        }
        guard jsonpath == nil || bindings == nil else {
            throw ValidationError("a JSONPath query has no variables: --bindings is not for it")
        }
        _ = try variables()
    }

    func run() async throws {
        guard let input = Terminal.readInput() else {
            throw ValidationError("standard input is larger than 1 GiB")
        }
        if let jsonata { return try evaluate(jsonata, input) }
        do {
            let result =
                if let simple {
                    try ExpressionTrial.simple(simple, body: input, headers: try variables())
                } else if let jsonpath {
                    try ExpressionTrial.jsonPath(jsonpath, in: input)
                } else {
                    try ExpressionTrial.xPath(xpath ?? "", in: input, variables: try variables())
                }
            Terminal.print(result.jsonText)
        } catch let failure as ExpressionTrial.Failure {
            Terminal.print(failure.report.jsonText)
            throw ExitCode(Failure.findings)
        }
    }

    private func evaluate(_ expression: String, _ bytes: [UInt8]) throws {
        var options = JSONataOptions.interactive
        if let maxDepth { options.limits.depth = maxDepth }
        if let timeLimit { options.limits.time = .milliseconds(max(0, timeLimit)) }
        let input: JSONataValue =
            try Self.isBlank(bytes) ? .absent : .node(Self.document(bytes).root)
        let bindings = JSONataBindings(try variables())
        do throws(JSONataError) {
            let result = try JSONata(expression).evaluate(
                input, bindings: bindings, options: options)
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

    private func variables() throws -> ValueObject {
        guard let bindings else { return ValueObject() }
        guard let object = try? Value(json: bindings).object else {
            throw ValidationError("--bindings must be a JSON object")
        }
        return object
    }
}
