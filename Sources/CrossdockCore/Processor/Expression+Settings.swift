internal import CrossdockDiagnostics
public import CrossdockSettings

/// An expression as an option of a step, in all of Camel's spellings: `simple: text` among the step's
/// own keys, `expression: {simple: text}`, and `expression: {simple: {expression: text, …}}`.
extension Expression: SettingValue {
    public static var typeName: String { "expression" }
    public var settingText: String? { nil }

    public static func take(
        _ name: String, from members: inout SettingMembers
    ) throws -> SettingInput? {
        try ExpressionSpelling.take(name, from: &members)
    }

    public init(setting input: SettingInput) throws {
        let spelling = try ExpressionSpelling(input, bareLanguage: "simple")
        self = try spelling.builder.expression(
            spelling.source, language: spelling.language, options: spelling.options,
            at: spelling.span)
    }
}

extension Predicate: SettingValue {
    public static var typeName: String { "predicate" }
    public var settingText: String? { nil }

    public static func take(
        _ name: String, from members: inout SettingMembers
    ) throws -> SettingInput? {
        try ExpressionSpelling.take(name, from: &members)
    }

    public init(setting input: SettingInput) throws {
        let spelling = try ExpressionSpelling(input, bareLanguage: "simple")
        self = try spelling.builder.predicate(
            spelling.source, language: spelling.language, options: spelling.options,
            at: spelling.span)
    }
}

/// Finds an expression among the keys of a step, however it is written.
private struct ExpressionSpelling {
    var language: String
    var source: String
    var options: YAMLNode?
    var span: SourceSpan?
    let builder: any RouteBuilding

    /// A language's name may stand among the keys of a step only where the step has one expression,
    /// which is then called `expression`.
    static func take(
        _ name: String, from members: inout SettingMembers
    ) throws -> SettingInput? {
        if let input = members.take(name) { return input }
        guard name == "expression", let builder = members.environment as? any RouteBuilding else {
            return nil
        }
        let spellings = members.inputs.filter { Self.isLanguage($0.key, builder) }
        guard let (language, input) = spellings.first, let node = input.node else {
            try refuseMisspelt(&members, builder)
            return nil
        }
        guard spellings.count == 1 else {
            for (key, _) in spellings { _ = members.take(key) }
            throw DiagnosticsError(
                Diagnostic(
                    .badSetting,
                    "one expression is expected, not \(spellings.map(\.key).joined(separator: ", "))",
                    at: input.span))
        }
        _ = members.take(language)
        let member = YAMLMember(key: language, keySpan: input.span ?? node.span, value: node)
        return SettingInput(
            .node(YAMLNode(.mapping([member]), at: node.span)), at: input.span,
            environment: members.environment)
    }

    /// A key that is nearly a language's name is one that was misspelt. It is taken, so that it is not
    /// refused once more as a key that nobody knows.
    private static func refuseMisspelt(
        _ members: inout SettingMembers, _ builder: any RouteBuilding
    ) throws {
        for (key, input) in members.inputs {
            guard let help = Suggestion.help(for: key, in: builder.languageNames) else { continue }
            _ = members.take(key)
            throw DiagnosticsError(
                Diagnostic(
                    .unknownLanguage, "'\(key)' is no expression language here", at: input.span,
                    help: help))
        }
    }

    private static func isLanguage(_ key: String, _ builder: any RouteBuilding) -> Bool {
        key == "language" || builder.languageNames.contains(key)
            || ForeignLanguage.advice[key] != nil
    }

    init(_ input: SettingInput, bareLanguage: String) throws {
        guard let builder = input.environment as? any RouteBuilding else {
            throw SettingProblem("an expression has no place here")
        }
        if let text = input.text {
            self.init(bareLanguage, text, at: input.node?.span, builder)
            return
        }
        guard let members = input.node?.mapping else {
            throw SettingProblem("an expression is expected, not \(input.shown)")
        }
        let spelled = members.filter { $0.key != "id" && $0.key != "description" }
        guard let member = spelled.first, spelled.count == 1 else {
            throw SettingProblem(
                spelled.isEmpty
                    ? "an expression is expected"
                    : "one language is expected, not \(spelled.map(\.key).joined(separator: ", "))")
        }
        if member.key == "expression" {
            // `onWhen: {expression: {simple: …}}` wraps it once more.
            self = try ExpressionSpelling(
                SettingInput(
                    .node(member.value), at: member.keySpan, environment: input.environment),
                bareLanguage: bareLanguage)
            return
        }
        try self.init(member, builder)
    }

    private init(
        _ language: String, _ source: String, at span: SourceSpan?, options: YAMLNode? = nil,
        _ builder: any RouteBuilding
    ) {
        self.language = language
        self.source = source
        self.options = options
        self.span = span
        self.builder = builder
    }

    private init(_ member: YAMLMember, _ builder: any RouteBuilding) throws {
        let node = member.value
        let named = member.key == "language" ? node["language"] : nil
        let language = named?.text ?? member.key
        try Self.checkOffered(language, at: named?.span ?? member.keySpan, builder)
        if let scalar = node.scalar {
            self.init(language, scalar.text, at: node.span, builder)
            return
        }
        let text = node["expression"] ?? Self.token(language, node)
        guard let scalar = text?.scalar else {
            throw DiagnosticsError(
                Diagnostic(
                    .badSetting, "'\(language)' needs an expression", at: node.span,
                    help: "write \(language): {expression: \"…\"}"))
        }
        self.init(language, scalar.text, at: text?.span, options: node, builder)
    }

    /// The tokenizers call their expression `token`.
    private static func token(_ language: String, _ node: YAMLNode) -> YAMLNode? {
        language == "tokenize" || language == "xtokenize" ? node["token"] : nil
    }

    private static func checkOffered(
        _ language: String, at span: SourceSpan, _ builder: any RouteBuilding
    ) throws {
        guard !builder.languageNames.contains(language) else { return }
        throw DiagnosticsError(
            Diagnostic(
                .unknownLanguage,
                ForeignLanguage.advice[language] == nil
                    ? "'\(language)' is no expression language here"
                    : "the language '\(language)' is not offered",
                at: span,
                help: ForeignLanguage.advice[language]
                    ?? Suggestion.help(for: language, in: builder.languageNames)
                    ?? "offered are \(builder.languageNames.sorted().joined(separator: ", "))"))
    }
}

/// Camel's languages that are not offered, and what to use in their place.
public enum ForeignLanguage {
    public static let advice: [String: String] = {
        let script = "use `jsonata` through `language`, or a `mapping:` step"
        let object = "use `simple`: ${body.field} and ${header.name} read without a bean"
        return [
            "groovy": script, "js": script, "python": script, "java": script, "joor": script,
            "jq": "use `jsonpath`, or `jsonata` through `language`", "jslt": script,
            "datasonnet": script, "mvel": script, "ognl": object, "spel": object,
            "method": object, "wasm": script, "xquery": "use `xpath`, or a `mapping:` step",
            "hl7terser": "use `tokenize` with `simple`, or a `mapping:` step",
        ]
    }()
}
