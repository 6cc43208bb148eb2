/// Reads an expression by operator precedence.
///
/// - Source: V. R. Pratt, "Top down operator precedence" (1973).
struct Parser {
    private var lexer: Lexer
    private var token: Token
    private var stack = StackGuard()
    private var nesting = 0

    private static let maximumNesting = 1_000

    static func parse(_ source: String) throws(JSONataError) -> Syntax {
        var parser = try Parser(source)
        let result = try parser.expression(0)
        if case .end = parser.token.kind { return result }
        throw parser.error("S0201", at: parser.token)
    }

    private init(_ source: String) throws(JSONataError) {
        lexer = Lexer(source)
        token = Token(kind: .end, start: 0, end: 0)
        try advance()
    }

    // MARK: Tokens

    private mutating func advance(afterValue: Bool = false) throws(JSONataError) {
        token = try lexer.next(afterValue: afterValue)
        // `!` and `~` end names, but are no operators by themselves.
        if token.symbol == .exclamation || token.symbol == .tilde {
            throw error("S0204", at: token)
        }
    }

    private mutating func expect(
        _ symbol: Symbol, afterValue: Bool = false
    ) throws(JSONataError) {
        guard token.symbol == symbol else {
            if case .end = token.kind { throw error("S0203", at: token, value: symbol.rawValue) }
            throw error("S0202", at: token, value: symbol.rawValue)
        }
        try advance(afterValue: afterValue)
    }

    /// Takes the token when it is that symbol.
    private mutating func accept(_ symbol: Symbol) throws(JSONataError) -> Bool {
        guard token.symbol == symbol else { return false }
        try advance()
        return true
    }

    private func error(
        _ code: String, at token: Token, value: String? = nil, index: Int? = nil
    ) -> JSONataError {
        JSONataError(
            code, stage: .compilation, at: token.end, from: token.start, token: token.text,
            details: JSONataDetails(value: value, index: index))
    }

    // MARK: Expressions

    /// Reads an expression whose operators bind more strongly than `power`.
    private mutating func expression(_ power: Int) throws(JSONataError) -> Syntax {
        nesting += 1
        defer { nesting -= 1 }
        if nesting > Self.maximumNesting || !stack.hasRoom {
            throw JSONataError(
                "U1001", stage: .compilation, at: token.end, from: token.start,
                details: JSONataDetails(text: "the expression nests too deeply"))
        }
        let first = token
        try advance(afterValue: true)
        var left = try value(first)
        while let symbol = token.symbol, power < symbol.bindingPower {
            let operation = token
            try advance()
            left = try extend(left, with: symbol, operation)
        }
        return left
    }

    /// Reads what starts with a token.
    private mutating func value(_ first: Token) throws(JSONataError) -> Syntax {
        switch first.kind {
        case .name(let name): return try Syntax(.name(name), first)
        case .variable(let name): return try Syntax(.variable(name), first)
        case .string(let text): return try Syntax(.constant(.string(text)), first)
        case .number(let number): return try Syntax(.constant(.number(number)), first)
        case .value(let constant): return try Syntax(.constant(constant), first)
        case .regex(let pattern): return try Syntax(.regex(pattern), first)
        case .end: return try Syntax(.end, first)
        case .symbol(let symbol): return try value(symbol, first)
        }
    }

    private mutating func value(_ symbol: Symbol, _ first: Token) throws(JSONataError) -> Syntax {
        switch symbol {
        // Words that are operators elsewhere are names where a value is due.
        case .and, .or, .isIn: return try Syntax(.name(symbol.rawValue), first)
        case .minus: return try Syntax(.negation(try expression(70)), first)
        case .star: return try Syntax(.wildcard, first)
        case .descendants: return try Syntax(.descendants, first)
        case .percent: return try Syntax(.parent, first)
        case .openParenthesis: return try block(first)
        case .openBracket: return try array(first)
        case .openBrace: return try Syntax(.object(try pairs()), first)
        case .bar: return try transform(first)
        default: throw error("S0211", at: first)
        }
    }

