public import CrossdockCore
internal import CrossdockData
public import CrossdockDiagnostics
public import CrossdockSettings

/// The value of a header.
public struct HeaderLanguage: Language {
    public static let name = "header"
    public static let summary = "Yields the header of that name."

    public init() {}

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options)
        return options.typed(HeaderAccess(name: HeaderName(source.trimmed)))
    }
}

/// The value of an exchange property.
public struct ExchangePropertyLanguage: Language {
    public static let name = "exchangeProperty"
    public static let summary = "Yields the exchange property of that name."

    public init() {}

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options)
        return options.typed(PropertyAccess(name: source.trimmed))
    }
}

/// The value of a variable.
public struct VariableLanguage: Language {
    public static let name = "variable"
    public static let summary = "Yields the variable of that name."

    public init() {}

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options)
        return options.typed(
            VariableAccess(name: VariableName(source.trimmed), store: scope.variables))
    }
}

/// A named value of the `beans` of a file.
public struct RefLanguage: Language {
    public static let name = "ref"
    public static let summary = "Yields the bean of that name."

    public init() {}

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options)
        guard let bean = scope.bean(source.trimmed) else {
            throw DiagnosticsError(
                Diagnostic(
                    .expressionSyntax, "nothing is known by the name '\(source.trimmed)'",
                    at: span, help: "name a bean of `beans:` in the same project"))
        }
        return options.typed(Constant(try bean.value()))
    }
}

struct HeaderAccess: CompiledExpression {
    let name: HeaderName

    func value(in exchange: inout Exchange) throws -> Value {
        exchange.message[header: name] ?? .null
    }
}

struct PropertyAccess: CompiledExpression {
    let name: String

    func value(in exchange: inout Exchange) throws -> Value { exchange.property(name) ?? .null }
}

struct VariableAccess: CompiledExpression {
    let name: VariableName
    let store: VariableStore

    func value(in exchange: inout Exchange) throws -> Value { try body(in: &exchange).value() }
    func body(in exchange: inout Exchange) throws -> Body {
        name.value(in: exchange, store) ?? .empty
    }
    func text(in exchange: inout Exchange) throws -> String? { try body(in: &exchange).text }
}
