internal import CrossdockData

/// Reads a query.
struct JSONPathParser {
    let scalars: [Unicode.Scalar]
    let dialect: JSONPath.Dialect
    var at = 0
    private var depth = 0

    private static let maximumDepth = 64
    private static let maximumLength = 65_536
    /// The largest number that every JSON implementation keeps exactly.
    private static let largest = 9_007_199_254_740_991

    init(_ text: String, _ dialect: JSONPath.Dialect) {
        scalars = Array(text.unicodeScalars)
        self.dialect = dialect
    }

    mutating func parseAll() throws(JSONPathError) -> PathQuery {
        guard scalars.count <= Self.maximumLength else { throw failure("the query is too long") }
        if dialect == .jayway { skipBlanks() }
        if !take("$") {
            guard dialect == .jayway else { throw failure("a query begins with '$'") }
            // Jayway takes a path without its root as one from the root.
            guard at < scalars.count, scalars[at] != "@" else {
                throw failure("a path is expected")
            }
            if scalars[at] != "[" {
                let first = PathSegment.child([.name(try shorthand())])
                return try finish(PathQuery(isRelative: false, segments: [first] + segments()))
            }
        }
        return try finish(PathQuery(isRelative: false, segments: try segments()))
    }

    private mutating func finish(_ query: PathQuery) throws(JSONPathError) -> PathQuery {
        if dialect == .jayway { skipBlanks() }
        guard at == scalars.count else { throw failure("unexpected '\(scalars[at])'") }
        return query
    }

    func failure(_ message: String) -> JSONPathError {
        JSONPathError(message: message, offset: at)
    }

