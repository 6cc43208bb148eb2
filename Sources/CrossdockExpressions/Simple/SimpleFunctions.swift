internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics

/// Finds what stands between `${` and `}`.
enum SimpleFunctions {
    typealias Term = any CompiledExpression

    static func term(_ parser: SimpleParser) throws -> Term {
        var parser = parser
        parser.skipSpaces()
        let text = parser.text(parser.at..<parser.scalars.count).trimmed
        guard !text.isEmpty else { throw parser.failure("an empty '${}'", at: 0) }
        if let word = plain(text, parser.scope) { return word }
        if let access = try access(text, parser) { return access }
        if let call = try call(text, parser) { return call }
        if let prefixed = try prefixed(text, parser) { return prefixed }
        throw unknown(text, parser)
    }

    private static func unknown(_ text: String, _ parser: SimpleParser) -> SimpleSyntaxError {
        let word = String(text.prefix { $0 != "." && $0 != "(" && $0 != "[" && $0 != ":" })
        return SimpleSyntaxError(
            message: "simple has no function '\(word.prefix(60))'", offset: parser.base,
            code: .unknownFunction,
            help: Suggestion.help(for: word, in: names)
                ?? "data is reached by ${body…}, ${header.name}, ${variable.name}")
    }

    static var names: [String] {
        words.keys + accesses.map(\.prefix) + calls.keys
            + ["date", "date-with-timezone", "properties", "propertiesExist", "env", "sys", "ref"]
    }

    // MARK: - Words

    private static func plain(_ text: String, _ scope: ExpressionScope) -> Term? {
        words[text]?(scope)
    }

    private static let words: [String: @Sendable (ExpressionScope) -> Term] = [
        "body": { _ in BodyTerm() },
        "in.body": { _ in BodyTerm() },
        "bodyOneLine": { _ in
            Computed { exchange in
                let text = exchange.message.body.text ?? ""
                return .string(text.replacing("\r", with: "").replacing("\n", with: ""))
            }
        },
        "prettyBody": { _ in
            Computed { .string(PrettyText.of(&$0.message.body)) }
        },
        "originalBody": { _ in OriginalBodyTerm() },
        "null": { _ in Constant(.null) },
        "id": { _ in Computed { .string($0.id.description) } },
        "exchangeId": { _ in Computed { .string($0.id.description) } },
        "messageTimestamp": { _ in
            Computed { $0.message[header: "CamelMessageTimestamp"] ?? 0 }
        },
        "camelId": { _ in Constant("crossdock") },
        "routeId": { scope in Constant(.string(scope.routeID)) },
        "fromRouteId": { scope in
            Computed { .string($0.unitOfWork?.fromRoute ?? scope.routeID) }
        },
        "routeGroup": { scope in Constant(scope.routeGroup.map { .string($0) } ?? .null) },
        "stepId": { _ in Computed { $0.property("CamelStepId") ?? .null } },
        "threadId": { _ in Computed { _ in .integer(ThreadIdentity.number) } },
        "threadName": { _ in Computed { _ in .string(ThreadIdentity.name) } },
        "hostName": { _ in Constant(.string(ThreadIdentity.hostName)) },
        "hostname": { _ in Constant(.string(ThreadIdentity.hostName)) },
        "exception": { _ in
            Computed { $0.caught.map { .string(ExceptionName.describe($0)) } ?? .null }
        },
        "headers": { _ in Computed { .object(allHeaders(of: $0)) } },
        "in.headers": { _ in Computed { .object(allHeaders(of: $0)) } },
        "variables": { _ in
            Computed { exchange in
                .object(ValueObject(try exchange.variables.map { ($0.name, try $0.value.value()) }))
            }
        },
        "exchangeProperties": { _ in
            Computed { .object(ValueObject($0.properties.map { ($0.name, $0.value) })) }
        },
        "exchange": { _ in Computed { .string("Exchange[\($0.id)]") } },
        "messageHistory": { _ in Computed { $0.property("CamelMessageHistory") ?? "" } },
        "uuid": { _ in Computed { _ in .string(Identifiers.uuid()) } },
    ]

