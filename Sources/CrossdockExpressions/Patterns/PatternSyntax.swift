/// A regular expression, taken apart.
indirect enum PatternNode: Sendable {
    case empty
    case scalar(Unicode.Scalar)
    case any
    case set(ScalarSet)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    case `repeat`(PatternNode, minimum: Int, maximum: Int?, isGreedy: Bool)
    case assertion(PatternAssertion)
}

enum PatternAssertion: Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    /// Java's `\Z`, and `$` outside of multi-line mode: the end, or before the last line end.
    case lastLineEnd
}

/// What is wrong with a pattern, and where in it.
public struct PatternError: Error {
    public let message: String
    /// In scalars from the start.
    public let offset: Int
}

/// Reads Java's notation for regular expressions, as far as it can be matched in linear time.
///
/// - Source: `java.util.regex.Pattern`; RFC 9485 (I-Regexp) is a subset.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var at = 0
    private var depth = 0
    var ignoresCase = false
    var dotMatchesLineEnds = false
    var isMultiline = false

    private static let maximumDepth = 64

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func parse() throws(PatternError) -> PatternNode {
        let node = try alternatives()
        guard at == scalars.count else { throw error("an unmatched ')'") }
        return node
    }

    private func error(_ message: String) -> PatternError {
        PatternError(message: message, offset: at)
    }

    private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        at += 1
        return true
    }

    private mutating func alternatives() throws(PatternError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw error("groups nest too deeply") }
        var all = [try sequence()]
        while take("|") { all.append(try sequence()) }
        return all.count == 1 ? all[0] : .alternatives(all)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let node = try atom()
            nodes.append(try quantified(node))
        }
        return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func quantified(_ node: PatternNode) throws(PatternError) -> PatternNode {
        var node = node
        while let scalar = next {
            let bounds: (Int, Int?)
            switch scalar {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{":
                guard let counted = try counts() else { return node }
                bounds = counted
                at -= 1
            default: return node
            }
            at += 1
            var isGreedy = true
            if take("?") {
                isGreedy = false
            } else if next == "+" {
                throw error("possessive quantifiers are not offered")
            }
            node = .repeat(node, minimum: bounds.0, maximum: bounds.1, isGreedy: isGreedy)
        }
        return node
    }

    /// `{n}`, `{n,}`, `{n,m}`; leaves the place after the brace.
    private mutating func counts() throws(PatternError) -> (Int, Int?)? {
        let start = at
        at += 1
        guard let minimum = number() else {
            at = start
            throw error("a '{' that is no repetition; write '\\{'")
        }
        var maximum: Int? = minimum
        if take(",") { maximum = number() }
        guard take("}") else { throw error("a repetition without '}'") }
        guard minimum <= 1_000, (maximum ?? 0) <= 1_000 else {
            throw error("more than 1000 repetitions")
        }
        if let maximum, maximum < minimum { throw error("a repetition from more to less") }
        return (minimum, maximum)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = next, let digit = scalar.asciiDigit {
            value = min((value ?? 0) * 10 + digit, 100_000)
            at += 1
        }
        return value
    }

    private mutating func atom() throws(PatternError) -> PatternNode {
        guard let scalar = next else { throw error("the pattern ends too early") }
        switch scalar {
        case "(": return try group()
        case "[": return .set(try characterClass())
        case ".":
            at += 1
            return dotMatchesLineEnds ? .set(ScalarSet.everything) : .any
        case "^":
            at += 1
            return .assertion(isMultiline ? .lineStart : .textStart)
        case "$":
            at += 1
            return .assertion(isMultiline ? .lineEnd : .lastLineEnd)
        case "\\": return try escape()
        case "*", "+", "?": throw error("a quantifier with nothing before it")
        default:
            at += 1
            return folded(scalar)
        }
    }

    private func folded(_ scalar: Unicode.Scalar) -> PatternNode {
        guard ignoresCase, let set = ScalarSet.bothCases(of: scalar) else { return .scalar(scalar) }
        return .set(set)
    }

    private mutating func group() throws(PatternError) -> PatternNode {
        at += 1
        let outer = (ignoresCase, dotMatchesLineEnds, isMultiline)
        if take("?") {
            if take(":") {
            } else if take("<") {
                guard let name = next, name != "=", name != "!" else {
                    throw error("look-behind is not offered")
                }
                while let scalar = next, scalar != ">" { at += 1; _ = scalar }
                guard take(">") else { throw error("a group's name without '>'") }
            } else if next == "=" || next == "!" || next == ">" {
                throw error("look-ahead and possessive groups are not offered")
            } else {
                try flags()
                if take(")") { return .empty }
                guard take(":") else { throw error("unknown group") }
            }
        }
        let node = try alternatives()
        guard take(")") else { throw error("a '(' without ')'") }
        (ignoresCase, dotMatchesLineEnds, isMultiline) = outer
        return node
    }

    private mutating func flags() throws(PatternError) {
        var value = true
        while let scalar = next, scalar != ")", scalar != ":" {
            switch scalar {
            case "-": value = false
            case "i": ignoresCase = value
            case "s": dotMatchesLineEnds = value
            case "m": isMultiline = value
            case "u", "d": break
            default: throw error("the flag '\(scalar)' is not offered")
            }
            at += 1
        }
    }

    private mutating func escape() throws(PatternError) -> PatternNode {
        at += 1
        guard let scalar = next else { throw error("a '\\' at the end") }
        switch scalar {
        case "b": at += 1; return .assertion(.wordBoundary)
        case "B": at += 1; return .assertion(.noWordBoundary)
        case "A": at += 1; return .assertion(.textStart)
        case "z": at += 1; return .assertion(.textEnd)
        case "Z": at += 1; return .assertion(.lastLineEnd)
        case "Q":
            at += 1
            return quoted()
        case "k", "1"..."9": throw error("back references are not offered")
        default: break
        }
        if let set = try setEscape() { return .set(set) }
        return folded(try scalarEscape())
    }

    private mutating func quoted() -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = next {
            if scalar == "\\", at + 1 < scalars.count, scalars[at + 1] == "E" {
                at += 2
                break
            }
            nodes.append(folded(scalar))
            at += 1
        }
        return .sequence(nodes)
    }

    /// `\d` and the like, the backslash taken already.
    private mutating func setEscape() throws(PatternError) -> ScalarSet? {
        guard let scalar = next else { return nil }
        switch scalar {
        case "d": at += 1; return .digits
        case "D": at += 1; return ScalarSet.digits.inverted
        case "w": at += 1; return .word
        case "W": at += 1; return ScalarSet.word.inverted
        case "s": at += 1; return .space
        case "S": at += 1; return ScalarSet.space.inverted
        case "h": at += 1; return ScalarSet(scalars: [" ", "\t", "\u{A0}"])
        case "R", "v": at += 1; return ScalarSet(scalars: ["\n", "\r", "\u{B}", "\u{C}", "\u{85}"])
        case "p", "P":
            at += 1
            let set = try category()
            return scalar == "P" ? set.inverted : set
        default: return nil
        }
    }

    private mutating func category() throws(PatternError) -> ScalarSet {
        var name = ""
        if take("{") {
            while let scalar = next, scalar != "}" {
                name.unicodeScalars.append(scalar)
                at += 1
            }
            guard take("}") else { throw error("a category without '}'") }
        } else if let scalar = next {
            name.unicodeScalars.append(scalar)
            at += 1
        }
        guard let set = ScalarSet(category: name) else {
            throw error("the category '\(name)' is not known")
        }
        return set
    }

    private mutating func scalarEscape() throws(PatternError) -> Unicode.Scalar {
        guard let scalar = next else { throw error("a '\\' at the end") }
        at += 1
        switch scalar {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "f": return "\u{C}"
        case "a": return "\u{7}"
        case "e": return "\u{1B}"
        case "0": return "\0"
        case "x": return try hexadecimal(take("{") ? nil : 2)
        case "u": return try hexadecimal(4)
        default:
            let isLetter = scalar.isASCII && scalar.properties.isAlphabetic
            guard !isLetter else { throw error("the escape '\\\(scalar)' is not known") }
            return scalar
        }
    }

    private mutating func hexadecimal(_ width: Int?) throws(PatternError) -> Unicode.Scalar {
        var digits = ""
        while let scalar = next, digits.count < width ?? 6, scalar.properties.isASCIIHexDigit {
            digits.unicodeScalars.append(scalar)
            at += 1
        }
        if width == nil, !take("}") { throw error("a '\\x{' without '}'") }
        guard let value = UInt32(digits, radix: 16), digits.count == width ?? digits.count,
            let scalar = Unicode.Scalar(value)
        else { throw error("no such character") }
        return scalar
    }

    private mutating func characterClass() throws(PatternError) -> ScalarSet {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw error("classes nest too deeply") }
        at += 1
        let isInverted = take("^")
        var set = ScalarSet()
        var isFirst = true
        while let scalar = next, scalar != "]" || isFirst {
            isFirst = false
            if scalar == "&", at + 1 < scalars.count, scalars[at + 1] == "&" {
                at += 2
                set = set.intersection(try operand())
                continue
            }
            if scalar == "[" {
                set.formUnion(try characterClass())
                continue
            }
            try classItem(into: &set)
        }
        guard take("]") else { throw error("a '[' without ']'") }
        if ignoresCase { set.ignoreCase() }
        return isInverted ? set.inverted : set
    }

    /// The right side of `&&`: the rest of the class.
    private mutating func operand() throws(PatternError) -> ScalarSet {
        var set = ScalarSet()
        while let scalar = next, scalar != "]" {
            if scalar == "[" {
                set.formUnion(try characterClass())
            } else {
                try classItem(into: &set)
            }
        }
        return set
    }

    private mutating func classItem(into set: inout ScalarSet) throws(PatternError) {
        guard let low = try classScalar(into: &set) else { return }
        guard next == "-", at + 1 < scalars.count, scalars[at + 1] != "]" else {
            set.insert(low...low)
            return
        }
        at += 1
        guard let high = try classScalar(into: &set) else { throw error("a range without an end") }
        guard low <= high else { throw error("a range from high to low") }
        set.insert(low...high)
    }

    /// One character of a class; nil when it was an escape that stands for many.
    private mutating func classScalar(
        into set: inout ScalarSet
    ) throws(PatternError) -> Unicode.Scalar? {
        guard let scalar = next else { throw error("a '[' without ']'") }
        at += 1
        guard scalar == "\\" else { return scalar }
        if let many = try setEscape() {
            set.formUnion(many)
            return nil
        }
        return try scalarEscape()
    }
}

extension Unicode.Scalar {
    var asciiDigit: Int? { value &- 0x30 < 10 ? Int(value &- 0x30) : nil }
}
