public import CrossdockData
public import CrossdockDiagnostics
public import CrossdockSettings

/// Yields something from an exchange: compiled once, when its route is read.
public struct Expression: Sendable {
    public let language: String
    public let source: String
    private let compiled: any CompiledExpression

    public init(language: String, source: String, compiled: any CompiledExpression) {
        self.language = language
        self.source = source
        self.compiled = compiled
    }

    public func value(in exchange: inout Exchange) throws -> Value {
        try compiled.value(in: &exchange)
    }
    /// What the expression yields as a body; cheaper than ``value(in:)`` where it is one already.
    public func body(in exchange: inout Exchange) throws -> Body {
        try compiled.body(in: &exchange)
    }
    /// What the expression yields as text; nil for nothing.
    public func text(in exchange: inout Exchange) throws -> String? {
        try compiled.text(in: &exchange)
    }
    /// Whether the expression, read as a predicate, holds.
    public func matches(_ exchange: inout Exchange) throws -> Bool {
        try compiled.matches(&exchange)
    }
    /// The elements for a `split`; one element for what is no list.
    public func list(in exchange: inout Exchange) throws -> [Body] {
        try compiled.list(in: &exchange)
    }
}

/// What a language makes of its text. The exchange is `inout` so that a body parsed once stays parsed.
public protocol CompiledExpression: Sendable {
    func value(in exchange: inout Exchange) throws -> Value
    func body(in exchange: inout Exchange) throws -> Body
    func text(in exchange: inout Exchange) throws -> String?
    func matches(_ exchange: inout Exchange) throws -> Bool
    func list(in exchange: inout Exchange) throws -> [Body]
}

extension CompiledExpression {
    public func body(in exchange: inout Exchange) throws -> Body {
        .value(try value(in: &exchange))
    }

    public func text(in exchange: inout Exchange) throws -> String? {
        let value = try value(in: &exchange)
        return value.scalarText ?? (value.isNull ? nil : value.jsonText)
    }

    /// Null, `false` and the text `false` do not hold, everything else does.
    ///
    /// - Source: Camel, `ObjectHelper.evaluateValuePredicate`.
    public func matches(_ exchange: inout Exchange) throws -> Bool {
        switch try value(in: &exchange) {
        case .null: false
        case .bool(let flag): flag
        case .string(let text): text != "false"
        default: true
        }
    }

    public func list(in exchange: inout Exchange) throws -> [Body] {
        switch try value(in: &exchange) {
        case .null: []
        case .array(let elements): elements.map { .value($0) }
        case let single: [.value(single)]
        }
    }
}

/// A language in which expressions are written.
public protocol Language: Sendable {
    static var name: String { get }
    static var summary: String { get }

    /// - Parameter options: What stands beside `expression` in the canonical notation.
    /// - Throws: ``DiagnosticsError`` with the place inside the expression.
    func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?
    ) throws -> any CompiledExpression
}

/// An expression as an option of a step, in all of Camel's spellings: `simple: text` among the step's
/// own keys, `expression: {simple: text}`, and `expression: {simple: {expression: text, …}}`.
extension Expression: SettingValue {
    public static var typeName: String { "expression" }
    public var settingText: String? { nil }

    public static func take(
        _ name: String, from members: inout SettingMembers
    ) throws -> SettingInput? {
        if let input = members.take(name) { return input }
        guard name == "expression", let builder = members.environment as? any RouteBuilding else {
            return nil
        }
        let spellings = members.inputs.filter { builder.languageNames.contains($0.key) }
        guard let (language, input) = spellings.first, let node = input.node else { return nil }
        guard spellings.count == 1 else {
            throw DiagnosticsError(
                Diagnostic(
                    .badSetting, "one expression is expected, not \(spellings.count)",
                    at: input.span))
        }
        _ = members.take(language)
        let member = YAMLMember(key: language, keySpan: input.span ?? node.span, value: node)
        return SettingInput(
            .node(YAMLNode(.mapping([member]), at: node.span)), at: input.span,
            environment: members.environment)
    }

    public init(setting input: SettingInput) throws {
        guard let builder = input.environment as? any RouteBuilding else {
            throw SettingProblem("an expression has no place here")
        }
        if let text = input.text {
            // A bare text is a constant in Camel's shorthand positions and simple everywhere else.
            self = try builder.expression(text, language: "simple", options: nil, at: input.span)
            return
        }
        guard let members = input.node?.mapping, let member = members.first else {
            throw SettingProblem("an expression is expected, not \(input.shown)")
        }
        guard members.count == 1 else {
            throw SettingProblem("one language is expected, not \(members.map(\.key))")
        }
        self = try Self.canonical(member, builder)
    }

    private static func canonical(
        _ member: YAMLMember, _ builder: any RouteBuilding
    ) throws -> Expression {
        let node = member.value
        guard builder.languageNames.contains(member.key) else {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownLanguage, "'\(member.key)' is no expression language here",
                    at: member.keySpan,
                    help: Suggestion.help(for: member.key, in: builder.languageNames)
                        ?? "offered are \(builder.languageNames.sorted().joined(separator: ", "))"))
        }
        if let scalar = node.scalar {
            return try builder.expression(
                scalar.text, language: member.key, options: nil, at: node.span)
        }
        guard let source = node["expression"]?.scalar?.text else {
            throw SettingProblem("'\(member.key)' needs an expression")
        }
        return try builder.expression(
            source, language: member.key, options: node, at: node["expression"]?.span)
    }
}