    static func allHeaders(of exchange: Exchange) -> ValueObject {
        var all = ValueObject()
        for (name, value) in exchange.message.headers { all[name] = value }
        for (name, value) in exchange.message.control { all[name] = value }
        return all
    }

    // MARK: - Headers, variables, properties

    private enum Access { case header, variable, property, body, exception, exchange }

    private static let accesses: [(prefix: String, kind: Access)] = [
        ("in.headers", .header), ("in.header", .header), ("headers", .header), ("header", .header),
        ("variables", .variable), ("variable", .variable),
        ("exchangeProperty", .property), ("property", .property),
        ("in.body", .body), ("body", .body), ("exception", .exception), ("exchange", .exchange),
    ]

    private static func access(_ text: String, _ parser: SimpleParser) throws -> Term? {
        for (prefix, kind) in accesses where text.hasPrefix(prefix) {
            let rest = text.dropFirst(prefix.count)
            guard let next = rest.first, ".?[:".contains(next) else { continue }
            var parser = parser
            parser.skipSpaces()
            parser.at += prefix.unicodeScalars.count
            switch kind {
            case .body:
                let inner = SimpleParser(
                    parser.scalars[parser.at...], parser.scope, base: parser.base + parser.at,
                    depth: parser.depth)
                var path = inner
                return BodyPath(try path.objectPath())
            case .exception: return try ExceptionTerm.make(String(rest), parser)
            case .exchange: return try exchangeTerm(String(rest), parser)
            case .header, .variable, .property: return try named(kind, &parser)
            }
        }
        return nil
    }

    /// `.name`, `?.name`, `:name` or `[name]`, with a path behind it.
    private static func named(_ kind: Access, _ parser: inout SimpleParser) throws -> Term {
        let isBracket = parser.scalars[parser.at] == "["
        if !isBracket { _ = parser.take("?") }
        parser.at += 1
        let start = parser.at
        let end: Int
        if isBracket {
            end = try bracketEnd(parser, from: start)
            parser.at = end + 1
        } else {
            end = try nameEnd(parser, kind, from: start)
            parser.at = end
        }
        guard end > start else { throw parser.failure("a name is expected", at: start) }
        let root = try root(kind, start..<end, parser)
        guard !parser.isAtEnd else { return root }
        var rest = SimpleParser(
            parser.scalars[parser.at...], parser.scope, base: parser.base + parser.at,
            depth: parser.depth)
        return PathTerm(root: root, path: try rest.objectPath())
    }

    private static func bracketEnd(_ parser: SimpleParser, from start: Int) throws -> Int {
        var place = start
        while place < parser.scalars.count, parser.scalars[place] != "]" {
            if let inner = parser.functionStart(at: place) {
                place = try parser.functionEnd(from: inner)
            }
            place += 1
        }
        guard place < parser.scalars.count else {
            throw parser.failure("'[' without ']'", at: start - 1)
        }
        return place
    }

    /// A name ends where a path begins. Header names may hold `-` and `:`; dots end them, unless a
    /// variable's scope comes first.
    private static func nameEnd(
        _ parser: SimpleParser, _ kind: Access, from start: Int
    ) throws -> Int {
        var place = start
        // A header that variableReceive kept: `header:variable.Name`.
        let isKeptHeader =
            kind == .variable
            && parser.scalars[start...].starts(with: "header:".unicodeScalars)
        while place < parser.scalars.count {
            if let inner = parser.functionStart(at: place) {
                place = try parser.functionEnd(from: inner) + 1
                continue
            }
            let scalar = parser.scalars[place]
            if scalar == "[" || scalar == "." && !isKeptHeader { break }
            if scalar == "?", place + 1 < parser.scalars.count,
                ".[".unicodeScalars.contains(parser.scalars[place + 1])
            {
                break
            }
            place += 1
        }
        return place
    }

