/// Parses a `$filter` against an entity type.
///
/// What the grammar has and the service has not is refused by name, never skipped.
struct FilterParser {
    private typealias Family = EdmType.Family
    /// An expression and what it yields; nil for `null`, which fits everywhere.
    private typealias Typed = (expression: FilterExpression, family: Family?)

    private let tokens: [(token: FilterToken, position: Int)]
    private var at = 0
    private var depth = 0
    private let type: EdmEntityType
    private let service: EdmService

    /// How deep parentheses and `not` may nest.
    static let maximumDepth = 100
    /// How many tokens a filter may have.
    static let maximumTokens = 20_000

    static func parse(
        _ text: String, _ type: EdmEntityType, in service: EdmService
    ) throws(ODataError) -> FilterExpression {
        let tokens = try FilterLexer.tokens(text)
        guard tokens.count <= maximumTokens else {
            throw .badOption("$filter", "more than \(maximumTokens) parts")
        }
        var parser = FilterParser(tokens: tokens, type: type, service: service)
        let result = try parser.or()
        guard parser.at == tokens.count else { throw parser.unexpected() }
        guard result.family == .truth else { throw .badOption("$filter", "it is no condition") }
        return result.expression
    }

    private init(tokens: [(FilterToken, Int)], type: EdmEntityType, service: EdmService) {
        self.tokens = tokens.map { (token: $0.0, position: $0.1) }
        self.type = type
        self.service = service
    }

    // MARK: Operators, weakest first

    private mutating func or() throws(ODataError) -> Typed {
        // Long chains are built balanced, so that neither building nor evaluating nests deeply.
        var parts = [try and()]
        while take("or") { parts.append(try and()) }
        return try combined(parts) { .or($0, $1) }
    }

    private mutating func and() throws(ODataError) -> Typed {
        var parts = [try comparison()]
        while take("and") { parts.append(try comparison()) }
        return try combined(parts) { .and($0, $1) }
    }

    private func combined(
        _ parts: [Typed], _ join: (FilterExpression, FilterExpression) -> FilterExpression
    ) throws(ODataError) -> Typed {
        guard parts.count > 1 else { return parts[0] }
        for part in parts where part.family != .truth {
            throw .badOption("$filter", "'and' and 'or' combine conditions")
        }
        func build(_ range: Range<Int>) -> FilterExpression {
            if range.count == 1 { return parts[range.lowerBound].expression }
            let middle = range.lowerBound + range.count / 2
            return join(build(range.lowerBound..<middle), build(middle..<range.upperBound))
        }
        return (build(0..<parts.count), .truth)
    }

    private mutating func comparison() throws(ODataError) -> Typed {
        let left = try additive()
        guard case .word(let word)? = peek,
            let operation = FilterExpression.Comparison(rawValue: word)
        else { return left }
        at += 1
        let right = try additive()
        if let one = left.family, let other = right.family, one != other {
            throw .badOption(
                "$filter", "'\(word)' compares \(Self.name(one)) with \(Self.name(other))")
        }
        return (.compare(operation, left.expression, right.expression), .truth)
    }

    private mutating func additive() throws(ODataError) -> Typed {
        var left = try multiplicative()
        while case .word(let word)? = peek, word == "add" || word == "sub" {
            left = try arithmetic(left, word) { parser throws(ODataError) in
                try parser.multiplicative()
            }
        }
        return left
    }

    private mutating func multiplicative() throws(ODataError) -> Typed {
        var left = try unary()
        while case .word(let word)? = peek, word == "mul" || word == "div" || word == "mod" {
            left = try arithmetic(left, word) { parser throws(ODataError) in try parser.unary() }
        }
        return left
    }

    private mutating func arithmetic(
        _ left: Typed, _ word: String,
        _ operand: (inout FilterParser) throws(ODataError) -> Typed
    ) throws(ODataError) -> Typed {
        at += 1
        let right = try operand(&self)
        guard let operation = FilterExpression.Arithmetic(rawValue: word),
            left.family == .number, right.family == .number
        else { throw .badOption("$filter", "'\(word)' needs numbers") }
        return (.compute(operation, left.expression, right.expression), .number)
    }

