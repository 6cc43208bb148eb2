internal import CrossdockData

/// A piece of a `$filter`. Source: OData V2 "URI Conventions" §4.5, "Overview" (literal forms).
enum FilterToken: Sendable, Equatable {
    case open
    case close
    case comma
    case slash
    case minus
    /// In key predicates only.
    case equals
    /// Names, operators and `null`, `true`, `false`.
    case word(String)
    case literal(Literal)

    /// A value as written in a URL.
    struct Literal: Sendable, Equatable {
        let type: EdmType
        let text: String
    }
}

/// Cuts a `$filter` or a key predicate into tokens.
struct FilterLexer {
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    static func tokens(_ text: some StringProtocol) throws(ODataError) -> [(FilterToken, Int)] {
        var lexer = FilterLexer(text)
        var tokens: [(FilterToken, Int)] = []
        while let token = try lexer.next() { tokens.append(token) }
        return tokens
    }

    private mutating func next() throws(ODataError) -> (FilterToken, Int)? {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
        guard at < bytes.count else { return nil }
        let start = at
        switch bytes[at] {
        case UInt8(ascii: "("): return single(.open)
        case UInt8(ascii: ")"): return single(.close)
        case UInt8(ascii: ","): return single(.comma)
        case UInt8(ascii: "/"): return single(.slash)
        case UInt8(ascii: "="): return single(.equals)
        case UInt8(ascii: "'"): return (.literal(.init(type: .string, text: try quoted())), start)
        case UInt8(ascii: "-") where !startsNumber(at + 1): return single(.minus)
        case UInt8(ascii: "-"), 0x30...0x39: return (try number(), start)
        case let byte where Self.isWord(byte): return (try word(), start)
        default: throw fail("an unexpected character", start)
        }
    }

    private mutating func single(_ token: FilterToken) -> (FilterToken, Int) {
        at += 1
        return (token, at - 1)
    }

    private func fail(_ what: String, _ position: Int) -> ODataError {
        .badRequest("Syntax error at position \(position): \(what)")
    }

    private func startsNumber(_ position: Int) -> Bool {
        position < bytes.count && bytes[position] >= 0x30 && bytes[position] <= 0x39
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == 0x5F || byte == 0x24
            || (byte >= 0x30 && byte <= 0x39) || byte == 0x2E
    }

    /// A text in quotes; two quotes inside stand for one.
    private mutating func quoted() throws(ODataError) -> String {
        let start = at
        at += 1
        var text: [UInt8] = []
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "'") {
                at += 1
                guard at < bytes.count, bytes[at] == UInt8(ascii: "'") else {
                    return String(decoding: text, as: UTF8.self)
                }
            }
            text.append(bytes[at])
            at += 1
        }
        throw fail("a text is not closed", start)
    }

    private mutating func number() throws(ODataError) -> FilterToken {
        let start = at
        at += 1
        var isWhole = true
        while at < bytes.count {
            let byte = bytes[at]
            let isExponentSign =
                (byte == 0x2B || byte == 0x2D) && bytes[at - 1] | 0x20 == UInt8(ascii: "e")
            guard
                byte >= 0x30 && byte <= 0x39 || byte == 0x2E || byte | 0x20 == 0x65
                    || isExponentSign
            else { break }
            if byte < 0x30 || byte > 0x39 { isWhole = false }
            at += 1
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        var type: EdmType = isWhole ? .int32 : .double
        if at < bytes.count, Self.isWord(bytes[at]) {
            switch bytes[at] | 0x20 {
            case UInt8(ascii: "l"): type = .int64
            case UInt8(ascii: "m"): type = .decimal
            case UInt8(ascii: "d"): type = .double
            case UInt8(ascii: "f"): type = .single
            default: throw fail("a malformed number", start)
            }
            at += 1
        }
        guard JSONNumber.isNumber(Array(text.utf8)), EdmNumber(text) != nil,
            at == bytes.count || !Self.isWord(bytes[at])
        else { throw fail("a malformed number", start) }
        return .literal(.init(type: type, text: text))
    }

    private mutating func word() throws(ODataError) -> FilterToken {
        let start = at
        while at < bytes.count, Self.isWord(bytes[at]) { at += 1 }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        guard at < bytes.count, bytes[at] == UInt8(ascii: "'") else { return .word(text) }
        let types: [String: EdmType] = [
            "datetime": .dateTime, "datetimeoffset": .dateTimeOffset, "time": .time, "guid": .guid,
            "binary": .binary, "X": .binary,
        ]
        guard let type = types[text] else {
            throw fail("an unknown kind of literal '\(text)'", start)
        }
        return .literal(.init(type: type, text: try quoted()))
    }
}

extension FilterToken.Literal {
    /// The value; nil when the text is none of its type.
    var value: EdmValue? {
        switch type.family {
        case .text, .binary: .string(text)
        case .number: EdmNumber(text).map { .number($0) }
        case .instant: EdmTime.parseDateTime(text, zoned: false).map { .instant($0) }
        case .zonedInstant: EdmTime.parseDateTime(text, zoned: true).map { .instant($0) }
        case .time: EdmTime.parseTime(text).map { .time($0) }
        case .guid: EdmCodec.guid(text).map { .guid($0) }
        case .truth: nil
        }
    }
}
