public import CrossdockCore
internal import CrossdockData
public import CrossdockDiagnostics
public import CrossdockSettings

/// JSONPath over a JSON body.
public struct JSONPathLanguage: Language {
    public static let name = "jsonpath"
    public static let summary = "RFC 9535 with Jayway's filter operators and functions."

    public init() {}

    private static let own: Set<String> = [
        "suppressExceptions", "allowSimple", "allowEasyPredicate", "writeAsString", "unpackArray",
        "option",
    ]

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options, own: Self.own)
        let place = ExpressionPlace(source: source, trims: true, span: span)
        return options.typed(try query(place.text, options, place, scope))
    }

    public func compilePredicate(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options, own: Self.own)
        let place = ExpressionPlace(source: source, trims: true, span: span)
        let text =
            options.flag("allowEasyPredicate", default: true)
            ? EasyPredicate.expanded(place.text) : place.text
        return try query(text, options, place, scope)
    }

    private func query(
        _ text: String, _ options: LanguageOptions, _ place: ExpressionPlace,
        _ scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let settings = JSONPathExpression.Options(
            input: try ExpressionInput(options.source, scope),
            isSuppressed: options.flag("suppressExceptions")
                || options.text("option")?.contains("SUPPRESS_EXCEPTIONS") == true,
            writesText: options.flag("writeAsString"), unpacks: options.flag("unpackArray"))
        if text.contains("${"), options.flag("allowSimple", default: true) {
            var parser = SimpleParser(text, scope)
            let template: any CompiledExpression
            do { template = try parser.template() } catch let error as SimpleSyntaxError {
                throw DiagnosticsError(
                    Diagnostic(error.code, error.message, at: place.span(at: error.offset)))
            }
            return JSONPathExpression(query: .template(template), options: settings)
        }
        do throws(JSONPathError) {
            let path = try JSONPath(text, dialect: .jayway)
            return JSONPathExpression(query: .fixed(path), options: settings)
        } catch {
            throw DiagnosticsError(
                Diagnostic(.expressionSyntax, error.message, at: place.span(at: error.offset)))
        }
    }
}

/// `store.book.price < 10`, short for `$.store.book[?(@.price < 10)]`.
///
/// - Source: Camel manual, "JSONPath", "Easy predicate syntax".
enum EasyPredicate {
    private static let operators = [
        "==", "!=", "<=", ">=", "=~", "<", ">", "in", "nin", "subsetof", "contains", "size",
        "empty",
    ]

    static func expanded(_ text: String) -> String {
        guard !text.hasPrefix("$"), !text.hasPrefix("["), !text.contains("@") else { return text }
        let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
        guard words.count == 3, operators.contains(words[1].lowercased()) else { return text }
        let path = words[0].split(separator: ".")
        guard let last = path.last else { return text }
        let parents = path.dropLast().joined(separator: ".")
        let root = parents.isEmpty ? "$" : "$.\(parents)"
        return "\(root)[?(@.\(last) \(words[1]) \(words[2]))]"
    }
}

/// A query over a body, a header or a variable.
struct JSONPathExpression: CompiledExpression {
    enum Query: Sendable {
        case fixed(JSONPath)
        /// With `${…}` in it: compiled for each message.
        case template(any CompiledExpression)
    }

    struct Options: Sendable {
        let input: ExpressionInput
        let isSuppressed: Bool
        let writesText: Bool
        let unpacks: Bool
    }

    let query: Query
    let options: Options

    private func path(_ exchange: inout Exchange) throws -> JSONPath {
        switch query {
        case .fixed(let path): return path
        case .template(let template):
            let text = try template.text(in: &exchange) ?? ""
            do throws(JSONPathError) { return try JSONPath(text, dialect: .jayway) } catch {
                throw ExpressionError(
                    error.message, exceptionClass: "com.jayway.jsonpath.InvalidPathException")
            }
        }
    }

    private func document(_ exchange: inout Exchange) throws -> JSONDocument? {
        do { return try options.input.with(&exchange) { try $0.json() } } catch {
            if options.isSuppressed { return nil }
            throw error
        }
    }

    func value(in exchange: inout Exchange) throws -> Value {
        let path = try path(&exchange)
        guard let document = try document(&exchange) else { return .null }
        var result: Value?
        do { result = try path.result(in: document) } catch let error as JSONPathError {
            throw ExpressionError(
                error.message, exceptionClass: "com.jayway.jsonpath.JsonPathException")
        }
        if result == nil, !options.isSuppressed {
            throw ExpressionError(
                "the path leads to nothing",
                exceptionClass: "com.jayway.jsonpath.PathNotFoundException")
        }
        if options.unpacks, case .array(let elements)? = result, elements.count == 1 {
            result = elements[0]
        }
        guard options.writesText, let value = result else { return result ?? .null }
        if case .array(let elements) = value {
            return .array(elements.map { .string($0.scalarText ?? $0.jsonText) })
        }
        return .string(value.scalarText ?? value.jsonText)
    }

    func body(in exchange: inout Exchange) throws -> Body {
        let value = try value(in: &exchange)
        switch value {
        case .null: return .empty
        case .string(let text): return .text(text)
        default: return .value(value)
        }
    }

    /// A predicate whose path leads to nothing does not hold.
    func matches(_ exchange: inout Exchange) throws -> Bool { try value(in: &exchange).holds }
}
