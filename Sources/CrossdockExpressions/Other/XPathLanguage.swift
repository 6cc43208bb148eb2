public import CrossdockCore
internal import CrossdockData
public import CrossdockDiagnostics
public import CrossdockSettings
internal import CrossdockXML

/// XPath 1.0 over an XML body.
public struct XPathLanguage: Language {
    public static let name = "xpath"
    public static let summary = "XPath 1.0 with namespaces and Camel's functions."

    public init() {}

    private static let own: Set<String> = [
        "namespace", "namespaces", "resultQName", "documentType", "saxon", "factoryRef",
        "objectModel",
        "logNamespaces", "threadSafety", "preCompile",
    ]

    public func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        let options = try LanguageOptions(options, own: Self.own)
        let place = ExpressionPlace(source: source, trims: true, span: span)
        var bindings = XPathBindings()
        let text = try bindings.bind(place.text, at: place, scope)
        let namespaces = Self.namespaces(options)
        let compiled: XPathExpression
        do throws(XMLError) {
            compiled = try XPathExpression(text, namespaces: namespaces)
        } catch {
            throw DiagnosticsError(
                Diagnostic(
                    .expressionSyntax, error.reason,
                    at: place.span(at: max(0, (error.position?.column ?? 1) - 1))))
        }
        return options.typed(
            XPathTerm(
                expression: compiled, bindings: bindings,
                input: try ExpressionInput(options.source, scope),
                kind: options.text("resultQName")?.uppercased(),
                yieldsText: options.resultType.map { $0 != .node && $0 != .any } ?? false))
    }

    /// `namespace: [{key: c, value: urn:…}]`, or a map of prefixes.
    private static func namespaces(_ options: LanguageOptions) -> [String: String] {
        var namespaces = ["soap": "http://schemas.xmlsoap.org/soap/envelope/"]
        for node in [options.node("namespace"), options.node("namespaces")].compactMap({ $0 }) {
            for entry in node.sequence ?? [] {
                if let key = entry["key"]?.text, let value = entry["value"]?.text {
                    namespaces[key] = value
                }
            }
            for member in node.mapping ?? [] { namespaces[member.key] = member.value.text ?? "" }
        }
        return namespaces
    }
}

/// The values that an expression takes from outside of its document.
///
/// Camel's functions (`in:header('x')`, `function:simple('…')`) become variables, whose values are
/// bound for each message and never become part of the expression's text.
private struct XPathBindings: Sendable {
    private var sources: [(name: String, source: any CompiledExpression)] = []

    private static let functions = [
        "in:header(", "out:header(", "header(", "in:body(", "function:simple(",
        "function:properties(",
        "in:exchangeProperty(", "variable(",
    ]

    mutating func bind(
        _ text: String, at place: ExpressionPlace, _ scope: ExpressionScope
    ) throws -> String {
        var result = ""
        var rest = text[...]
        while !rest.isEmpty {
            if let call = Self.functions.first(where: { rest.hasPrefix($0) }),
                result.last.map({ !$0.isLetter && $0 != ":" && $0 != "-" }) ?? true
            {
                let content = rest.dropFirst(call.count)
                guard let end = content.firstIndex(of: ")") else { break }
                let argument = String(content[..<end]).trimmed
                let name = "crossdock\(sources.count)"
                sources.append((name, try Self.source(call, argument, place, scope)))
                result += "$" + name
                rest = content[content.index(after: end)...]
            } else {
                result.append(rest.removeFirst())
            }
        }
        return try headerVariables(result + rest)
    }

    /// `$name` stands for a header.
    private mutating func headerVariables(_ text: String) throws -> String {
        var result = ""
        var rest = text[...]
        var quote: Character?
        while let next = rest.popFirst() {
            result.append(next)
            if next == "'" || next == "\"" {
                if quote == next { quote = nil } else if quote == nil { quote = next }
            }
            guard next == "$", quote == nil, !rest.hasPrefix("crossdock") else { continue }
            let name = rest.prefix { $0.isLetter || $0.isNumber || "_-.:".contains($0) }
            guard !name.isEmpty else { continue }
            let plain = name.split(separator: ":").last.map(String.init) ?? String(name)
            let bound = "crossdock\(sources.count)"
            sources.append((bound, HeaderAccess(name: HeaderName(plain))))
            result += bound
            rest = rest.dropFirst(name.count)
        }
        return result
    }

