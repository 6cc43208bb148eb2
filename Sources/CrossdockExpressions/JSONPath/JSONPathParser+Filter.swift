internal import CrossdockData

extension JSONPathParser {
    /// `a || b`, looser than `a && b`.
    mutating func filter() throws(JSONPathError) -> PathFilter {
        try nested { (parser) throws(JSONPathError) in
            var parts = [try parser.conjunction()]
            while parser.takeLogical("||") { parts.append(try parser.conjunction()) }
            return parts.count == 1 ? parts[0] : .any(parts)
        }
    }

    private mutating func conjunction() throws(JSONPathError) -> PathFilter {
        var parts = [try basic()]
        while takeLogical("&&") { parts.append(try basic()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func takeLogical(_ text: String) -> Bool {
        let start = at
        skipBlanks()
        guard take(text) else {
            at = start
            return false
        }
        skipBlanks()
        return true
    }

    private mutating func basic() throws(JSONPathError) -> PathFilter {
        if take("!") {
            skipBlanks()
            return .not(try negated())
        }
        if next == "(" { return try parenthesised() }
        return try testOrComparison()
    }

    /// What may follow `!`: parentheses or a test, never a comparison.
    private mutating func negated() throws(JSONPathError) -> PathFilter {
        if next == "(" { return try parenthesised() }
        let start = at
        let filter = try testOrComparison()
        if case .comparison = filter {
            at = start
            throw failure("'!' before a comparison needs parentheses")
        }
        return filter
    }

    private mutating func parenthesised() throws(JSONPathError) -> PathFilter {
        at += 1
        skipBlanks()
        let inner = try filter()
        skipBlanks()
        guard take(")") else { throw failure("')' is expected") }
        return inner
    }

    // MARK: - Tests and comparisons

    /// What stands on one side of an operator, before its use is known.
    private enum Side {
        case operand(PathOperand)
        case query(PathQuery)
        case test(PathFilter)
    }

    private mutating func testOrComparison() throws(JSONPathError) -> PathFilter {
        let start = at
        let left = try side()
        let afterLeft = at
        skipBlanks()
        guard let found = comparisonOperator() else {
            at = afterLeft
            return try test(left, from: start)
        }
        if found == .pattern { return try patternTest(left) }
        guard case .comparison(let operation) = found else {
            throw failure("an operator is expected")
        }
        let leftOperand = try operand(left, from: start)
        skipBlanks()
        let rightStart = at
        let right = try side()
        return .comparison(leftOperand, operation, try operand(right, from: rightStart))
    }

    private mutating func test(_ side: Side, from start: Int) throws(JSONPathError) -> PathFilter {
        switch side {
        case .query(let query): return .exists(query)
        case .test(let filter): return filter
        case .operand:
            at = start
            throw failure("a value by itself is no test; compare it")
        }
    }

    private mutating func operand(
        _ side: Side, from start: Int
    ) throws(JSONPathError) -> PathOperand {
        switch side {
        case .operand(let operand): return operand
        case .query(let query):
            guard query.isSingular || dialect == .jayway else {
                at = start
                throw failure("only a query for one value can be compared")
            }
            return .query(query)
        case .test:
            at = start
            throw failure("the result of this function cannot be compared")
        }
    }

    private enum FoundOperator: Equatable {
        case comparison(PathOperator)
        case pattern
    }

    private mutating func comparisonOperator() -> FoundOperator? {
        if dialect == .jayway, take("=~") { return .pattern }
        for symbol in ["==", "!=", "<=", ">=", "<", ">"] where take(symbol) {
            return PathOperator(rawValue: symbol).map { .comparison($0) }
        }
        guard dialect == .jayway else { return nil }
        let start = at
        var word = ""
        while let scalar = next, scalar.isASCII, scalar.properties.isAlphabetic {
            word.unicodeScalars.append(scalar)
            at += 1
        }
        let words: Set<String> = [
            "in", "nin", "subsetof", "anyof", "noneof", "size", "empty", "contains",
        ]
        if words.contains(word.lowercased()), let found = PathOperator(rawValue: word.lowercased())
        {
            return .comparison(found)
        }
        at = start
        return nil
    }

    /// `=~ /pattern/flags`
    private mutating func patternTest(_ left: Side) throws(JSONPathError) -> PathFilter {
        skipBlanks()
        let start = at
        guard take("/") else { throw failure("a pattern is written '/…/'") }
        var text = ""
        while let scalar = next, scalar != "/" {
            at += 1
            if scalar == "\\", next == "/" {
                text += "/"
                at += 1
            } else {
                text.unicodeScalars.append(scalar)
                if scalar == "\\", let escaped = next {
                    text.unicodeScalars.append(escaped)
                    at += 1
                }
            }
        }
        guard take("/") else { throw failure("a pattern that is not closed") }
        var ignoresCase = false
        while let flag = next, "imsxdU".unicodeScalars.contains(flag) {
            ignoresCase = ignoresCase || flag == "i"
            at += 1
        }
        do {
            return .pattern(
                try operand(left, from: start), try Pattern(text, ignoresCase: ignoresCase))
        } catch let error as PatternError {
            throw JSONPathError(message: error.message, offset: start + 1 + error.offset)
        } catch let error as JSONPathError {
            throw error
        } catch {
            throw failure("the pattern cannot be used")
        }
    }

    private mutating func side() throws(JSONPathError) -> Side {
        switch next {
        case "@", "$":
            let isRelative = next == "@"
            at += 1
            let query = PathQuery(isRelative: isRelative, segments: try segments())
            return .query(query)
        case "'", "\"": return .operand(.literal(.string(try string())))
        case "[" where dialect == .jayway: return .operand(.literal(try list()))
        case let scalar? where scalar == "-" || scalar.asciiDigit != nil:
            return .operand(.literal(.number(try number())))
        default: return try word()
        }
    }

    /// Jayway's list literals: `['a', 'b']`.
    private mutating func list() throws(JSONPathError) -> Value {
        at += 1
        var elements: [Value] = []
        skipBlanks()
        while next != "]" {
            guard case .operand(.literal(let value)) = try side() else {
                throw failure("a list holds texts and numbers")
            }
            elements.append(value)
            skipBlanks()
            guard take(",") else { break }
            skipBlanks()
        }
        guard take("]") else { throw failure("']' is expected") }
        return .array(elements)
    }

    /// `true`, `false`, `null` or a function.
    private mutating func word() throws(JSONPathError) -> Side {
        let start = at
        while let scalar = next {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": at += 1
            case "0"..."9" where at > start: at += 1
            default:
                return try named(String(String.UnicodeScalarView(scalars[start..<at])), from: start)
            }
        }
        return try named(String(String.UnicodeScalarView(scalars[start..<at])), from: start)
    }

    private mutating func named(_ name: String, from start: Int) throws(JSONPathError) -> Side {
        if next == "(" { return try call(name, from: start) }
        switch name {
        case "true": return .operand(.literal(true))
        case "false": return .operand(.literal(false))
        case "null": return .operand(.literal(nil))
        default:
            at = start
            throw failure(name.isEmpty ? "a value is expected" : "'\(name)' is no value")
        }
    }

    // MARK: - Functions

    private mutating func call(_ name: String, from start: Int) throws(JSONPathError) -> Side {
        at += 1
        var arguments: [(side: Side, place: Int)] = []
        skipBlanks()
        if next != ")" {
            repeat {
                skipBlanks()
                let place = at
                arguments.append(
                    (try nested { (parser) throws(JSONPathError) in try parser.argument() }, place))
                skipBlanks()
            } while take(",")
        }
        guard take(")") else { throw failure("')' is expected") }
        func expect(_ count: Int) throws(JSONPathError) {
            guard arguments.count == count else {
                throw JSONPathError(
                    message: "'\(name)' takes \(count) arguments, not \(arguments.count)",
                    offset: start)
            }
        }
        switch name {
        case "length":
            try expect(1)
            return .operand(.length(try valueArgument(arguments[0])))
        case "count":
            try expect(1)
            return .operand(.count(try nodesArgument(arguments[0])))
        case "value":
            try expect(1)
            return .operand(.value(try nodesArgument(arguments[0])))
        case "match", "search":
            try expect(2)
            return .test(
                .matches(
                    try valueArgument(arguments[0]), try valueArgument(arguments[1]),
                    whole: name == "match"))
        default:
            throw JSONPathError(message: "the function '\(name)' does not exist", offset: start)
        }
    }

    /// An argument may be any operand; a whole filter is one only for parameters nobody has.
    private mutating func argument() throws(JSONPathError) -> Side { try side() }

    private func valueArgument(
        _ argument: (side: Side, place: Int)
    ) throws(JSONPathError) -> PathOperand {
        switch argument.side {
        case .operand(let operand): return operand
        case .query(let query) where query.isSingular: return .query(query)
        case .query, .test:
            throw JSONPathError(message: "one value is expected here", offset: argument.place)
        }
    }

    private func nodesArgument(
        _ argument: (side: Side, place: Int)
    ) throws(JSONPathError) -> PathQuery {
        guard case .query(let query) = argument.side else {
            throw JSONPathError(message: "a query is expected here", offset: argument.place)
        }
        return query
    }
}
