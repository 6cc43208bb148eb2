internal import CrossdockCore
internal import CrossdockData

extension SimpleParser {
    /// Reads all of the text as something that is asked yes or no.
    ///
    /// Logical operators bind alike and from left to right, as in Camel.
    mutating func predicate() throws -> any CompiledExpression {
        if let initialised = try initBlock(isPredicate: true) { return initialised }
        var result: (any CompiledExpression)?
        skipSpaces()
        while !isAtEnd {
            if let logical = ["&&", "||"].first(where: { starts(with: $0, at: at) }) {
                guard let left = result else {
                    throw failure("'\(logical)' has nothing before it", at: at)
                }
                let place = at
                at += 2
                guard !isAtEnd, scalars[at].properties.isWhitespace else {
                    throw failure("'\(logical)' needs a space behind it", at: place)
                }
                skipSpaces()
                guard !isAtEnd else {
                    throw failure("'\(logical)' has nothing behind it", at: place)
                }
                let right = try comparison()
                result =
                    logical == "&&"
                    ? Conjunction(left: left, right: right) : Disjunction(left: left, right: right)
            } else {
                let next = try comparison()
                // Predicates side by side all have to hold.
                result = result.map { Conjunction(left: $0, right: next) } ?? next
            }
            skipSpaces()
        }
        return result ?? Constant(.bool(false))
    }

    private mutating func comparison() throws -> any CompiledExpression {
        let start = at
        let left = try operand()
        let place = at
        skipSpaces()
        guard let found = binaryOperator() else {
            return try afterValue(left)
        }
        guard at > place else {
            throw failure("'\(found.text)' needs spaces around it", at: at)
        }
        let operatorPlace = at
        at += found.text.unicodeScalars.count
        guard !isAtEnd else {
            throw failure("'\(found.text)' has nothing behind it", at: operatorPlace)
        }
        guard scalars[at].properties.isWhitespace else {
            throw failure("'\(found.text)' needs spaces around it", at: operatorPlace)
        }
        skipSpaces()
        guard !isAtEnd else {
            throw failure("'\(found.text)' has nothing behind it", at: operatorPlace)
        }
        let rightPlace = at
        let right = try rightOperand(of: found.kind)
        do {
            let compared = try Comparison.make(left, found.kind, right, isNegated: found.isNegated)
            return try afterValue(compared)
        } catch let problem as ComparisonProblem {
            throw SimpleSyntaxError(
                message: problem.message, offset: base + (problem.isLeft ? start : rightPlace),
                code: problem.code)
        }
    }

    /// `? … : …` behind a condition and `?:` behind a value.
    private mutating func afterValue(
        _ value: any CompiledExpression
    ) throws -> any CompiledExpression {
        let start = at
        skipSpaces()
        if isOperator("?:") {
            at += 2
            skipSpaces()
            return Elvis(left: value, right: try operand())
        }
        if isOperator("?") {
            at += 1
            skipSpaces()
            let yes = try operand()
            skipSpaces()
            guard isOperator(":") else {
                throw failure("'?' needs a ':' after its value", at: start)
            }
            at += 1
            skipSpaces()
            return Ternary(condition: value, yes: yes, no: try operand())
        }
        at = start
        return value
    }

    private func binaryOperator() -> (text: String, kind: ComparisonKind, isNegated: Bool)? {
        for (text, kind, isNegated) in ComparisonKind.spellings where starts(with: text, at: at) {
            let end = at + text.unicodeScalars.count
            // A word is only an operator when it ends there.
            let isWord = text.unicodeScalars.last?.properties.isAlphabetic == true
            if isWord, end < scalars.count, !scalars[end].properties.isWhitespace { continue }
            return (text, kind, isNegated)
        }
        return nil
    }

    /// The right side; patterns and ranges are taken as they stand.
    private mutating func rightOperand(of kind: ComparisonKind) throws -> any CompiledExpression {
        switch kind {
        case .regex:
            if let quote = quoteMark {
                return Constant(.string(try quoted(quote)))
            }
        case .range, .isA, .oneOf:
            if quoteMark == nil, functionStart(at: at) == nil {
                let start = at
                while !isAtEnd, !scalars[at].properties.isWhitespace { at += 1 }
                return Constant(.string(text(start..<at)))
            }
        default: break
        }
        return try operand()
    }

    private var quoteMark: Unicode.Scalar? {
        guard !isAtEnd, scalars[at] == "'" || scalars[at] == "\"" else { return nil }
        return scalars[at]
    }

    /// The text between quotes, as it stands.
    private mutating func quoted(_ quote: Unicode.Scalar) throws -> String {
        let start = at
        at += 1
        var place = at
        while place < scalars.count, scalars[place] != quote {
            // Functions may hold quotes of their own.
            if let inner = functionStart(at: place) { place = try functionEnd(from: inner) }
            place += 1
        }
        guard place < scalars.count else { throw failure("a quote that is not closed", at: start) }
        defer { at = place + 1 }
        return text(at..<place)
    }

    /// A quoted text, a function, a number, `true`, `false` or `null`.
    mutating func operand() throws -> any CompiledExpression {
        guard !isAtEnd else { throw failure("a value is expected", at: at) }
        if let quote = quoteMark {
            let start = at + 1
            let length = try quoted(quote).unicodeScalars.count
            var inner = SimpleParser(
                scalars[start..<(start + length)], scope, base: base + start, depth: depth)
            return try inner.quotedTemplate()
        }
        if let start = functionStart(at: at) { return try function(startingAt: start) }
        let start = at
        while !isAtEnd, !scalars[at].properties.isWhitespace { at += 1 }
        let word = text(start..<at)
        switch word {
        case "null": return Constant(.null)
        case "true": return Constant(.bool(true))
        case "false": return Constant(.bool(false))
        default:
            if let number = JSONNumber(word) ?? ExactDecimal(word).flatMap({ JSONNumber($0.plain) })
            {
                return Constant(.number(number))
            }
            throw failure(
                "'\(word.prefix(60))' is no value", at: start,
                help: "put text in quotes and data in ${…}")
        }
    }