    /// Reads the right side of an operator whose token was taken.
    private mutating func extend(
        _ left: Syntax, with symbol: Symbol, _ operation: Token
    ) throws(JSONataError) -> Syntax {
        switch symbol {
        case .openBracket: return try filter(left, operation)
        case .openParenthesis: return try call(left, operation)
        case .openBrace: return try Syntax(.grouping(left, try pairs()), operation)
        case .caret: return try sorting(left, operation)
        case .at: return try Syntax(.focus(left, try boundVariable(symbol)), operation)
        case .hash: return try Syntax(.index(left, try boundVariable(symbol)), operation)
        case .question: return try condition(left, operation)
        case .elvis:
            return try Syntax(.fallback(left, try expression(0), onFalse: true), operation)
        case .coalesce:
            return try Syntax(.fallback(left, try expression(0), onFalse: false), operation)
        case .bind:
            guard case .variable = left.kind else {
                throw JSONataError(
                    "S0212", stage: .compilation, at: left.position, from: left.start,
                    token: left.tokenText)
            }
            // One less, so that a chain of bindings groups to the right.
            return try Syntax(
                .binary(.bind, left, try expression(symbol.bindingPower - 1)), operation)
        default:
            let right = try expression(symbol.bindingPower)
            return try Syntax(.binary(symbol, left, right), operation)
        }
    }

    private mutating func boundVariable(_ symbol: Symbol) throws(JSONataError) -> String {
        let right = try expression(symbol.bindingPower)
        if case .variable(let name) = right.kind { return name }
        throw JSONataError(
            "S0214", stage: .compilation, at: right.position, from: right.start,
            token: symbol.rawValue)
    }

    private mutating func condition(
        _ left: Syntax, _ operation: Token
    ) throws(JSONataError) -> Syntax {
        let consequence = try expression(0)
        let alternative = try accept(.colon) ? try expression(0) : nil
        return try Syntax(.condition(left, consequence, alternative), operation)
    }

    // MARK: Brackets

    private mutating func block(_ first: Token) throws(JSONataError) -> Syntax {
        var expressions: [Syntax] = []
        while token.symbol != .closeParenthesis {
            expressions.append(try expression(0))
            guard try accept(.semicolon) else { break }
        }
        try expect(.closeParenthesis, afterValue: true)
        return try Syntax(.block(expressions), first)
    }

    private mutating func array(_ first: Token) throws(JSONataError) -> Syntax {
        var elements: [Syntax] = []
        if token.symbol != .closeBracket {
            repeat {
                var element = try expression(0)
                if token.symbol == .range {
                    let range = token
                    try advance()
                    element = try Syntax(.binary(.range, element, try expression(0)), range)
                }
                elements.append(element)
            } while try accept(.comma)
        }
        try expect(.closeBracket, afterValue: true)
        return try Syntax(.array(elements), first)
    }

    private mutating func pairs() throws(JSONataError) -> [Syntax.Pair] {
        var pairs: [Syntax.Pair] = []
        if token.symbol != .closeBrace {
            repeat {
                let key = try expression(0)
                try expect(.colon)
                pairs.append((key, try expression(0)))
            } while try accept(.comma)
        }
        try expect(.closeBrace, afterValue: true)
        return pairs
    }

    private mutating func filter(
        _ left: Syntax, _ operation: Token
    ) throws(JSONataError) -> Syntax {
        if token.symbol == .closeBracket {
            // An empty filter belongs to the step, whatever filters follow the step before it.
            var step = left
            while case .filter(let inner, _) = step.kind { step = inner }
            step.keepsArray = true
            try advance()
            return left
        }
        let predicate = try expression(0)
        try expect(.closeBracket, afterValue: true)
        return try Syntax(.filter(left, predicate), operation)
    }

