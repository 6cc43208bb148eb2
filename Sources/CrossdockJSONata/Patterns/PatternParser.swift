/// A regular expression was refused.
struct PatternError: Error {
    let reason: String
}

/// Reads a regular expression as JavaScript does without the `u` flag.
///
/// - Source: ECMA-262, "RegExp Objects" and its annex B.1.2 for what browsers take.
struct PatternParser {
    private let units: [UInt16]
    private let ignoresCase: Bool
    private var at = 0
    private var nesting = 0
    private var stack = StackGuard()
    private(set) var groups = 0
    private let totalGroups: Int
    private var names: Set<String> = []
    private let namedGroups: [(name: String, number: Int)]

    private static let maximumNesting = 200

    init(_ units: [UInt16], ignoresCase: Bool) {
        self.units = units
        self.ignoresCase = ignoresCase
        (totalGroups, namedGroups) = Self.countGroups(units)
    }

    mutating func parse() throws(PatternError) -> PatternNode {
        let result = try choice()
        if peek() == ")" { throw PatternError(reason: "a ')' too many") }
        return result
    }

    /// How many groups there are, which decides what `\3` means, and their names.
    private static func countGroups(_ units: [UInt16]) -> (Int, [(name: String, number: Int)]) {
        var count = 0
        var names: [(name: String, number: Int)] = []
        var isInClass = false
        var at = 0
        func unit(_ place: Int) -> UInt16? { place < units.count ? units[place] : nil }
        while let current = unit(at) {
            if current == "\\" { at += 1 } else if current == "[" { isInClass = true }
            if current == "]" { isInClass = false }
            if current == "(", !isInClass {
                if unit(at + 1) != "?" {
                    count += 1
                } else if unit(at + 2) == "<", let next = unit(at + 3), next != "=", next != "!" {
                    count += 1
                    let name = units[(at + 3)...].prefix { $0 != 0x3E }
                    names.append((String(decoding: name, as: UTF16.self), count))
                }
            }
            at += 1
        }
        return (count, names)
    }

    // MARK: Reading

    private func peek(_ offset: Int = 0) -> UInt16? {
        at + offset < units.count ? units[at + offset] : nil
    }

