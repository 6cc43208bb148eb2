public import CrossdockCore
internal import CrossdockData
public import CrossdockDiagnostics
public import CrossdockSettings
internal import CrossdockXML

/// Text divided at a token, between two tokens, or into XML elements.
public struct TokenizeLanguage: Language {
    public static let name = "tokenize"
    public static let summary = "Divides text at a token, between two tokens, or into XML elements."

    public init() {}

    private static let own: Set<String> = [
        "token", "endToken", "inheritNamespaceTagName", "regex", "xml", "includeTokens", "group",
        "groupDelimiter", "skipFirst",
    ]

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options, own: Self.own)
        func refuse(_ message: String) -> DiagnosticsError {
            DiagnosticsError(Diagnostic(.expressionSyntax, message, at: span))
        }
        let token = Self.unescaped(source)
        let isXML = options.flag("xml")
        let endToken = options.text("endToken")
        guard !token.isEmpty else { throw refuse("a token is expected") }
        guard !(isXML && endToken != nil) else {
            throw refuse("'xml' and 'endToken' exclude each other")
        }
        guard !options.flag("includeTokens") || endToken != nil else {
            throw refuse("'includeTokens' needs an 'endToken'")
        }
        let divider: Tokenizer.Divider
        if isXML {
            divider = .xml(Tokenizer.elementName(token))
        } else if let endToken {
            divider = .pair(
                token, Self.unescaped(endToken), includesTokens: options.flag("includeTokens"))
        } else if options.flag("regex") {
            do throws(PatternError) { divider = .pattern(try Pattern(token)) } catch {
                throw DiagnosticsError(Diagnostic(.badPattern, error.message, at: span))
            }
        } else {
            divider = .token(token)
        }
        return Tokenizer(
            divider: divider, input: try ExpressionInput(options.source, scope),
            group: try Self.group(options, scope),
            groupDelimiter: options.text("groupDelimiter").map { Self.unescaped($0) }
                ?? (isXML ? "" : token),
            skipsFirst: options.flag("skipFirst"))
    }

    /// How many tokens make one part; may be an expression.
    private static func group(
        _ options: LanguageOptions, _ scope: ExpressionScope
    ) throws -> (any CompiledExpression)? {
        guard let text = options.text("group") else { return nil }
        return try SimpleLanguage().compile(
            text, options: nil, at: options.node("group")?.span, in: scope)
    }

    private static func unescaped(_ text: String) -> String {
        text.replacing("\\n", with: "\n").replacing("\\t", with: "\t").replacing("\\r", with: "\r")
    }
}

/// XML divided into the elements on a path.
public struct XTokenizeLanguage: Language {
    public static let name = "xtokenize"
    public static let summary = "Divides XML into the elements on a path, each with its namespaces."

    public init() {}

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(
            options, own: ["mode", "group", "namespace", "namespaces"])
        let mode = options.text("mode") ?? "i"
        guard ["i", "w", "u", "t"].contains(mode) else {
            throw DiagnosticsError(
                Diagnostic(.badSetting, "'mode' is one of i, w, u, t, not '\(mode)'", at: span))
        }
        let path = source.trimmed
        let divider: Tokenizer.Divider
        if path.hasPrefix("//") {
            divider = .xml(Tokenizer.elementName(path))
        } else if path.hasPrefix("/") {
            divider = .xmlPath(path.split(separator: "/").map { Tokenizer.elementName(String($0)) })
        } else {
            divider = .xml(Tokenizer.elementName(path))
        }
        let group = try options.text("group").map {
            try SimpleLanguage().compile($0, options: nil, at: span, in: scope)
        }
        return Tokenizer(
            divider: divider, input: try ExpressionInput(options.source, scope), group: group,
            groupDelimiter: "", skipsFirst: false, unwraps: mode == "u", takesText: mode == "t")
    }
}

