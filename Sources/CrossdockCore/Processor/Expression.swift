public import CrossdockData

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

/// An expression that a step asks yes or no: `when`, `filter`, `onWhen`.
///
/// Apart from ``Expression`` because languages read the two differently: `${header.n} > 5` is a
/// comparison here and text there.
public struct Predicate: Sendable {
    private let expression: Expression

    public init(_ expression: Expression) { self.expression = expression }

    public var source: String { expression.source }

    public func matches(_ exchange: inout Exchange) throws -> Bool {
        try expression.matches(&exchange)
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

    public func matches(_ exchange: inout Exchange) throws -> Bool {
        try value(in: &exchange).holds
    }

    public func list(in exchange: inout Exchange) throws -> [Body] {
        switch try value(in: &exchange) {
        case .null: []
        case .array(let elements): elements.map { .value($0) }
        case let single: [.value(single)]
        }
    }
}

extension Value {
    /// Whether the value, read as a predicate, holds: null, `false`, blank text and an empty list do
    /// not, everything else does.
    ///
    /// - Source: Camel, `ObjectHelper.evaluateValuePredicate`.
    public var holds: Bool {
        switch self {
        case .null: return false
        case .bool(let flag): return flag
        case .string(let text):
            var word = text[...]
            while word.first?.isWhitespace == true { word.removeFirst() }
            while word.last?.isWhitespace == true { word.removeLast() }
            return !word.isEmpty && !(word.utf8.count == 5 && word.lowercased() == "false")
        case .array(let elements): return !elements.isEmpty
        case .number, .object: return true
        }
    }
}
