/// One word of a query.
struct SOQLToken: Sendable {
    enum Kind: Sendable, Equatable {
        case name
        /// The text without quotes, escapes decoded; for `LIKE`, `\%` and `\_` keep their backslash.
        case string(String)
        case number
        /// A date or a date with time.
        case date
        case symbol
        case end
    }

    let kind: Kind
    /// As written.
    let text: String
    /// Unit: Unicode scalars from the start of the query.
    let position: Int

    var isEnd: Bool { kind == .end }

    func isWord(_ word: String) -> Bool { kind == .name && text.uppercased() == word }
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}

/// Cuts a query into tokens.
struct SOQLLexer {
    private let scalars: [Unicode.Scalar]
    private var at = 0

    init(_ query: String) { scalars = Array(query.unicodeScalars) }

    static func tokens(_ query: String) throws(SOQLError) -> [SOQLToken] {
        var lexer = SOQLLexer(query)
        var tokens: [SOQLToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.isEnd == false
        return tokens
    }

    private mutating func next() throws(SOQLError) -> SOQLToken {
        while at < scalars.count, scalars[at].properties.isWhitespace { at += 1 }
        let start = at
        guard at < scalars.count else { return SOQLToken(kind: .end, text: "", position: start) }
        let first = scalars[at]
        if isNameStart(first) {
            while at < scalars.count, isNamePart(scalars[at]) { at += 1 }
            return token(.name, from: start)
        }
        if first == "'" { return try string(from: start) }
        if isDigit(first) || ((first == "-" || first == "+" || first == ".") && isNumber(at + 1)) {
            return numberOrDate(from: start)
        }
        for symbol in ["<=", ">=", "!=", "<>"] where matches(symbol) {
            at += 2
            return token(.symbol, from: start)
        }
        guard "(),=<>:*".unicodeScalars.contains(first) else {
            throw .malformed("unexpected character: \(first)", at: start)
        }
        at += 1
        return token(.symbol, from: start)
    }

    private func token(_ kind: SOQLToken.Kind, from start: Int) -> SOQLToken {
        SOQLToken(kind: kind, text: text(start..<at), position: start)
    }

    private func text(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(scalars[range]))
    }

    private mutating func string(from start: Int) throws(SOQLError) -> SOQLToken {
        var value = String.UnicodeScalarView()
        at += 1
        while at < scalars.count, scalars[at] != "'" {
            if scalars[at] == "\\" {
                at += 1
                guard at < scalars.count else { break }
                switch scalars[at] {
                case "n", "N": value.append("\n")
                case "r", "R": value.append("\r")
                case "t", "T": value.append("\t")
                case "b", "B": value.append("\u{8}")
                case "f", "F": value.append("\u{C}")
                case "'", "\"": value.append(scalars[at])
                // These matter to LIKE, which takes the backslash away.
                case "\\", "%", "_": value.append(contentsOf: ["\\", scalars[at]])
                case "u", "U":
                    guard at + 4 < scalars.count,
                        let code = UInt32(text((at + 1)..<(at + 5)), radix: 16),
                        let scalar = Unicode.Scalar(code)
                    else { throw .malformed("Illegal escape sequence", at: at) }
                    value.append(scalar)
                    at += 4
                default:
                    throw .malformed(
                        "Invalid string literal '\(text(start..<min(at + 1, scalars.count)))'. "
                            + "Illegal character sequence '\\\(scalars[at])' in string literal.",
                        at: at)
                }
            } else {
                value.append(scalars[at])
            }
            at += 1
        }
        guard at < scalars.count else { throw .malformed("unexpected token: <EOF>", at: start) }
        at += 1
        return token(.string(String(value)), from: start)
    }

    private mutating func numberOrDate(from start: Int) -> SOQLToken {
        at += 1
        while at < scalars.count, isNumberPart(scalars[at]) { at += 1 }
        let word = text(start..<at)
        let isDate = word.unicodeScalars.count >= 10 && word.dropFirst(4).hasPrefix("-")
        return token(isDate ? .date : .number, from: start)
    }

    /// Letters count too: `2026-01-01T00:00:00Z`, `1e3`, and what is wrong shall be named whole.
    private func isNumberPart(_ scalar: Unicode.Scalar) -> Bool {
        isNamePart(scalar) || scalar == "-" || scalar == ":" || scalar == "+"
    }

    private func matches(_ symbol: String) -> Bool {
        at + 1 < scalars.count && text(at..<(at + 2)) == symbol
    }

    private func isNumber(_ position: Int) -> Bool {
        position < scalars.count && (isDigit(scalars[position]) || scalars[position] == ".")
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }

    private func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        (scalar >= "a" && scalar <= "z") || (scalar >= "A" && scalar <= "Z") || scalar == "_"
    }

    private func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        isNameStart(scalar) || isDigit(scalar) || scalar == "."
    }
}
