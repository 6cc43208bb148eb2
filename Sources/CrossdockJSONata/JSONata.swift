public import CrossdockData

/// A compiled JSONata 2.2 expression.
///
/// Compile once, evaluate for every record. Numbers are doubles as soon as something is computed with
/// them; a number that is only passed on keeps its digits.
///
/// - Threads: constant after `init`; many threads may evaluate the same expression at once.
/// - Trust: input may be anything; an expression that is not ours belongs behind limits.
/// - Source: JSONata documentation, version 2.2.
public struct JSONata: Sendable {
    public let source: String
    private let root: Node

    /// Compiles an expression.
    ///
    /// - Throws: ``JSONataError`` with an `S` code and the position in the text.
    public init(_ source: String) throws(JSONataError) {
        self.source = source
        root = try Analyzer.compile(try Parser.parse(source))
    }

    /// Evaluates the expression.
    ///
    /// - Parameters:
    ///   - input: What `$$` and paths start from.
    ///   - bindings: Variables the expression finds.
    /// - Returns: The result; nil for JSONata's "undefined". A function gives an empty text.
    /// - Throws: ``JSONataError`` with a `T` or `D` code, or `U1001` where a limit was reached.
    public func evaluate(
        _ input: JSONataValue, bindings: JSONataBindings = JSONataBindings(),
        options: JSONataOptions = .standard
    ) throws(JSONataError) -> Value? {
        let input = Datum(input)
        let run = Evaluation(input, options)
        defer { run.breakCycles() }
        let frame = Frame(parent: nil)
        for (name, value) in bindings.entries { frame.bind(name, Datum(value)) }
        let result = try run.evaluate(root, input.isArray ? run.outerWrapped(input) : input, frame)
        return try run.value(result)
    }

    /// Evaluates the expression on a parsed document, without making a tree of it.
    public func evaluate(
        _ input: JSONNode, bindings: JSONataBindings = JSONataBindings(),
        options: JSONataOptions = .standard
    ) throws(JSONataError) -> Value? {
        try evaluate(.node(input), bindings: bindings, options: options)
    }

    /// Evaluates the expression on a tree.
    public func evaluate(
        _ input: Value, bindings: JSONataBindings = JSONataBindings(),
        options: JSONataOptions = .standard
    ) throws(JSONataError) -> Value? {
        try evaluate(.tree(input), bindings: bindings, options: options)
    }

    /// What the expression reads of its input and of the variables it does not bind itself.
    public var paths: [JSONataPath] { PathCollector.paths(of: root) }
}
