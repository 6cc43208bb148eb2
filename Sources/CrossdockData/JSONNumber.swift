/// A number as written: its digits are kept, so money and long ids stay exact.
public struct JSONNumber: Sendable, CustomStringConvertible {
    /// JSON number grammar.
    public let text: String

    /// Adopts text that is known to follow JSON's number grammar.
    public init(unchecked text: String) { self.text = text }

    /// Adopts `text` when it follows JSON's number grammar.
    public init?(_ text: String) {
        guard Self.isNumber(Array(text.utf8)) else { return nil }
        self.text = text
    }

    public init(_ value: Int) { text = String(value) }
    public init(_ value: Int64) { text = String(value) }

    /// Shortest digits that read back as `value`; nil for infinities and NaN, which JSON does not have.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        if value == value.rounded(), abs(value) < 1e15 {
            text = value == 0 ? "0" : String(Int64(value))
            return
        }
        text = value.description.replacing("e+", with: "e")
    }

    public var description: String { text }

    /// The value when it is an integer within 64 bits; `3.0` and `3e0` count, `3.5` does not.
    public var int64: Int64? {
        if let direct = Int64(text) { return direct }
        guard let value = ExactDecimal(text) else { return nil }
        return value.int64
    }

    public var int: Int? { int64.flatMap { Int(exactly: $0) } }

    /// The nearest double; may be infinite for numbers out of range.
    public var double: Double { Double(text) ?? .nan }

    /// Source: RFC 8259 §6.
    public static func isNumber(_ bytes: [UInt8]) -> Bool {
        var at = 0
        func digits() -> Bool {
            let start = at
            while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 { at += 1 }
            return at > start
        }
        if at < bytes.count, bytes[at] == 0x2D { at += 1 }
        guard at < bytes.count else { return false }
        if bytes[at] == 0x30 { at += 1 } else if !digits() { return false }
        if at < bytes.count, bytes[at] == 0x2E {
            at += 1
            if !digits() { return false }
        }
        if at < bytes.count, bytes[at] | 0x20 == 0x65 {
            at += 1
            if at < bytes.count, bytes[at] == 0x2B || bytes[at] == 0x2D { at += 1 }
            if !digits() { return false }
        }
        return at == bytes.count
    }
}

/// Numbers are equal when their values are, however written: `1.0` equals `1`.
extension JSONNumber: Hashable {
    public static func == (one: Self, other: Self) -> Bool {
        if one.text == other.text { return true }
        guard let a = ExactDecimal(one.text), let b = ExactDecimal(other.text) else { return false }
        return a == b
    }

    public func hash(into hasher: inout Hasher) {
        if let value = ExactDecimal(text) { hasher.combine(value) } else { hasher.combine(text) }
    }
}