    /// Text in quotes: functions in it count, operators do not.
    private mutating func quotedTemplate() throws -> any CompiledExpression {
        var parts: [any CompiledExpression] = []
        var literal = ""
        while !isAtEnd {
            if let start = functionStart(at: at) {
                if !literal.isEmpty { parts.append(Constant(.string(literal))) }
                literal = ""
                parts.append(try function(startingAt: start))
            } else if let escaped = escape() {
                literal += escaped
            } else {
                literal.unicodeScalars.append(scalars[at])
                at += 1
            }
        }
        if parts.isEmpty { return Constant(.string(literal)) }
        if !literal.isEmpty { parts.append(Constant(.string(literal))) }
        return Template(parts: parts)
    }
}

// MARK: - Init blocks

extension SimpleParser {
    private static let blockStart = "$init{"
    private static let blockEnd = "}init$"

    /// `$init{ $name := value; … }init$` in front of the rest: the names become variables.
    mutating func initBlock(isPredicate: Bool) throws -> (any CompiledExpression)? {
        guard depth == 0, base == 0, starts(with: Self.blockStart, at: 0) else { return nil }
        var end = Self.blockStart.unicodeScalars.count
        while end < scalars.count, !starts(with: Self.blockEnd, at: end) { end += 1 }
        guard end < scalars.count else { throw failure("'$init{' without '}init$'", at: 0) }
        let settings = try assignments(Self.blockStart.unicodeScalars.count..<end)
        var rest = end + Self.blockEnd.unicodeScalars.count
        if rest < scalars.count, scalars[rest] == "\n" { rest += 1 }
        let text = Self.replacing(settings.map(\.name), in: scalars[rest...])
        var parser = SimpleParser(text[...], scope, base: base + rest, depth: 0)
        let body = isPredicate ? try parser.predicate() : try parser.template()
        at = scalars.count
        return Initialised(settings: settings, store: scope.variables, body: body)
    }

    private func assignments(
        _ range: Range<Int>
    ) throws -> [(name: String, value: any CompiledExpression)] {
        var settings: [(name: String, value: any CompiledExpression)] = []
        var place = range.lowerBound
        while place < range.upperBound {
            var end = place
            var quote: Unicode.Scalar?
            while end < range.upperBound, quote != nil || scalars[end] != ";" {
                if let inner = functionStart(at: end), scalars[inner - 1] == "{" {
                    end = try functionEnd(from: inner)
                } else if scalars[end] == "'" || scalars[end] == "\"" {
                    if quote == scalars[end] {
                        quote = nil
                    } else if quote == nil {
                        quote = scalars[end]
                    }
                }
                end += 1
            }
            let statement = text(place..<min(end, range.upperBound))
            if !statement.trimmed.isEmpty {
                settings.append(try assignment(statement, at: place, known: settings.map(\.name)))
            }
            place = end + 1
        }
        return settings
    }

    private func assignment(
        _ statement: String, at place: Int, known: [String]
    ) throws -> (name: String, value: any CompiledExpression) {
        let parts = statement.split(separator: ":=", maxSplits: 1, omittingEmptySubsequences: false)
        let isFunction = parts.count == 1 && statement.contains("~:=")
        guard parts.count == 2, !isFunction else {
            throw failure("'$name := value' is expected", at: place)
        }
        var name = String(parts[0]).trimmed
        guard name.hasPrefix("$"), name.count > 1 else {
            throw failure("a name begins with '$'", at: place)
        }
        name.removeFirst()
        let source = Self.replacing(known, in: Array(String(parts[1]).trimmed.unicodeScalars)[...])
        var parser = SimpleParser(source[...], scope, base: base + place, depth: 0)
        var second = parser
        // A value may be a comparison; plain text is text.
        if let value = try? parser.predicate() { return (name, value) }
        return (name, try second.template())
    }

    /// `$name` in `text` for each known name, as the function it stands for; longest names first.
    private static func replacing(
        _ names: [String], in text: ArraySlice<Unicode.Scalar>
    ) -> [Unicode.Scalar] {
        var result = ""
        result.unicodeScalars.append(contentsOf: text)
        for name in names.sorted(by: { $0.count > $1.count }) {
            result = result.replacing("$\(name)", with: "${variable.\(name)}")
        }
        return Array(result.unicodeScalars)
    }
}

/// Sets variables, then yields the rest.
private struct Initialised: CompiledExpression {
    let settings: [(name: String, value: any CompiledExpression)]
    let store: VariableStore
    let body: any CompiledExpression

    private func prepare(_ exchange: inout Exchange) throws {
        for (name, value) in settings {
            exchange.variables[name] = try value.body(in: &exchange)
        }
    }

    func value(in exchange: inout Exchange) throws -> Value {
        try prepare(&exchange)
        return try body.value(in: &exchange)
    }

    func body(in exchange: inout Exchange) throws -> Body {
        try prepare(&exchange)
        return try body.body(in: &exchange)
    }

    func text(in exchange: inout Exchange) throws -> String? {
        try prepare(&exchange)
        return try body.text(in: &exchange)
    }

    func matches(_ exchange: inout Exchange) throws -> Bool {
        try prepare(&exchange)
        return try body.matches(&exchange)
    }
}