    private static func root(
        _ kind: Access, _ range: Range<Int>, _ parser: SimpleParser
    ) throws -> Term {
        let written = parser.text(range)
        let name = SimpleParser.unquoted(written) ?? written
        let store = parser.scope.variables
        if name.contains("${") {
            var inner = SimpleParser(
                parser.scalars[range], parser.scope, base: parser.base + range.lowerBound,
                depth: parser.depth + 1)
            let key = try inner.template()
            return Computed { exchange in
                let name = try key.text(in: &exchange) ?? ""
                switch kind {
                case .header: return exchange.message[header: name] ?? .null
                case .variable:
                    return try VariableName(name).value(in: exchange, store)?.value() ?? .null
                default: return exchange.property(name) ?? .null
                }
            }
        }
        switch kind {
        case .header: return HeaderAccess(name: HeaderName(name))
        case .variable: return VariableAccess(name: VariableName(name), store: store)
        default: return PropertyAccess(name: name)
        }
    }

    private static func exchangeTerm(_ rest: String, _ parser: SimpleParser) throws -> Term {
        switch rest.trimmed {
        case ".pattern", ".getPattern": return Computed { .string($0.pattern.rawValue) }
        case ".exchangeId", ".getExchangeId": return Computed { .string($0.id.description) }
        case ".fromRouteId", ".getFromRouteId":
            let route = parser.scope.routeID
            return Computed { .string($0.unitOfWork?.fromRoute ?? route) }
        case ".in.body", ".message.body": return BodyTerm()
        case ".failed", ".isFailed": return Computed { .bool($0.caught != nil) }
        default:
            throw SimpleSyntaxError(
                message: "'exchange\(rest.prefix(60))' is not offered", offset: parser.base,
                code: .unknownFunction,
                help: "use ${body…}, ${header.name}, ${exchangeProperty.name}")
        }
    }

    // MARK: - Calls

    /// A function with arguments.
    struct Call: Sendable {
        let arguments: ClosedRange<Int>
        /// Spaces around arguments count.
        var keepsSpaces = false
        let make: @Sendable ([SimpleParser.Argument], ExpressionScope) throws -> Term
    }

    static let calls: [String: Call] = textCalls.merging(collectionCalls) { first, _ in first }
        .merging(numberCalls) { first, _ in first }.merging(otherCalls) { first, _ in first }

    private static func call(_ text: String, _ parser: SimpleParser) throws -> Term? {
        guard let open = text.firstIndex(of: "(") else { return nil }
        let name = String(text[..<open])
        guard let call = calls[name] else { return nil }
        var parser = parser
        parser.skipSpaces()
        let openAt = parser.at + name.unicodeScalars.count
        // Arguments reach to the last parenthesis, so that text may hold some.
        var close = parser.scalars.count - 1
        while close > openAt, parser.scalars[close] != ")" { close -= 1 }
        guard close > openAt else { throw parser.failure("'(' without ')'", at: openAt) }
        let matching = (try? parser.closingParenthesis(from: openAt)) ?? close
        // A path may stand behind: bodyAs(String).length().
        let isFollowed =
            matching < close
            && (parser.scalars[matching + 1] == "." || parser.scalars[matching + 1] == "?")
        if isFollowed { close = matching }
        let arguments = try parser.arguments(
            in: (openAt + 1)..<close, keepsSpaces: call.keepsSpaces)
        guard call.arguments.contains(arguments.count) else {
            throw SimpleSyntaxError(
                message: "'\(name)' takes \(described(call.arguments)), not \(arguments.count)",
                offset: parser.base, code: .unknownFunction)
        }
        let term: Term
        do { term = try call.make(arguments, parser.scope) } catch let problem as FunctionProblem {
            throw SimpleSyntaxError(
                message: problem.message, offset: arguments.first?.place ?? parser.base,
                code: problem.code)
        }
        guard close + 1 < parser.scalars.count else { return term }
        var rest = SimpleParser(
            parser.scalars[(close + 1)...], parser.scope, base: parser.base + close + 1,
            depth: parser.depth)
        return PathTerm(root: term, path: try rest.objectPath())
    }

