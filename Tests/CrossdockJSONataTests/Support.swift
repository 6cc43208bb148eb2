import CrossdockData
import CrossdockJSONata
import Testing

/// Evaluates an expression over a document, on its tape.
func evaluate(
    _ expression: String, _ json: String? = nil, bindings: JSONataBindings = [:],
    options: JSONataOptions = .interactive
) throws -> Value? {
    let input: JSONataValue =
        if let json { .node(try JSONDocument(Array(json.utf8)).root) } else { .absent }
    return try JSONata(expression).evaluate(input, bindings: bindings, options: options)
}

/// What an expression yields, as JSON text; `undefined` for nothing.
func result(
    _ expression: String, _ json: String? = nil, bindings: JSONataBindings = [:],
    options: JSONataOptions = .interactive
) throws -> String {
    try evaluate(expression, json, bindings: bindings, options: options)?.jsonText ?? "undefined"
}

/// The error an expression ends with.
func failure(
    _ expression: String, _ json: String? = nil, options: JSONataOptions = .interactive
) -> JSONataError? {
    do {
        _ = try evaluate(expression, json, options: options)
        return nil
    } catch { return error as? JSONataError }
}

/// An expression and what it should yield.
struct Example: Sendable, CustomTestStringConvertible {
    let expression: String
    let expected: String
    let input: String?

    init(_ expression: String, _ expected: String, on input: String? = nil) {
        self.expression = expression
        self.expected = expected
        self.input = input
    }

    var testDescription: String { expression }
}

/// Whether two results are the same to JSONata: numbers by their double.
func isSame(_ one: Value?, _ other: Value?) -> Bool {
    switch (one, other) {
    case (.number(let a)?, .number(let b)?): a.double == b.double
    case (.array(let a)?, .array(let b)?):
        a.count == b.count && zip(a, b).allSatisfy { isSame($0, $1) }
    case (.object(let a)?, .object(let b)?):
        a.count == b.count && a.allSatisfy { isSame($0.value, b[$0.key]) }
    default: one == other
    }
}
