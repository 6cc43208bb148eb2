public import CrossdockCore
internal import CrossdockData
public import CrossdockDiagnostics
public import CrossdockSettings

/// Text as it stands.
public struct ConstantLanguage: Language {
    public static let name = "constant"
    public static let summary = "Yields a text as it stands."

    public init() {}

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options)
        let text = options.trimmed(source)
        guard let type = options.resultType else { return Constant(.string(text)) }
        guard let value = type.converted(.string(text)) else {
            throw DiagnosticsError(
                Diagnostic(.expressionSyntax, "'\(text)' is no \(type.name)", at: span))
        }
        return Constant(value)
    }
}

/// A value known when the route is read.
struct Constant: CompiledExpression {
    let value: Value
    private let asBody: Body
    private let asText: String?

    init(_ value: Value) {
        self.value = value
        asText = value.scalarText ?? (value.isNull ? nil : value.jsonText)
        asBody =
            switch value {
            case .string(let text): .text(text)
            case .null: .empty
            default: .value(value)
            }
    }

    func value(in exchange: inout Exchange) throws -> Value { value }
    func body(in exchange: inout Exchange) throws -> Body { asBody }
    func text(in exchange: inout Exchange) throws -> String? { asText }
}