    private mutating func sorting(
        _ left: Syntax, _ operation: Token
    ) throws(JSONataError) -> Syntax {
        try expect(.openParenthesis)
        var terms: [(expression: Syntax, isDescending: Bool)] = []
        repeat {
            let isDescending = token.symbol == .greater
            if isDescending || token.symbol == .less { try advance() }
            terms.append((try expression(0), isDescending))
        } while try accept(.comma)
        try expect(.closeParenthesis)
        return try Syntax(.sorting(left, terms), operation)
    }

    private mutating func transform(_ first: Token) throws(JSONataError) -> Syntax {
        let pattern = try expression(0)
        try expect(.bar)
        let update = try expression(0)
        let deletion = try accept(.comma) ? try expression(0) : nil
        try expect(.bar)
        return try Syntax(.transform(pattern, update, deletion), first)
    }

    // MARK: Functions

    private mutating func call(
        _ procedure: Syntax, _ operation: Token
    ) throws(JSONataError) -> Syntax {
        var arguments: [Syntax?] = []
        var tokens: [Token] = []
        if token.symbol != .closeParenthesis {
            repeat {
                tokens.append(token)
                if token.symbol == .question {
                    try advance()
                    arguments.append(nil)
                } else {
                    arguments.append(try expression(0))
                }
            } while try accept(.comma)
        }
        try expect(.closeParenthesis, afterValue: true)
        guard case .name(let name) = procedure.kind, name == "function" || name == "\u{3BB}" else {
            return try Syntax(.call(procedure, arguments), operation)
        }
        var parameters: [String] = []
        for (index, argument) in arguments.enumerated() {
            guard let argument, case .variable(let parameter) = argument.kind else {
                throw parameterError(argument, tokens[index], index)
            }
            parameters.append(parameter)
        }
        return try lambda(parameters, operation)
    }

    private func parameterError(
        _ argument: Syntax?, _ token: Token, _ index: Int
    ) -> JSONataError {
        JSONataError(
            "S0208", stage: .compilation, at: argument?.position ?? token.end,
            from: argument?.start ?? token.start, token: argument?.tokenText ?? token.text,
            details: JSONataDetails(index: index + 1))
    }

    private mutating func lambda(
        _ parameters: [String], _ operation: Token
    ) throws(JSONataError) -> Syntax {
        let signature = token.symbol == .less ? try self.signature() : nil
        try expect(.openBrace)
        let body = try expression(0)
        try expect(.closeBrace)
        return try Syntax(.lambda(parameters, signature, body), operation)
    }

    private mutating func signature() throws(JSONataError) -> Signature {
        let first = token
        var text = "<"
        var depth = 1
        while depth > 0, token.symbol != .openBrace {
            if case .end = token.kind { break }
            try advance()
            if token.symbol == .greater { depth -= 1 }
            if token.symbol == .less { depth += 1 }
            text += token.text
        }
        try expect(.greater)
        do { return try Signature(text) } catch {
            throw JSONataError(
                error.code, stage: .compilation, at: first.end + error.offset, from: first.start)
        }
    }
}

extension Syntax {
    /// How errors name it.
    var tokenText: String? {
        switch kind {
        case .name(let name), .variable(let name): name
        case .constant(.string(let text)): text
        case .constant(.number(let number)): Numerals.text(number)
        case .constant(.bool(let flag)): flag ? "true" : "false"
        case .constant(.null): "null"
        case .binary(let symbol, _, _): symbol.rawValue
        case .wildcard: "*"
        case .descendants: "**"
        case .parent: "%"
        case .negation: "-"
        case .call, .lambda, .block: "("
        case .array, .filter: "["
        case .object, .grouping: "{"
        case .sorting: "^"
        case .focus: "@"
        case .index: "#"
        case .condition: "?"
        case .fallback(_, _, let onFalse): onFalse ? "?:" : "??"
        case .transform: "|"
        case .regex: nil
        case .end: "(end)"
        }
    }
}
