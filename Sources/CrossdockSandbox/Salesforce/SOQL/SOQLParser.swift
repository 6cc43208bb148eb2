/// Reads SOQL. Clauses and functions it does not know are refused, never skipped.
///
/// - Source: SOQL and SOSL Reference, "SOQL SELECT Syntax".
struct SOQLParser {
    private let tokens: [SOQLToken]
    private var at = 0
    private var depth = 0

    /// Deeper nesting of conditions is refused.
    private static let maximumDepth = 50
    /// Longer queries are refused, as the vendor does.
    static let maximumLength = 100_000

    static func parse(_ text: String) throws(SOQLError) -> SOQLQuery {
        guard text.utf8.count <= maximumLength else {
            throw SOQLError(
                "QUERY_TOO_COMPLICATED", "SOQL statements cannot be longer than 100000 characters.")
        }
        var parser = SOQLParser(tokens: try SOQLLexer.tokens(text))
        let query = try parser.query(isInner: false)
        guard parser.current.isEnd else { throw .unexpected(parser.current) }
        return query
    }

    private init(tokens: [SOQLToken]) { self.tokens = tokens }

    private var current: SOQLToken { tokens[min(at, tokens.count - 1)] }
    private var following: SOQLToken { tokens[min(at + 1, tokens.count - 1)] }

    private mutating func take(_ word: String) -> Bool {
        guard current.isWord(word) else { return false }
        at += 1
        return true
    }

    private mutating func takeSymbol(_ symbol: String) -> Bool {
        guard current.isSymbol(symbol) else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ word: String) throws(SOQLError) {
        guard take(word) else { throw .unexpected(current) }
    }

    private mutating func expectSymbol(_ symbol: String) throws(SOQLError) {
        guard takeSymbol(symbol) else { throw .unexpected(current) }
    }

    private mutating func name() throws(SOQLError) -> SOQLToken {
        guard current.kind == .name else { throw .unexpected(current) }
        defer { at += 1 }
        return current
    }

    private mutating func path() throws(SOQLError) -> SOQLQuery.Path {
        let token = try name()
        let parts = token.text.split(separator: ".", omittingEmptySubsequences: false)
        guard !parts.contains("") else { throw .unexpected(token) }
        return SOQLQuery.Path(parts: parts.map(String.init), position: token.position)
    }

    // MARK: Clauses

    private mutating func query(isInner: Bool) throws(SOQLError) -> SOQLQuery {
        try expect("SELECT")
        var items: [SOQLQuery.Item] = []
        repeat { items.append(try item(isInner: isInner)) } while takeSymbol(",")
        try expect("FROM")
        let object = try name()
        var query = SOQLQuery(
            items: items, object: object.text, objectPosition: object.position)
        if takeSymbol(",") { throw .unexpected(tokens[at - 1]) }
        query.alias = alias()
        if take("WHERE") { query.condition = try condition() }
        if take("GROUP") {
            try expect("BY")
            repeat { query.groups.append(try group()) } while takeSymbol(",")
        }
        if take("ORDER") {
            try expect("BY")
            repeat { query.orders.append(try order()) } while takeSymbol(",")
        }
        if take("LIMIT") { query.limit = try count() }
        if take("OFFSET") { query.offset = try count() }
        if current.kind == .name {
            throw .malformed(
                "unexpected token: \(current.text) (the sandbox has no such clause)",
                at: current.position)
        }
        return query
    }

    private static let clauses: Set<String> = [
        "WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "WITH", "FOR", "USING", "HAVING", "ALL",
        "UPDATE", "FROM", "AND", "OR", "NOT", "LIKE", "IN", "INCLUDES", "EXCLUDES", "ASC", "DESC",
        "NULLS",
    ]

    /// A name that is no clause, with or without `AS`.
    private mutating func alias() -> String? {
        if current.isWord("AS"), following.kind == .name { at += 1 }
        guard current.kind == .name, !Self.clauses.contains(current.text.uppercased()) else {
            return nil
        }
        defer { at += 1 }
        return current.text
    }

    private mutating func item(isInner: Bool) throws(SOQLError) -> SOQLQuery.Item {
        if current.isSymbol("("), !isInner {
            at += 1
            let inner = try query(isInner: true)
            try expectSymbol(")")
            return .children(inner)
        }
        let start = current
        if start.isWord("TYPEOF") {
            throw .malformed("TYPEOF is not known to the sandbox", at: start.position)
        }
        guard following.isSymbol("(") else { return .field(try path(), alias: alias()) }
        let function = try name()
        at += 1
        if function.isWord("FIELDS") {
            let which = try name()
            guard let set = SOQLQuery.FieldSet(rawValue: which.text.uppercased()) else {
                throw .unexpected(which)
            }
            try expectSymbol(")")
            return .fields(set, position: start.position)
        }
        guard let known = SOQLQuery.Function(rawValue: function.text.uppercased()) else {
            throw .malformed(
                "the sandbox has no function \(function.text)", at: function.position)
        }
        let argument = current.isSymbol(")") ? nil : try path()
        if argument == nil, known != .count { throw .unexpected(current) }
        try expectSymbol(")")
        return .aggregate(known, argument, alias: alias(), position: start.position)
    }

    private mutating func group() throws(SOQLError) -> SOQLQuery.Path {
        if following.isSymbol("(") {
            throw .malformed("the sandbox has no function \(current.text)", at: current.position)
        }
        return try path()
    }

