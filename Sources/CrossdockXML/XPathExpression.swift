internal import CXML2
internal import CrossdockDiagnostics
internal import Synchronization

/// An XPath 1.0 expression, compiled once, evaluated over any number of documents.
///
/// Values from messages go in as variables, never into the text of the expression.
///
/// - Source: XML Path Language (XPath) Version 1.0.
public struct XPathExpression: Sendable {
    public let text: String
    /// What each prefix in the expression stands for. The document's own prefixes do not count.
    public let namespaces: [String: String]
    private let compiled: Compiled

    /// Longest expression that is compiled.
    ///
    /// - Unit: bytes.
    public static let maximumLength = 4_096
    /// How deep brackets and parentheses may nest.
    public static let maximumNesting = 64

    /// Compiles an expression.
    ///
    /// - Throws: ``XMLError`` (CD2166) with the column.
    public init(_ text: String, namespaces: [String: String] = [:]) throws(XMLError) {
        self.text = text
        self.namespaces = namespaces
        try Self.checkSize(text)
        compiled = try Compiled(text)
    }

    /// Evaluates the expression.
    ///
    /// - Parameters:
    ///   - element: Where relative paths start; nil for the document itself.
    ///   - variables: By name, `id` or `prefix:id`; read as `$id`.
    ///   - operationLimit: How many steps are allowed; nil for a limit that grows with the document,
    ///     so that expressions that look at each node a few times pass.
    /// - Throws: ``XMLError``: CD2167 for too much work, CD2168 for unknown names.
    public func evaluate(
        in document: XMLDocument, from element: XMLElement? = nil,
        variables: [String: XPathValue] = [:], operationLimit: Int? = nil
    ) throws(XMLError) -> XPathResult {
        let limit = operationLimit ?? max(1_000_000, document.tree.nodes.count * 20)
        let start = element?.index ?? 0
        return try document.library.withLock { (library) throws(XMLError) in
            let tree: LibraryTree
            if let ready = library { tree = ready } else { tree = try LibraryTree(document.tree) }
            library = tree
            let evaluation = try XPathEvaluation(tree, at: start, operationLimit: limit)
            for (prefix, namespace) in namespaces { evaluation.declare(prefix, namespace) }
            for (name, value) in variables {
                try evaluation.bind(name, to: value, namespaces: namespaces)
            }
            return try compiled.withPointer { (expression) throws(XMLError) in
                try evaluation.run(expression, over: document)
            }
        }
    }

    /// The compiler and the evaluator are recursive; this bounds how far they go. The compiler also takes
    /// the end of the text for a closing parenthesis.
    private static func checkSize(_ text: String) throws(XMLError) {
        guard text.utf8.count <= maximumLength else {
            throw XMLError(.xpathSyntax, "an expression of more than \(maximumLength) bytes")
        }
        var nesting = 0
        var quote: UInt8?
        for (at, byte) in text.utf8.enumerated() {
            if let open = quote {
                if byte == open { quote = nil }
                continue
            }
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
            case UInt8(ascii: "("), UInt8(ascii: "["): nesting += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): nesting -= 1
            case 0:
                throw XMLError(.xpathSyntax, "a NUL character", at: .init(line: 1, column: at + 1))
            default: break
            }
            guard nesting <= maximumNesting else {
                throw XMLError(
                    .xpathSyntax, "more than \(maximumNesting) nested brackets",
                    at: .init(line: 1, column: at + 1))
            }
        }
        guard nesting == 0, quote == nil else {
            throw XMLError(
                .xpathSyntax, quote == nil ? "brackets do not match" : "a text is not closed",
                at: .init(line: 1, column: text.utf8.count + 1))
        }
    }
}

/// A compiled expression of the library.
///
/// - Ownership: owns the expression and frees it in `deinit`.
/// - Threads: evaluation caches function addresses in the expression, so one thread evaluates at a time.
private final class Compiled: @unchecked Sendable {
    private let pointer: xmlXPathCompExprPtr
    private let evaluating = Mutex(())

    init(_ text: String) throws(XMLError) {
        guard let context = xmlXPathNewContext(nil) else {
            throw XMLError(.xpathSyntax, "there is no memory for an expression")
        }
        defer { xmlXPathFreeContext(context) }
        var failure = crossdock_xml_failure()
        let compiled = withUnsafeMutablePointer(to: &failure) { failure in
            crossdock_xpath_install_errors(context, failure)
            crossdock_xml_be_silent()
            return xmlXPathCtxtCompile(context, text)
        }
        guard let compiled else { throw failure.error(.xpathSyntax) }
        pointer = compiled
    }

    deinit { xmlXPathFreeCompExpr(pointer) }

    func withPointer<Result>(
        _ body: (xmlXPathCompExprPtr) throws(XMLError) -> sending Result
    ) throws(XMLError) -> sending Result {
        try evaluating.withLock { (_) throws(XMLError) in try body(pointer) }
    }
}

extension crossdock_xml_failure {
    func error(_ code: DiagnosticCode) -> XMLError {
        let text = withUnsafeBytes(of: message) { raw in
            String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
        let position = XMLError.Position(line: Int(line), column: Int(max(1, column)))
        return XMLError(code, text.isEmpty ? "the expression failed" : text, at: position)
    }
}
