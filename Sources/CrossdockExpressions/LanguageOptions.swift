internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

/// What may stand beside `expression` in the canonical notation of any language.
struct LanguageOptions {
    var resultType: ResultType?
    var trims = true
    /// Where the input is taken from when it is not the body: `header:name`, `variable:name`.
    var source: String?
    private let node: YAMLNode?

    private static let common: Set<String> = [
        "id", "description", "expression", "language", "resultType", "trim", "source",
        "resultTypeName",
        // Old spellings of `source`.
        "headerName", "propertyName", "variableName",
    ]

    /// - Parameter own: The further options of the language.
    /// - Throws: ``DiagnosticsError`` for an option that does not exist.
    init(_ node: YAMLNode?, own: Set<String> = []) throws {
        self.node = node
        guard let members = node?.mapping else { return }
        for member in members where !Self.common.contains(member.key) && !own.contains(member.key) {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownSetting, "'\(member.key)' is not known here", at: member.keySpan,
                    help: Suggestion.help(for: member.key, in: Self.common.union(own))))
        }
        trims = node?["trim"]?.text != "false"
        if let type = node?["resultType"] ?? node?["resultTypeName"], let name = type.text {
            guard let known = ResultType(javaName: name) else {
                throw DiagnosticsError(
                    Diagnostic(
                        .javaClass, "'\(name)' is no type that is known here", at: type.span,
                        help: "use String, Integer, Long, Double, Boolean, byte[], List or Map"))
            }
            resultType = known
        }
        source = node?["source"]?.text
        if let name = node?["headerName"]?.text { source = "header:\(name)" }
        if let name = node?["variableName"]?.text { source = "variable:\(name)" }
        if let name = node?["propertyName"]?.text { source = "property:\(name)" }
    }

    func text(_ name: String) -> String? { node?[name]?.text }
    func flag(_ name: String, default value: Bool = false) -> Bool {
        node?[name]?.text.map { $0 == "true" } ?? value
    }
    func node(_ name: String) -> YAMLNode? { node?[name] }

    func trimmed(_ source: String) -> String { trims ? source.trimmed : source }

    /// Wraps an expression so that it yields the type asked for.
    func typed(_ expression: any CompiledExpression) -> any CompiledExpression {
        guard let resultType else { return expression }
        return TypedExpression(expression: expression, type: resultType)
    }
}

/// An expression whose result is converted.
private struct TypedExpression: CompiledExpression {
    let expression: any CompiledExpression
    let type: ResultType

    func value(in exchange: inout Exchange) throws -> Value {
        let value = try expression.value(in: &exchange)
        guard let converted = type.converted(value) else {
            throw ResultType.failure("a \(value.typeName) cannot become one", type)
        }
        return converted
    }

    func body(in exchange: inout Exchange) throws -> Body {
        try type.converted(try expression.body(in: &exchange))
    }

    func list(in exchange: inout Exchange) throws -> [Body] {
        try expression.list(in: &exchange)
    }
}

/// Where an expression takes its input from.
enum ExpressionInput: Sendable {
    case body
    case header(HeaderName)
    case variable(VariableName, VariableStore)
    case property(String)

    init(_ source: String?, _ scope: ExpressionScope) throws {
        guard let source, source != "body" else {
            self = .body
            return
        }
        let parts = source.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            // Without a prefix a source is a variable.
            self = .variable(VariableName(source), scope.variables)
            return
        }
        switch parts[0] {
        case "header": self = .header(HeaderName(parts[1]))
        case "variable": self = .variable(VariableName(parts[1]), scope.variables)
        case "property", "exchangeProperty": self = .property(parts[1])
        default:
            throw SettingProblem(
                "a source is header:name, variable:name or property:name, not '\(source)'")
        }
    }

    func body(of exchange: Exchange) -> Body {
        switch self {
        case .body: exchange.message.body
        case .header(let name): exchange.message[header: name].map { .value($0) } ?? .empty
        case .variable(let name, let store): name.value(in: exchange, store) ?? .empty
        case .property(let name): exchange.property(name).map { .value($0) } ?? .empty
        }
    }

    /// Runs `work` on the input; a body that is parsed on the way stays parsed.
    func with<Result>(
        _ exchange: inout Exchange, _ work: (inout Body) throws -> Result
    ) rethrows -> Result {
        if case .body = self { return try work(&exchange.message.body) }
        var body = body(of: exchange)
        return try work(&body)
    }
}