    private mutating func order() throws(SOQLError) -> SOQLQuery.Order {
        if following.isSymbol("(") {
            throw .malformed("the sandbox has no function \(current.text)", at: current.position)
        }
        var order = SOQLQuery.Order(path: try path())
        if take("DESC") { order.isDescending = true } else { _ = take("ASC") }
        if take("NULLS") {
            if take("LAST") { order.nullsFirst = false } else { try expect("FIRST") }
        }
        return order
    }

    private mutating func count() throws(SOQLError) -> Int {
        let token = current
        guard token.kind == .number, let value = Int(token.text), value >= 0 else {
            throw .unexpected(token)
        }
        at += 1
        return value
    }

    // MARK: Conditions

    /// Either all parts are joined by AND or all by OR: the vendor refuses a mixture without
    /// parentheses.
    private mutating func condition() throws(SOQLError) -> SOQLQuery.Condition {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw .malformed("the condition nests too deeply", at: current.position)
        }
        var parts = [try simple()]
        if take("AND") {
            repeat { parts.append(try simple()) } while take("AND")
            if current.isWord("OR") { throw .unexpected(current) }
            return .all(parts)
        }
        if take("OR") {
            repeat { parts.append(try simple()) } while take("OR")
            if current.isWord("AND") { throw .unexpected(current) }
            return .any(parts)
        }
        return parts[0]
    }

    private mutating func simple() throws(SOQLError) -> SOQLQuery.Condition {
        if take("NOT") {
            depth += 1
            defer { depth -= 1 }
            guard depth <= Self.maximumDepth else {
                throw .malformed("the condition nests too deeply", at: current.position)
            }
            return .not(try simple())
        }
        if takeSymbol("(") {
            let inner = try condition()
            try expectSymbol(")")
            return inner
        }
        if following.isSymbol("(") {
            throw .malformed("the sandbox has no function \(current.text)", at: current.position)
        }
        return try comparison(try path())
    }

    private mutating func comparison(
        _ path: SOQLQuery.Path
    ) throws(SOQLError) -> SOQLQuery.Condition {
        let operation = current
        at += 1
        switch operation.text.uppercased() {
        case "=": return .compare(path, .equal, try literal())
        case "!=", "<>": return .compare(path, .notEqual, try literal())
        case "<": return .compare(path, .less, try literal())
        case "<=": return .compare(path, .lessOrEqual, try literal())
        case ">": return .compare(path, .greater, try literal())
        case ">=": return .compare(path, .greaterOrEqual, try literal())
        case "LIKE":
            guard case .string(let pattern) = current.kind else { throw .unexpected(current) }
            defer { at += 1 }
            return .like(path, pattern: pattern, position: current.position)
        case "IN": return try membership(path, negated: false)
        case "NOT":
            try expect("IN")
            return try membership(path, negated: true)
        case "INCLUDES": return .includes(path, try strings(), negated: false)
        case "EXCLUDES": return .includes(path, try strings(), negated: true)
        default: throw .unexpected(operation)
        }
    }

    private mutating func membership(
        _ path: SOQLQuery.Path, negated: Bool
    ) throws(SOQLError) -> SOQLQuery.Condition {
        try expectSymbol("(")
        if current.isWord("SELECT") {
            let inner = try query(isInner: true)
            try expectSymbol(")")
            return .isInQuery(path, inner, negated: negated)
        }
        var literals = [try literal()]
        while takeSymbol(",") { literals.append(try literal()) }
        try expectSymbol(")")
        return .isIn(path, literals, negated: negated)
    }

    private mutating func strings() throws(SOQLError) -> [String] {
        try expectSymbol("(")
        var texts: [String] = []
        repeat {
            guard case .string(let text) = current.kind else { throw .unexpected(current) }
            texts.append(SOQLText.unescaped(text))
            at += 1
        } while takeSymbol(",")
        try expectSymbol(")")
        return texts
    }

    private mutating func literal() throws(SOQLError) -> SOQLQuery.Literal {
        let token = current
        at += 1
        let value: SOQLQuery.Literal.Value
        switch token.kind {
        case .string(let text): value = .string(SOQLText.unescaped(text))
        case .number:
            guard Double(token.text) != nil else { throw .unexpected(token) }
            value = .number(token.text)
        case .date:
            if let day = Timestamp.parseDate(token.text) {
                value = .date(day)
            } else if let instant = Timestamp.parse(token.text) {
                value = .dateTime(instant)
            } else {
                throw .malformed("unexpected token: \(token.text)", at: token.position)
            }
        case .name: value = try word(token)
        case .symbol, .end: throw .unexpected(token)
        }
        return SOQLQuery.Literal(value: value, text: token.text, position: token.position)
    }

    private mutating func word(_ token: SOQLToken) throws(SOQLError) -> SOQLQuery.Literal.Value {
        let word = token.text.uppercased()
        switch word {
        case "NULL": return .null
        case "TRUE": return .bool(true)
        case "FALSE": return .bool(false)
        default:
            guard let takesCount = DateRange.names[word] else { throw .unexpected(token) }
            guard takesCount else { return .range(name: word, count: nil) }
            try expectSymbol(":")
            return .range(name: word, count: try count())
        }
    }
}

/// Texts of queries.
enum SOQLText {
    /// Takes away the backslashes that the lexer kept for `LIKE`.
    static func unescaped(_ text: String) -> String {
        guard text.contains("\\") else { return text }
        var result = ""
        var isEscaped = false
        for character in text {
            if character == "\\", !isEscaped {
                isEscaped = true
            } else {
                result.append(character)
                isEscaped = false
            }
        }
        return result
    }
}