/// Divides a text.
struct Tokenizer: CompiledExpression {
    enum Divider: Sendable {
        case token(String)
        case pattern(Pattern)
        case pair(String, String, includesTokens: Bool)
        case xml(String)
        case xmlPath([String])
    }

    let divider: Divider
    let input: ExpressionInput
    let group: (any CompiledExpression)?
    let groupDelimiter: String
    let skipsFirst: Bool
    /// What is inside of an element is the part, not the element.
    var unwraps = false
    /// The text of an element is the part.
    var takesText = false

    /// The local name of `c:name`, `<name>` or `//c:name`.
    static func elementName(_ text: String) -> String {
        let bare = text.filter { !"<>/".contains($0) }
        return bare.split(separator: ":").last.map(String.init) ?? bare
    }

    func value(in exchange: inout Exchange) throws -> Value {
        .array(try parts(&exchange).map { .string($0) })
    }

    func list(in exchange: inout Exchange) throws -> [Body] {
        try parts(&exchange).map { .text($0) }
    }

    private func parts(_ exchange: inout Exchange) throws -> [String] {
        var parts = try divided(input.body(of: exchange))
        if skipsFirst, !parts.isEmpty { parts.removeFirst() }
        guard let group else { return parts }
        let size = try SimpleFunctions.whole(group.value(in: &exchange), "group")
        guard size > 0 else { throw ExpressionError("a group has at least one part") }
        return stride(from: 0, to: parts.count, by: size).map {
            let slice = parts[$0..<min(parts.count, $0 + size)]
            let joined = slice.joined(separator: groupDelimiter)
            if case .xml = divider { return "<group>\(joined)</group>" }
            return joined
        }
    }

    private func divided(_ body: Body) throws -> [String] {
        switch divider {
        case .xml(let name): return try elements(body, .elements(named: name))
        case .xmlPath(let path): return try elements(body, .path(path))
        default: break
        }
        guard let text = body.text else { return [] }
        switch divider {
        case .token(let token):
            var parts = text.split(separator: token, omittingEmptySubsequences: false).map(
                String.init)
            if parts.last?.isEmpty == true { parts.removeLast() }
            return parts
        case .pattern(let pattern): return Self.split(text, pattern)
        case .pair(let start, let end, let includesTokens):
            return Self.pairs(text, start, end, includesTokens)
        case .xml, .xmlPath: return []
        }
    }

    private func elements(
        _ body: Body, _ selection: XMLSplitter.Selection
    ) throws -> [String] {
        var splitter = try XMLSplitter(selection)
        var documents = try splitter.feed(body.bytes)
        documents += try splitter.finish()
        return documents.map { document in
            if takesText { return document.root.text }
            guard unwraps else {
                return String(decoding: document.root.serialized(), as: UTF8.self)
            }
            return document.root.elements.map { String(decoding: $0.serialized(), as: UTF8.self) }
                .joined()
        }
    }

    private static func split(_ text: String, _ pattern: Pattern) -> [String] {
        let scalars = Array(text.unicodeScalars)
        var parts: [String] = []
        var at = 0
        func part(_ range: Range<Int>) -> String {
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars[range])
            return text
        }
        for range in pattern.ranges(in: scalars) where !range.isEmpty {
            parts.append(part(at..<range.lowerBound))
            at = range.upperBound
        }
        if at < scalars.count { parts.append(part(at..<scalars.count)) }
        return parts
    }

    private static func pairs(
        _ text: String, _ start: String, _ end: String, _ includesTokens: Bool
    ) -> [String] {
        var parts: [String] = []
        var rest = text[...]
        while let open = rest.range(of: start),
            let close = rest[open.upperBound...].range(of: end)
        {
            parts.append(
                includesTokens
                    ? String(rest[open.lowerBound..<close.upperBound])
                    : String(rest[open.upperBound..<close.lowerBound]))
            rest = rest[close.upperBound...]
        }
        return parts
    }
}
