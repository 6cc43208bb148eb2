internal import CrossdockCore
internal import CrossdockData

/// Reads simple's text.
struct SimpleParser {
    let scalars: [Unicode.Scalar]
    let scope: ExpressionScope
    /// Where `scalars` begins in the expression as written.
    let base: Int
    /// How many `${` are open around this text.
    let depth: Int
    var at = 0

    static let maximumDepth = 32

    init(_ text: String, _ scope: ExpressionScope) {
        self.init(Array(text.unicodeScalars)[...], scope, base: 0, depth: 0)
    }

    init(
        _ scalars: ArraySlice<Unicode.Scalar>, _ scope: ExpressionScope, base: Int, depth: Int
    ) {
        self.scalars = Array(scalars)
        self.scope = scope
        self.base = base
        self.depth = depth
    }

    func failure(_ message: String, at place: Int, help: String? = nil) -> SimpleSyntaxError {
        SimpleSyntaxError(message: message, offset: base + place, help: help)
    }

    var isAtEnd: Bool { at >= scalars.count }

    func starts(with text: String, at place: Int) -> Bool {
        var place = place
        for scalar in text.unicodeScalars {
            guard place < scalars.count, scalars[place] == scalar else { return false }
            place += 1
        }
        return true
    }

    func text(_ range: Range<Int>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[range])
        return text
    }

    mutating func skipSpaces() {
        while at < scalars.count, scalars[at].properties.isWhitespace { at += 1 }
    }

    /// Where a `${` or `$simple{` at `place` has its content; nil when there is none.
    func functionStart(at place: Int) -> Int? {
        guard place < scalars.count, scalars[place] == "$" else { return nil }
        if starts(with: "${", at: place) { return place + 2 }
        return starts(with: "$simple{", at: place) ? place + 8 : nil
    }

    /// The place of the `}` that closes the function whose content begins at `start`.
    func functionEnd(from start: Int) throws -> Int {
        var open = 1
        var place = start
        while place < scalars.count {
            if let inner = functionStart(at: place) {
                open += 1
                place = inner
                continue
            }
            if scalars[place] == "}" {
                open -= 1
                if open == 0 { return place }
            }
            place += 1
        }
        throw failure("'${' without '}'", at: max(0, start - 2))
    }

    /// Reads the function whose `$` is at `at`, with `++` or `--` behind it.
    mutating func function(startingAt start: Int) throws -> any CompiledExpression {
        let end = try functionEnd(from: start)
        guard depth < Self.maximumDepth else {
            throw failure("functions nest more than \(Self.maximumDepth) deep", at: start)
        }
        let inner = SimpleParser(
            scalars[start..<end], scope, base: base + start, depth: depth + 1)
        var term = try SimpleFunctions.term(inner)
        at = end + 1
        for (mark, step) in [("++", 1), ("--", -1)] where starts(with: mark, at: at) {
            let isFollowed = at + 2 >= scalars.count || scalars[at + 2].properties.isWhitespace
            guard isFollowed else { continue }
            at += 2
            term = Increment(term: term, step: step)
        }
        return term
    }
}

// MARK: - Text

extension SimpleParser {
    /// Reads all of the text as a template.
    mutating func template() throws -> any CompiledExpression {
        if let initialised = try initBlock(isPredicate: false) { return initialised }
        if let chosen = try wholeTernary() { return chosen }
        var parts: [any CompiledExpression] = []
        var literal = ""
        func flush() {
            if !literal.isEmpty { parts.append(Constant(.string(literal))) }
            literal = ""
        }
        while !isAtEnd {
            if let start = functionStart(at: at) {
                let term = try function(startingAt: start)
                flush()
                parts.append(try withOperators(term))
                continue
            }
            if let escaped = escape() {
                literal += escaped
            } else {
                literal.unicodeScalars.append(scalars[at])
                at += 1
            }
        }
        flush()
        if parts.isEmpty { return Constant(.string("")) }
        return parts.count == 1 ? parts[0] : Template(parts: parts)
    }

    /// Source: Camel's `SimpleTokenizer`: these four and no others.
    mutating func escape() -> String? {
        guard scalars[at] == "\\", at + 1 < scalars.count else { return nil }
        let text: String
        switch scalars[at + 1] {
        case "n": text = "\n"
        case "t": text = "\t"
        case "r": text = "\r"
        case "}": text = "}"
        default: return nil
        }
        at += 2
        return text
    }

    /// `?:` and `~>` behind a function.
    private mutating func withOperators(
        _ left: any CompiledExpression
    ) throws -> any CompiledExpression {
        var left = left
        while true {
            let start = at
            skipSpaces()
            guard at > start, let found = ["?:", "~>", "?~>"].first(where: isOperator) else {
                at = start
                return left
            }
            at += found.unicodeScalars.count
            skipSpaces()
            let right = try operand()
            switch found {
            case "?:": left = Elvis(left: left, right: right)
            default: left = Chain(left: left, right: right, isNullSafe: found == "?~>")
            }
        }
    }

    /// Whether the operator stands at `at`, with a space behind it.
    func isOperator(_ text: String) -> Bool {
        let end = at + text.unicodeScalars.count
        return starts(with: text, at: at) && end < scalars.count
            && scalars[end].properties.isWhitespace
    }

    /// A text that is as a whole `condition ? value : value`; nil for all others.
    private mutating func wholeTernary() throws -> (any CompiledExpression)? {
        guard depth == 0 || functionStart(at: 0) != nil, let mark = topLevel(" ? ", from: 0),
            let colon = topLevel(" : ", from: mark + 3), mark > 0
        else { return nil }
        let first = scalars[0]
        guard functionStart(at: 0) != nil || first == "'" || first == "\"" else { return nil }
        var condition = SimpleParser(scalars[..<mark], scope, base: base, depth: depth)
        var yes = SimpleParser(
            scalars[(mark + 3)..<colon], scope, base: base + mark + 3, depth: depth)
        var no = SimpleParser(scalars[(colon + 3)...], scope, base: base + colon + 3, depth: depth)
        guard let test = try? condition.predicate(), let chosen = try? yes.wholeOperand(),
            let other = try? no.wholeOperand()
        else { return nil }
        at = scalars.count
        return Ternary(condition: test, yes: chosen, no: other)
    }

    /// The first place of `text` that is in no quotes and no function.
    private func topLevel(_ text: String, from start: Int) -> Int? {
        var place = start
        var quote: Unicode.Scalar?
        while place < scalars.count {
            if quote == nil, starts(with: text, at: place) { return place }
            if let inner = functionStart(at: place) {
                guard let end = try? functionEnd(from: inner) else { return nil }
                place = end + 1
                continue
            }
            let scalar = scalars[place]
            if scalar == "'" || scalar == "\"" {
                if quote == scalar { quote = nil } else if quote == nil { quote = scalar }
            }
            place += 1
        }
        return nil
    }

    /// One operand with nothing but spaces around it.
    mutating func wholeOperand() throws -> any CompiledExpression {
        skipSpaces()
        let operand = try operand()
        skipSpaces()
        guard isAtEnd else { throw failure("one value is expected", at: at) }
        return operand
    }
}