    private mutating func unary() throws(ODataError) -> Typed {
        try enter()
        defer { depth -= 1 }
        if take("not") {
            let operand = try unary()
            guard operand.family == .truth else {
                throw .badOption("$filter", "'not' needs a condition")
            }
            return (.not(operand.expression), .truth)
        }
        if case .minus? = peek {
            at += 1
            let operand = try unary()
            guard operand.family == .number else {
                throw .badOption("$filter", "'-' needs a number")
            }
            return (.negate(operand.expression), .number)
        }
        return try primary()
    }

    private mutating func enter() throws(ODataError) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw .badOption("$filter", "it nests too deeply") }
    }

    // MARK: Values, names, calls

    private mutating func primary() throws(ODataError) -> Typed {
        guard let token = peek else { throw unexpected() }
        switch token {
        case .open:
            at += 1
            let inner = try or()
            try expect(.close)
            return inner
        case .literal(let literal):
            guard let value = literal.value else {
                throw .badOption("$filter", "'\(literal.text)' is no \(literal.type.rawValue)")
            }
            at += 1
            return (.literal(value), literal.type.family)
        case .word(let word):
            at += 1
            return try named(word)
        default: throw unexpected()
        }
    }

    private mutating func named(_ word: String) throws(ODataError) -> Typed {
        switch word {
        case "null": return (.literal(.null), nil)
        case "true", "false": return (.literal(.boolean(word == "true")), .truth)
        default: break
        }
        if case .open? = peek { return try call(word) }
        return try path(word)
    }

    private mutating func call(_ name: String) throws(ODataError) -> Typed {
        guard let function = FilterFunction(rawValue: name) else {
            if name == "isof" || name == "cast" { throw .notImplemented("Function '\(name)'") }
            throw .badOption("$filter", "there is no function '\(name)'")
        }
        at += 1
        var arguments: [Typed] = []
        if case .close? = peek {
        } else {
            repeat { arguments.append(try or()) } while take(.comma)
        }
        try expect(.close)
        let parameters = function.parameters
        guard arguments.count >= function.required, arguments.count <= parameters.count else {
            throw .badOption("$filter", "'\(name)' is given \(arguments.count) values")
        }
        for (argument, allowed) in zip(arguments, parameters) {
            guard let family = argument.family, allowed.contains(family) else {
                throw .badOption("$filter", "'\(name)' is given a value of the wrong type")
            }
        }
        return (.call(function, arguments.map(\.expression)), function.result)
    }

    private mutating func path(_ first: String) throws(ODataError) -> Typed {
        var current = type
        var name = first
        var navigations: [EdmNavigation] = []
        while take(.slash) {
            guard let navigation = current.navigation(name) else {
                throw .unknownProperty(name, of: current.name)
            }
            guard !navigation.isMany, let target = service.entitySet(navigation.target) else {
                throw .badOption("$filter", "'\(name)' leads to many entities")
            }
            guard case .word(let next)? = peek else { throw unexpected() }
            at += 1
            navigations.append(navigation)
            current = target.type
            name = next
        }
        guard let property = current.property(name) else {
            throw .unknownProperty(name, of: current.name)
        }
        guard property.isFilterable else {
            throw .badOption("$filter", "property '\(name)' is not filterable")
        }
        return (.property(path: navigations, property), property.type.family)
    }

    // MARK: Tokens

    private var peek: FilterToken? { at < tokens.count ? tokens[at].token : nil }

    private mutating func take(_ word: String) -> Bool { take(.word(word)) }

    private mutating func take(_ token: FilterToken) -> Bool {
        guard peek == token else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ token: FilterToken) throws(ODataError) {
        guard take(token) else { throw unexpected() }
    }

    private func unexpected() -> ODataError {
        guard at < tokens.count else {
            return .badRequest("Syntax error: the expression is not complete")
        }
        return .badRequest("Syntax error at position \(tokens[at].position)")
    }

    private static func name(_ family: Family) -> String {
        switch family {
        case .text: "Edm.String"
        case .truth: "Edm.Boolean"
        case .number: "a number"
        case .instant: "Edm.DateTime"
        case .zonedInstant: "Edm.DateTimeOffset"
        case .time: "Edm.Time"
        case .guid: "Edm.Guid"
        case .binary: "Edm.Binary"
        }
    }
}
