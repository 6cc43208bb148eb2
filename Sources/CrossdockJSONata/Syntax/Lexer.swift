/// Splits an expression into tokens, one at a time: whether `/` divides or starts a regular
/// expression only the parser knows.
struct Lexer {
    private let units: [UInt16]
    private var at = 0

    init(_ source: String) { units = Array(source.utf16) }

    var length: Int { units.count }

    private func unit(_ place: Int) -> UInt16? {
        place >= 0 && place < units.count ? units[place] : nil
    }

    /// - Parameter afterValue: Whether the token before ended a value, so that `/` divides.
    mutating func next(afterValue: Bool) throws(JSONataError) -> Token {
        try skipBlanks()
        let start = at
        guard let first = unit(at) else { return Token(kind: .end, start: start, end: start) }
        let kind = try kind(first, afterValue: afterValue)
        return Token(kind: kind, start: start, end: at)
    }

    private mutating func kind(
        _ first: UInt16, afterValue: Bool
    ) throws(JSONataError) -> Token.Kind {
        if first == "/", !afterValue {
            at += 1
            return .regex(try regex())
        }
        if let symbol = symbol() { return .symbol(symbol) }
        if first == "\"" || first == "'" { return .string(try string(first)) }
        if let number = try number() { return .number(number) }
        return first == "`" ? .name(try quotedName()) : word()
    }

    private func error(
        _ code: String, at position: Int, from start: Int? = nil, token: String? = nil
    ) -> JSONataError {
        JSONataError(code, stage: .compilation, at: position, from: start, token: token)
    }

    private mutating func skipBlanks() throws(JSONataError) {
        while true {
            while let unit = unit(at), Self.isBlank(unit) { at += 1 }
            guard unit(at) == "/", unit(at + 1) == "*" else { return }
            let start = at
            at += 2
            while !(unit(at) == "*" && unit(at + 1) == "/") {
                at += 1
                if at >= units.count { throw error("S0106", at: start, from: start) }
            }
            at += 2
        }
    }

    private mutating func symbol() -> Symbol? {
        guard let first = unit(at), let one = Self.text([first]) else { return nil }
        if let second = unit(at + 1), let other = Self.text([second]),
            let symbol = Symbol(rawValue: one + other), !Self.isWord(symbol)
        {
            at += 2
            return symbol
        }
        guard let symbol = Symbol(rawValue: one) else { return nil }
        at += 1
        return symbol
    }

    private static func isWord(_ symbol: Symbol) -> Bool {
        symbol == .and || symbol == .or || symbol == .isIn
    }

    private static func text(_ units: [UInt16]) -> String? {
        units.allSatisfy { $0 < 0x80 } ? String(decoding: units, as: UTF16.self) : nil
    }

    private static func isBlank(_ unit: UInt16) -> Bool {
        unit == 0x20 || (unit >= 0x09 && unit <= 0x0B) || unit == 0x0D
    }

    private static let wordEnds: Set<UInt16> = Set(".[]{}(),@#;:?+-*/%|=<>^&!~".utf16)

    private mutating func string(_ quote: UInt16) throws(JSONataError) -> String {
        var text: [UInt16] = []
        let start = at
        at += 1
        while let unit = unit(at) {
            if unit == quote {
                at += 1
                return String(decoding: text, as: UTF16.self)
            }
            if unit == "\\" {
                at += 1
                text.append(try escape())
            } else {
                text.append(unit)
            }
            at += 1
        }
        throw error("S0101", at: units.count, from: start)
    }

    /// Reads an escape whose backslash was read, up to its last character.
    private mutating func escape() throws(JSONataError) -> UInt16 {
        guard let unit = unit(at) else { throw error("S0101", at: units.count) }
        switch unit {
        case "\"", "\\", "/": return unit
        case "b": return 0x08
        case "f": return 0x0C
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "u":
            var value: UInt16 = 0
            for offset in 1...4 {
                guard let digit = self.unit(at + offset).flatMap(Self.hexadecimal) else {
                    throw error("S0104", at: at, from: at - 1)
                }
                value = value << 4 | digit
            }
            at += 4
            return value
        default:
            let text = String(decoding: [unit], as: UTF16.self)
            throw error("S0103", at: at, from: at - 1, token: text)
        }
    }