    var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        at += 1
        return true
    }

    mutating func take(_ text: String) -> Bool {
        var place = at
        for scalar in text.unicodeScalars {
            guard place < scalars.count, scalars[place] == scalar else { return false }
            place += 1
        }
        at = place
        return true
    }

    mutating func skipBlanks() {
        while let scalar = next, scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
        {
            at += 1
        }
    }

    // MARK: - Segments

    mutating func segments() throws(JSONPathError) -> [PathSegment] {
        var segments: [PathSegment] = []
        while true {
            let start = at
            skipBlanks()
            guard let scalar = next, scalar == "." || scalar == "[" else {
                at = start
                return segments
            }
            if case .function? = segments.last { throw failure("nothing may follow a function") }
            segments.append(try segment())
        }
    }

    private mutating func segment() throws(JSONPathError) -> PathSegment {
        if next == "[" { return .child(try bracketed()) }
        at += 1
        guard take(".") else {
            if take("*") { return .child([.wildcard]) }
            let start = at
            let name = try shorthand()
            if dialect == .jayway, next == "(" { return .function(try function(from: start)) }
            return .child([.name(name)])
        }
        if next == "[" { return .descendant(try bracketed()) }
        if take("*") { return .descendant([.wildcard]) }
        return .descendant([.name(try shorthand())])
    }

    private mutating func function(from start: Int) throws(JSONPathError) -> PathFunction {
        let name = String(String.UnicodeScalarView(scalars[start..<at]))
        guard let function = PathFunction(rawValue: name) else {
            at = start
            throw failure("the function '\(name)' is not offered")
        }
        at += 1
        skipBlanks()
        guard take(")") else { throw failure("'\(name)' takes no arguments") }
        return function
    }

    private mutating func shorthand() throws(JSONPathError) -> TapePath.Key {
        let start = at
        while let scalar = next, isNameScalar(scalar, isFirst: at == start) { at += 1 }
        guard at > start else { throw failure("a name is expected") }
        return TapePath.Key(String(String.UnicodeScalarView(scalars[start..<at])))
    }

    private func isNameScalar(_ scalar: Unicode.Scalar, isFirst: Bool) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "_": return true
        case "0"..."9": return !isFirst || dialect == .jayway
        default:
            if scalar.value >= 0x80 { return true }
            // Jayway ends names at its own punctuation only.
            return dialect == .jayway
                && !".[]()@?*,=!<>&|~'\"/ \t\r\n".unicodeScalars.contains(scalar)
        }
    }

    private mutating func bracketed() throws(JSONPathError) -> [PathSelector] {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw failure("brackets nest too deeply") }
        at += 1
        var selectors: [PathSelector] = []
        repeat {
            skipBlanks()
            selectors.append(try selector())
            skipBlanks()
        } while take(",")
        guard take("]") else { throw failure("']' is expected") }
        return selectors
    }

    private mutating func selector() throws(JSONPathError) -> PathSelector {
        switch next {
        case "*":
            at += 1
            return .wildcard
        case "'", "\"": return .name(TapePath.Key(try string()))
        case "?":
            at += 1
            skipBlanks()
            return .filter(try filter())
        case "(": throw failure("script expressions are not offered; use a filter '?…'")
        default: return try indexOrSlice()
        }
    }

    private mutating func indexOrSlice() throws(JSONPathError) -> PathSelector {
        let start = try integer()
        let afterStart = at
        skipBlanks()
        guard take(":") else {
            at = afterStart
            guard let start else { throw failure("a selector is expected") }
            return .index(start)
        }
        skipBlanks()
        let end = try integer()
        let afterEnd = at
        skipBlanks()
        guard take(":") else {
            at = afterEnd
            return .slice(start: start, end: end, step: 1)
        }
        skipBlanks()
        let step = try integer() ?? 1
        return .slice(start: start, end: end, step: step)
    }

    /// `0`, or a number without leading zeros; no `-0`.
    private mutating func integer() throws(JSONPathError) -> Int? {
        let start = at
        let isNegative = take("-")
        var value = 0
        let digits = at
        while let digit = next?.asciiDigit {
            value = value * 10 + digit
            guard value <= Self.largest else { throw failure("the number is too large") }
            at += 1
        }
        guard at > digits else {
            if isNegative { throw failure("digits are expected") }
            return nil
        }
        let hasLeadingZero = scalars[digits] == "0" && at - digits > 1
        if hasLeadingZero || (isNegative && value == 0) {
            at = start
            throw failure("a number has no leading zeros and no negative zero")
        }
        return isNegative ? -value : value
    }

    // MARK: - Text

    mutating func string() throws(JSONPathError) -> String {
        guard let quote = next else { throw failure("a text is expected") }
        at += 1
        var text = ""
        while let scalar = next {
            if scalar == quote {
                at += 1
                return text
            }
            guard scalar.value >= 0x20 else { throw failure("a raw control character in a text") }
            at += 1
            if scalar == "\\" {
                text.unicodeScalars.append(try escape(quote))
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        throw failure("a text that is not closed")
    }

    private mutating func escape(_ quote: Unicode.Scalar) throws(JSONPathError) -> Unicode.Scalar {
        guard let scalar = next else { throw failure("a text that is not closed") }
        at += 1
        switch scalar {
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "/", "\\": return scalar
        case "'", "\"":
            // Only the quote that surrounds the text may be escaped.
            guard scalar == quote || dialect == .jayway else { break }
            return scalar
        case "u":
            let unit = try hexadecimal()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard (0xD800..<0xDC00).contains(unit), take("\\"), take("u") else { break }
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low),
                let pair = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { break }
            return pair
        default: break
        }
        at -= 1
        throw failure("an escape that does not exist")
    }

    private mutating func hexadecimal() throws(JSONPathError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let scalar = next, scalar.properties.isASCIIHexDigit,
                let digit = UInt32(String(scalar), radix: 16)
            else { throw failure("four hexadecimal digits are expected") }
            value = value << 4 | digit
            at += 1
        }
        return value
    }

    /// A JSON number; `-0` is one.
    mutating func number() throws(JSONPathError) -> JSONNumber {
        let start = at
        while let scalar = next,
            scalar.asciiDigit != nil || scalar == "-" || scalar == "+" || scalar == "."
                || scalar == "e" || scalar == "E"
        {
            at += 1
        }
        guard let number = JSONNumber(String(String.UnicodeScalarView(scalars[start..<at]))) else {
            at = start
            throw failure("this is no number")
        }
        return number
    }

    mutating func nested<Result>(
        _ body: (inout JSONPathParser) throws(JSONPathError) -> Result
    ) throws(JSONPathError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw failure("the filter nests too deeply") }
        return try body(&self)
    }
}