    private static func source(
        _ call: String, _ argument: String, _ place: ExpressionPlace, _ scope: ExpressionScope
    ) throws -> any CompiledExpression {
        if call == "in:body(" { return BodyTerm() }
        guard let name = SimpleParser.unquoted(argument) else {
            throw DiagnosticsError(
                Diagnostic(
                    .expressionSyntax, "'\(call)…)' takes a text in quotes", at: place.span(at: 0)))
        }
        switch call {
        case "function:simple(":
            return try SimpleLanguage().compile(
                name, options: nil, at: place.span(at: 0), in: scope)
        case "function:properties(":
            return try SimpleLanguage().compile(
                "${properties:\(name)}", options: nil, at: place.span(at: 0), in: scope)
        case "in:exchangeProperty(": return PropertyAccess(name: name)
        case "variable(": return VariableAccess(name: VariableName(name), store: scope.variables)
        default: return HeaderAccess(name: HeaderName(name))
        }
    }

    func values(_ exchange: inout Exchange) throws -> [String: XPathValue] {
        var values: [String: XPathValue] = [:]
        for (name, source) in sources {
            switch try source.value(in: &exchange) {
            case .number(let number): values[name] = .number(number.double)
            case .bool(let flag): values[name] = .boolean(flag)
            case let value: values[name] = .string(value.scalarText ?? "")
            }
        }
        return values
    }
}

private struct XPathTerm: CompiledExpression {
    let expression: XPathExpression
    let bindings: XPathBindings
    let input: ExpressionInput
    /// `STRING`, `NUMBER`, `BOOLEAN`, `NODE` or `NODESET`.
    let kind: String?
    let yieldsText: Bool

    private func result(_ exchange: inout Exchange) throws -> XPathResult {
        let values = try bindings.values(&exchange)
        let document = try input.with(&exchange) { try $0.xml() }
        return try expression.evaluate(in: document, variables: values)
    }

    func value(in exchange: inout Exchange) throws -> Value {
        let result = try result(&exchange)
        switch kind {
        case "STRING": return .string(result.text)
        case "NUMBER":
            return Double(result.text).map { .double($0) } ?? .null
        case "BOOLEAN": return .bool(result.isTrue)
        default: break
        }
        switch result {
        case .string(let text): return .string(text)
        case .number(let number): return .double(number)
        case .boolean(let flag): return .bool(flag)
        case .nodes(let nodes):
            if nodes.isEmpty { return yieldsText ? "" : .null }
            if nodes.count == 1 || yieldsText { return .string(nodes[0].text) }
            return .array(nodes.map { .string($0.text) })
        }
    }

    func body(in exchange: inout Exchange) throws -> Body {
        guard kind == nil || kind == "NODE" || kind == "NODESET", !yieldsText,
            case .nodes(let nodes) = try result(&exchange), nodes.count == 1
        else {
            let value = try value(in: &exchange)
            return value.string.map { .text($0) } ?? .value(value)
        }
        return try Self.body(of: nodes[0])
    }

    func matches(_ exchange: inout Exchange) throws -> Bool { try result(&exchange).isTrue }

    func list(in exchange: inout Exchange) throws -> [Body] {
        guard case .nodes(let nodes) = try result(&exchange) else {
            return [try body(in: &exchange)]
        }
        return try nodes.map { try Self.body(of: $0) }
    }

    /// An element stays XML, with the namespaces it needs; everything else is text.
    private static func body(of node: XPathNode) throws -> Body {
        switch node {
        case .element(let element): .xml(try XMLDocument(element.serialized()))
        case .document(let document): .xml(document)
        default: .text(node.text)
        }
    }
}