    private static func described(_ range: ClosedRange<Int>) -> String {
        range.lowerBound == range.upperBound
            ? "\(range.lowerBound) arguments"
            : range.upperBound > 50
                ? "at least \(range.lowerBound) arguments"
                : "\(range.lowerBound) to \(range.upperBound) arguments"
    }
}

/// What is wrong with a function's arguments, without the place.
struct FunctionProblem: Error {
    let message: String
    var code = DiagnosticCode.expressionSyntax
}

/// The body as it is.
struct BodyTerm: CompiledExpression {
    func value(in exchange: inout Exchange) throws -> Value { try exchange.message.body.value() }
    func body(in exchange: inout Exchange) throws -> Body { exchange.message.body }
    func text(in exchange: inout Exchange) throws -> String? { exchange.message.body.text }

    func list(in exchange: inout Exchange) throws -> [Body] {
        try exchange.message.body.elements(delimiter: nil)
    }
}

/// The body as the message entered the hub.
struct OriginalBodyTerm: CompiledExpression {
    func value(in exchange: inout Exchange) throws -> Value {
        try body(in: &exchange).value()
    }
    func body(in exchange: inout Exchange) throws -> Body {
        exchange.unitOfWork?.original.body ?? .empty
    }
    func text(in exchange: inout Exchange) throws -> String? { try body(in: &exchange).text }
}

/// A value and a path into it.
struct PathTerm: CompiledExpression {
    let root: any CompiledExpression
    let path: ObjectPath

    func value(in exchange: inout Exchange) throws -> Value {
        var body = try root.body(in: &exchange)
        if let document = body.jsonContainer() {
            return try path.walk(from: .node(document.root), &exchange).value()
        }
        return try path.walk(from: .value(try body.value()), &exchange).value()
    }
}

/// `exception.message` and the like.
enum ExceptionTerm {
    static func make(_ path: String, _ parser: SimpleParser) throws -> any CompiledExpression {
        var parts = path.split(whereSeparator: { ".?".contains($0) }).map(String.init)
        var depth = 0
        while parts.first == "cause" || parts.first == "getCause" {
            depth += 1
            parts.removeFirst()
        }
        let field = parts.map { $0.hasSuffix("()") ? String($0.dropLast(2)) : $0 }
            .joined(separator: ".")
        guard let read = fields[field] else {
            throw SimpleSyntaxError(
                message: "'exception\(path.prefix(60))' is not offered", offset: parser.base,
                code: .unknownFunction,
                help: "offered are exception.message, exception.class.name, exception.stacktrace")
        }
        let steps = depth
        return Computed { exchange in
            guard let error = exchange.caught else { return .null }
            let chain = Array(ExceptionName.chain(error).reversed())
            return chain.indices.contains(steps) ? .string(read(chain[steps])) : .null
        }
    }

    private static let fields: [String: @Sendable (any Error) -> String] = [
        "": { ExceptionName.describe($0) },
        "message": { ExceptionName.message($0) },
        "getMessage": { ExceptionName.message($0) },
        "localizedMessage": { ExceptionName.message($0) },
        "toString": { ExceptionName.describe($0) },
        "class": { "class " + ExceptionName.of($0) },
        "class.name": { ExceptionName.of($0) },
        "getClass.getName": { ExceptionName.of($0) },
        "class.simpleName": { simpleName($0) },
        "getClass.getSimpleName": { simpleName($0) },
        "stacktrace": { stackTrace($0) },
        "stackTrace": { stackTrace($0) },
        "statusCode": { status($0) },
    ]

    private static func simpleName(_ error: any Error) -> String {
        ExceptionName.of(error).split(separator: ".").last.map(String.init) ?? ""
    }

    /// There are no frames worth showing: what led to what is the trace.
    private static func stackTrace(_ error: any Error) -> String {
        ExceptionName.chain(error).reversed().map { ExceptionName.describe($0) }
            .joined(separator: "\nCaused by: ")
    }

    private static func status(_ error: any Error) -> String {
        (error as? any HTTPStatusCarrying).map { String($0.statusCode) } ?? ""
    }
}
