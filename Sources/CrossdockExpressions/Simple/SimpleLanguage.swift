public import CrossdockCore
internal import CrossdockData
public import CrossdockDiagnostics
public import CrossdockSettings

/// Camel's simple language: text with `${…}` in it, and comparisons.
///
/// Everything is parsed when the route is read; an unknown function fails then, not on a message.
///
/// - Source: Camel manual, "Simple Language".
public struct SimpleLanguage: Language {
    public static let name = "simple"
    public static let summary = "Text with ${…} in it; as a predicate, comparisons of such text."

    public init() {}

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options, own: ["pretty", "nested"])
        if options.resultType == .boolean {
            // Asked for a yes or no, the text is read as a predicate.
            return try read(source, options, span, scope) { parser in try parser.predicate() }
        }
        let compiled = try read(source, options, span, scope) { parser in try parser.template() }
        return options.typed(compiled)
    }

    public func compilePredicate(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options, own: ["pretty", "nested"])
        return try read(source, options, span, scope) { parser in try parser.predicate() }
    }

    private func read(
        _ source: String, _ options: LanguageOptions, _ span: SourceSpan?, _ scope: ExpressionScope,
        _ parse: (inout SimpleParser) throws -> any CompiledExpression
    ) throws -> any CompiledExpression {
        let place = ExpressionPlace(source: source, trims: options.trims, span: span)
        if place.text.hasPrefix("resource:") {
            let text = try ResourceText.load(place.text, at: span)
            return try read(text, options, nil, scope, parse)
        }
        var parser = SimpleParser(place.text, scope)
        do { return try parse(&parser) } catch let error as SimpleSyntaxError {
            throw DiagnosticsError(
                Diagnostic(
                    error.code, error.message, at: place.span(at: error.offset), help: error.help))
        }
    }
}

/// What is wrong with an expression, and where in it.
struct SimpleSyntaxError: Error {
    let message: String
    /// In scalars from the start of the expression.
    let offset: Int
    var code = DiagnosticCode.expressionSyntax
    var help: String?
}

/// An expression's text and how its places are places of the file.
struct ExpressionPlace {
    let text: String
    private let skipped: Int
    private let spanOfAll: SourceSpan?
    private let isQuoted: Bool
    private let scalars: [Unicode.Scalar]

    init(source: String, trims: Bool, span: SourceSpan?) {
        let scalars = Array(source.unicodeScalars)
        self.scalars = scalars
        skipped = trims ? scalars.prefix { $0.properties.isWhitespace }.count : 0
        text = trims ? source.trimmed : source
        spanOfAll = span
        isQuoted = span.map { $0.endColumn - $0.column == scalars.count + 2 } ?? false
    }

    /// The place in the file; the line where a block of several lines is concerned.
    func span(at offset: Int) -> SourceSpan? {
        guard let span = spanOfAll else { return nil }
        let before = scalars.prefix(min(scalars.count, skipped + offset))
        let isBlock = span.endColumn == span.column || scalars.contains("\n")
        guard !isBlock else {
            // The text of a block begins on the line after its `|`.
            let line = span.line + 1 + before.count { $0 == "\n" }
            return SourceSpan(file: span.file, line: line, column: 1)
        }
        let column = span.column + (isQuoted ? 1 : 0) + before.count
        return SourceSpan(
            file: span.file, line: span.line, column: column, endColumn: max(column, span.endColumn)
        )
    }
}

/// Text that an expression takes from a file: `resource:file:path`, `resource:classpath:path`.
enum ResourceText {
    static func load(_ reference: String, at span: SourceSpan?) throws -> String {
        var path = String(reference.dropFirst("resource:".count))
        for scheme in ["classpath:", "file:"] where path.hasPrefix(scheme) {
            path.removeFirst(scheme.count)
        }
        while path.hasPrefix("//") { path.removeFirst() }
        guard let bytes = FileBytes.read(path), let text = String(validating: bytes, as: UTF8.self)
        else {
            throw DiagnosticsError(
                Diagnostic(.expressionSyntax, "the resource '\(path)' cannot be read", at: span))
        }
        return text
    }
}

/// Camel's compiled variant of simple, which is the same language.
public struct CsimpleLanguage: Language {
    public static let name = "csimple"
    public static let summary = "The same as simple."

    public init() {}

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        try SimpleLanguage().compile(source, options: options, at: span, in: scope)
    }

    public func compilePredicate(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        try SimpleLanguage().compilePredicate(source, options: options, at: span, in: scope)
    }
}
