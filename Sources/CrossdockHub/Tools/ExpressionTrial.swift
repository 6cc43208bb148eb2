internal import CrossdockCore
public import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockExpressions
internal import CrossdockSettings
internal import CrossdockXML

/// Evaluates expressions of routes outside of a route, for `crossdock eval`.
public enum ExpressionTrial {
    /// What is wrong with the expression, or with asking it; bad input is another error.
    public struct Failure: Error, Equatable {
        public let code: String
        public let message: String

        /// `{"error":{"code":…,"message":…}}`.
        public var report: Value {
            ["error": ["code": .string(code), "message": .string(message)]]
        }
    }

    /// Camel's simple, over a body and headers.
    public static func simple(
        _ expression: String, body: [UInt8], headers: ValueObject
    ) throws(Failure) -> Value {
        var message = Message(body.isEmpty ? .empty : .bytes(body))
        for (name, value) in headers { message[header: name] = value }
        var exchange = Exchange(message)
        return try judged {
            try SimpleLanguage().compile(
                expression, options: nil, at: nil,
                in: ExpressionScope(languages: { name in
                    ExpressionLanguages.all.first { type(of: $0).name == name }
                })
            ).value(in: &exchange)
        }
    }

    /// RFC 9535: the list of what the query finds.
    ///
    /// - Throws: ``Failure``, or ``JSONError`` for input that is no JSON.
    public static func jsonPath(_ query: String, in input: [UInt8]) throws -> Value {
        let path: JSONPath = try judged { try JSONPath(query) }
        let document = try JSONDocument(input)
        let found = try judged { try path.nodes(in: document) }
        return .array(try found.map { try $0.value() })
    }

    /// XPath 1.0: a list of texts for nodes, otherwise the text, number or truth value.
    ///
    /// - Parameter variables: What `$name` stands for.
    /// - Throws: ``Failure``, or `XMLError` for input that is no XML.
    public static func xPath(
        _ expression: String, in input: [UInt8], variables: ValueObject
    ) throws -> Value {
        let compiled: XPathExpression = try judged { try XPathExpression(expression) }
        let document = try XMLDocument(input)
        var values: [String: XPathValue] = [:]
        for (name, value) in variables {
            values[name] =
                switch value {
                case .number(let number): .number(number.double)
                case .bool(let flag): .boolean(flag)
                default: .string(value.scalarText ?? value.jsonText)
                }
        }
        let bound = values
        switch try judged({ try compiled.evaluate(in: document, variables: bound) }) {
        case .nodes(let nodes): return .array(nodes.map { .string($0.text) })
        case .string(let text): return .string(text)
        case .number(let number): return number.isFinite ? .double(number) : .string("\(number)")
        case .boolean(let flag): return .bool(flag)
        }
    }

    private static func judged<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
        do { return try body() } catch let error as JSONPathError {
            throw Failure(
                code: DiagnosticCode.expressionSyntax.id,
                message: "\(error.message), at column \(error.offset + 1)")
        } catch let error as any Classified {
            throw Failure(code: error.code.id, message: error.message)
        } catch {
            throw Failure(code: DiagnosticCode.expressionFailed.id, message: "\(error)")
        }
    }
}