    private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        at += 1
        return true
    }

    private mutating func accept(_ text: String) -> Bool {
        let wanted = Array(text.utf16)
        guard units[at...].starts(with: wanted) else { return false }
        at += wanted.count
        return true
    }

    private mutating func choice() throws(PatternError) -> PatternNode {
        nesting += 1
        defer { nesting -= 1 }
        if nesting > Self.maximumNesting || !stack.hasRoom {
            throw PatternError(reason: "groups nest too deeply")
        }
        var branches = [try sequence()]
        while accept("|" as Unicode.Scalar) { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var terms: [PatternNode] = []
        while let unit = peek(), unit != "|", unit != ")" {
            let before = groups
            let start = at
            let term = try self.term()
            terms.append(
                try quantified(
                    term, isAssertion: isAssertion(term, from: start), groups: before..<groups))
        }
        return terms.count == 1 ? terms[0] : terms.isEmpty ? .empty : .sequence(terms)
    }

    /// Whether a term is one that cannot be repeated; `(?:\b)` can, being a group.
    private func isAssertion(_ term: PatternNode, from start: Int) -> Bool {
        switch term {
        case .lineStart, .lineEnd, .wordBoundary: units[start] != "("
        case .look(_, isAhead: false, _): units[start...].starts(with: "(?<".utf16)
        default: false
        }
    }

    private mutating func quantified(
        _ term: PatternNode, isAssertion: Bool, groups: Range<Int>
    ) throws(PatternError) -> PatternNode {
        let start = at
        guard let (min, max) = try quantifier() else { return term }
        if isAssertion { throw PatternError(reason: "nothing to repeat at \(start)") }
        let isLazy = accept("?" as Unicode.Scalar)
        return .repetition(term, min: min, max: max, isLazy: isLazy, groups: groups)
    }

    private mutating func quantifier() throws(PatternError) -> (Int, Int)? {
        switch peek() {
        case .some("*"): at += 1; return (0, .max)
        case .some("+"): at += 1; return (1, .max)
        case .some("?"): at += 1; return (0, 1)
        case .some("{"):
            // Braces that are no quantifier stand for themselves.
            guard let (min, max) = counts() else { return nil }
            if min > max { throw PatternError(reason: "the numbers of {} are out of order") }
            return (min, max)
        default: return nil
        }
    }

    private mutating func counts() -> (Int, Int)? {
        let start = at
        at += 1
        if let min = decimal() {
            var max: Int? = min
            if accept("," as Unicode.Scalar) { max = peek() == "}" ? Int.max : decimal() }
            if let max, accept("}" as Unicode.Scalar) { return (min, max) }
        }
        at = start
        return nil
    }

    private mutating func decimal() -> Int? {
        var value: Int?
        while let unit = peek(), unit >= 0x30, unit <= 0x39 {
            value = min((value ?? 0) * 10 + Int(unit - 0x30), 1 << 31)
            at += 1
        }
        return value
    }

    private mutating func term() throws(PatternError) -> PatternNode {
        guard let unit = peek() else { return .empty }
        at += 1
        switch unit {
        case "^": return .lineStart
        case "$": return .lineEnd
        case ".": return .one(.any)
        case "(": return try group()
        case "[": return .one(.set(try unitClass()))
        case "\\": return try escape()
        case "*", "+", "?": throw PatternError(reason: "nothing to repeat")
        case "{":
            at -= 1
            if counts() != nil { throw PatternError(reason: "nothing to repeat") }
            at += 1
            return literal(unit)
        default: return literal(unit)
        }
    }

    private func literal(_ unit: UInt16) -> PatternNode {
        .one(ignoresCase ? .folded(UnitSet.folded(unit)) : .unit(unit))
    }

    private func set(_ set: UnitSet, isNegated: Bool) -> PatternNode {
        var set = set
        set.isNegated = isNegated
        set.ignoresCase = ignoresCase
        return .one(.set(set))
    }

    // MARK: Groups

    private mutating func group() throws(PatternError) -> PatternNode {
        if accept("?:") { return try closed() }
        if accept("?=") { return .look(try closed(), isAhead: true, isNegated: false) }
        if accept("?!") { return .look(try closed(), isAhead: true, isNegated: true) }
        if accept("?<=") { return .look(try closed(), isAhead: false, isNegated: false) }
        if accept("?<!") { return .look(try closed(), isAhead: false, isNegated: true) }
        groups += 1
        let number = groups
        if accept("?<") {
            let name = try groupName()
            guard names.insert(name).inserted else {
                throw PatternError(reason: "two groups have the same name")
            }
        } else if peek() == "?" {
            throw PatternError(reason: "'(?' is not followed by a kind of group")
        }
        return .group(number, try closed())
    }

    private mutating func closed() throws(PatternError) -> PatternNode {
        let inner = try choice()
        guard accept(")" as Unicode.Scalar) else {
            throw PatternError(reason: "a group is not closed")
        }
        return inner
    }

    /// Reads a group's name and the bracket that ends it.
    private mutating func groupName() throws(PatternError) -> String {
        let start = at
        while let unit = peek(), unit != ">" { at += 1 }
        let name = String(decoding: units[start..<at], as: UTF16.self)
        let isName =
            !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0 == "$" || $0 == "_" || $0.properties.isIDContinue
            }
        guard isName, accept(">" as Unicode.Scalar) else {
            throw PatternError(reason: "the name of a group is malformed")
        }
        return name
    }

    // MARK: Escapes

    private mutating func escape() throws(PatternError) -> PatternNode {
        guard let unit = peek() else {
            throw PatternError(reason: "it ends with a backslash")
        }
        switch unit {
        case "b", "B":
            at += 1
            return .wordBoundary(isNegated: unit == "B")
        case "d", "D", "w", "W", "s", "S":
            at += 1
            return set(Self.named(unit), isNegated: unit < 0x61)
        case 0x31...0x39:
            let start = at
            if let number = decimal(), number <= totalGroups { return .backreference(number) }
            at = start
        case "k" where !namedGroups.isEmpty:
            at += 1
            guard accept("<" as Unicode.Scalar) else {
                throw PatternError(reason: "\\k needs the name of a group")
            }
            let name = try groupName()
            guard let group = namedGroups.first(where: { $0.name == name }) else {
                throw PatternError(reason: "\\k names no group")
            }
            return .backreference(group.number)
        default: break
        }
        return literal(characterEscape())
    }

    private static func named(_ unit: UInt16) -> UnitSet {
        switch unit | 0x20 {
        case "d": .digits
        case "w": .words
        default: .spaces
        }
    }

    /// Reads an escape that stands for one unit.
    private mutating func characterEscape() -> UInt16 {
        guard let unit = peek() else { return 0x5C }
        at += 1
        switch unit {
        case "t": return 0x09
        case "n": return 0x0A
        case "v": return 0x0B
        case "f": return 0x0C
        case "r": return 0x0D
        case "x": return hexadecimal(2) ?? unit
        case "u": return hexadecimal(4) ?? unit
        case "c":
            if let letter = peek(), letter < 128, Self.isLetter(letter) {
                at += 1
                return letter & 31
            }
            at -= 1
            return 0x5C
        case 0x30...0x37:
            at -= 1
            return octal()
        default: return unit
        }
    }

    private static func isLetter(_ unit: UInt16) -> Bool {
        let lower = unit | 0x20
        return lower >= 0x61 && lower <= 0x7A
    }

    private mutating func octal() -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<3 {
            guard let unit = peek(), unit >= 0x30, unit <= 0x37 else { break }
            let next = value * 8 + (unit - 0x30)
            if next > 255 { break }
            value = next
            at += 1
        }
        return value
    }

    private mutating func hexadecimal(_ count: Int) -> UInt16? {
        var value: UInt16 = 0
        for offset in 0..<count {
            guard let digit = peek(offset).flatMap(Lexer.hexadecimal) else { return nil }
            value = value << 4 | digit
        }
        at += count
        return value
    }

    // MARK: Classes

    private mutating func unitClass() throws(PatternError) -> UnitSet {
        var set = UnitSet()
        set.ignoresCase = ignoresCase
        set.isNegated = accept("^" as Unicode.Scalar)
        while let unit = peek(), unit != "]" {
            let first = classMember(&set)
            guard peek() == "-", let next = peek(1), next != "]" else {
                if let first { set.insert(first...first) }
                continue
            }
            at += 1
            let last = classMember(&set)
            guard let first, let last else {
                // A class is no end of a range: the dash stands for itself.
                for end in [first, last] { if let end { set.insert(end...end) } }
                set.insert(0x2D...0x2D)
                continue
            }
            if first > last { throw PatternError(reason: "a range of [] is out of order") }
            set.insert(first...last)
        }
        guard accept("]" as Unicode.Scalar) else {
            throw PatternError(reason: "a '[' is not closed")
        }
        return set
    }

    /// Reads one member; nil when it was a class, which is then part of the set.
    private mutating func classMember(_ set: inout UnitSet) -> UInt16? {
        guard let unit = peek() else { return nil }
        at += 1
        guard unit == "\\" else { return unit }
        guard let kind = peek() else { return unit }
        switch kind {
        case "b":
            at += 1
            return 0x08
        case "d", "D", "w", "W", "s", "S":
            at += 1
            var named = Self.named(kind)
            named.isNegated = kind < 0x61
            set.insert(named)
            return nil
        default: return characterEscape()
        }
    }
}