    static func hexadecimal(_ unit: UInt16) -> UInt16? {
        switch unit {
        case 0x30...0x39: unit - 0x30
        case 0x41...0x46: unit - 0x37
        case 0x61...0x66: unit - 0x57
        default: nil
        }
    }

    private mutating func number() throws(JSONataError) -> Double? {
        var end = at
        func isDigit(_ place: Int) -> Bool { unit(place).map { $0 >= 0x30 && $0 <= 0x39 } ?? false }
        guard isDigit(end) else { return nil }
        if unit(end) == "0" { end += 1 } else { while isDigit(end) { end += 1 } }
        if unit(end) == ".", isDigit(end + 1) {
            end += 1
            while isDigit(end) { end += 1 }
        }
        if unit(end) == "e" || unit(end) == "E" {
            let isSigned = unit(end + 1) == "-" || unit(end + 1) == "+"
            let first = end + (isSigned ? 2 : 1)
            if isDigit(first) {
                end = first
                while isDigit(end) { end += 1 }
            }
        }
        let text = String(decoding: units[at..<end], as: UTF16.self)
        guard let value = Double(text), value.isFinite else {
            throw error("S0102", at: at, from: at, token: text)
        }
        at = end
        return value
    }

    private mutating func quotedName() throws(JSONataError) -> String {
        let start = at
        at += 1
        guard let end = units[at...].firstIndex(of: 0x60) else {
            throw error("S0105", at: units.count, from: start)
        }
        let name = String(decoding: units[at..<end], as: UTF16.self)
        at = end + 1
        return name
    }

    /// A name, a variable or a word with a meaning of its own.
    private mutating func word() -> Token.Kind {
        let start = at
        while let unit = unit(at), !Self.isBlank(unit), !Self.wordEnds.contains(unit) { at += 1 }
        if units[start] == "$" {
            return .variable(String(decoding: units[(start + 1)..<at], as: UTF16.self))
        }
        let name = String(decoding: units[start..<at], as: UTF16.self)
        return switch name {
        case "and": .symbol(.and)
        case "or": .symbol(.or)
        case "in": .symbol(.isIn)
        case "true": .value(.bool(true))
        case "false": .value(.bool(false))
        case "null": .value(.null)
        default: .name(name)
        }
    }

    /// Reads a regular expression whose first slash was read.
    private mutating func regex() throws(JSONataError) -> Pattern {
        let start = at
        var depth = 0
        while let unit = unit(at) {
            if unit == "/", depth == 0, !isEscaped(at) {
                let source = Array(units[start..<at])
                if source.isEmpty { throw error("S0301", at: at, from: start - 1) }
                at += 1
                return try pattern(source, start: start)
            }
            let isBracketEscaped = self.unit(at - 1) == "\\"
            if !isBracketEscaped {
                if unit == "(" || unit == "[" || unit == "{" { depth += 1 }
                if unit == ")" || unit == "]" || unit == "}" { depth -= 1 }
            }
            at += 1
        }
        throw error("S0302", at: at, from: start - 1)
    }

    /// Reads the flags after a regular expression and compiles it.
    private mutating func pattern(
        _ source: [UInt16], start: Int
    ) throws(JSONataError) -> Pattern {
        var ignoresCase = false
        var isMultiline = false
        while let flag = unit(at), flag == "i" || flag == "m" {
            if flag == "i" { ignoresCase = true } else { isMultiline = true }
            at += 1
        }
        do {
            return try Pattern(source, ignoresCase: ignoresCase, isMultiline: isMultiline)
        } catch {
            throw JSONataError(
                "S0303", stage: .compilation, at: at, from: start - 1,
                details: JSONataDetails(value: error.reason))
        }
    }

    private func isEscaped(_ place: Int) -> Bool {
        var count = 0
        while unit(place - count - 1) == "\\" { count += 1 }
        return count % 2 == 1
    }
}
