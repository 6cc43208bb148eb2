internal import CrossdockData

/// How values of different types are compared.
///
/// Text that looks like a number counts as one where the other side is one, or looks like one too.
///
/// - Source: Camel's `ObjectHelper.typeCoerceEquals` and `typeCoerceCompare`.
enum Coercion {
    static func equal(_ left: Value, _ right: Value, ignoresCase: Bool = false) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.null, _), (_, .null): return false
        case (.string(let one), .string(let other)):
            if isInteger(one), isInteger(other), let a = Int64(one), let b = Int64(other) {
                return a == b
            }
            return ignoresCase ? one.lowercased() == other.lowercased() : same(one, other)
        case (.number(let one), .number(let other)): return one == other
        case (.number(let number), .string(let text)), (.string(let text), .number(let number)):
            guard let decimal = ExactDecimal(text.trimmed) else { return false }
            return ExactDecimal(number.text) == decimal
        case (.bool(let flag), .string(let text)), (.string(let text), .bool(let flag)):
            return flag == (text.lowercased() == "true")
        case (.string(let text), .array), (.string(let text), .object):
            return same(text, right.jsonText)
        case (.array, .string(let text)), (.object, .string(let text)):
            return same(text, left.jsonText)
        default: return left == right
        }
    }

    /// Negative, zero or positive; nil for what has no order.
    static func compare(_ left: Value, _ right: Value) -> Int? {
        switch (left, right) {
        case (.null, _), (_, .null): return nil
        case (.string(let one), .string(let other)):
            if isInteger(one), isInteger(other), let a = Int64(one), let b = Int64(other) {
                return order(a, b)
            }
            return order(one, other)
        case (.number(let one), .number(let other)): return numeric(one.text, other.text)
        case (.number(let one), .string(let other)):
            return numeric(one.text, other.trimmed) ?? order(one.text, other)
        case (.string(let one), .number(let other)):
            return numeric(one.trimmed, other.text) ?? order(one, other.text)
        case (.bool(let one), .bool(let other)): return order(one ? 1 : 0, other ? 1 : 0)
        case (.bool(let flag), .string(let text)):
            return order(flag ? 1 : 0, text.lowercased() == "true" ? 1 : 0)
        case (.string(let text), .bool(let flag)):
            return order(text.lowercased() == "true" ? 1 : 0, flag ? 1 : 0)
        default:
            guard let one = left.scalarText, let other = right.scalarText else { return nil }
            return order(one, other)
        }
    }

    static func isBetween(_ value: Value, _ low: Value, _ high: Value) -> Bool {
        guard let below = compare(value, low), let above = compare(value, high) else {
            return false
        }
        return below >= 0 && above <= 0
    }

    static func contains(_ container: Value, _ wanted: Value, ignoresCase: Bool) -> Bool {
        switch container {
        case .null: return wanted.isNull
        case .array(let elements):
            return elements.contains { equal($0, wanted, ignoresCase: ignoresCase) }
        case .object(let members):
            return members.contains {
                equal(.string($0.key), wanted, ignoresCase: ignoresCase)
            }
        default:
            guard let text = container.scalarText, let part = wanted.scalarText else {
                return false
            }
            return ignoresCase
                ? text.lowercased().contains(part.lowercased()) : text.contains(part)
        }
    }

    static func affix(_ left: Value, _ right: Value, _ test: (String, String) -> Bool) -> Bool {
        guard let text = left.scalarText, let part = right.scalarText else {
            return left.isNull && right.isNull
        }
        return test(text, part)
    }

    /// Whether a value is of a Java type.
    static func isInstance(_ value: Value, of name: String) -> Bool {
        guard let type = ResultType(javaName: name) else { return false }
        switch (value, type) {
        case (.null, _): return false
        case (_, .any): return true
        case (.string, .text), (.bool, .boolean), (.array, .list), (.object, .map): return true
        case (.number, .decimal): return name.hasSuffix("Number") || value.number?.int64 == nil
        case (.number(let number), .integer):
            return number.int64.map { Int32(exactly: $0) != nil } ?? false
        case (.number(let number), .long): return number.int64 != nil
        case (.number(let number), .double): return number.int64 == nil
        default: return false
        }
    }

    /// Texts are ordered by UTF-16 code units, as Java does.
    private static func order(_ one: String, _ other: String) -> Int {
        if same(one, other) { return 0 }
        return one.utf16.lexicographicallyPrecedes(other.utf16) ? -1 : 1
    }

    private static func order<Number: Comparable>(_ one: Number, _ other: Number) -> Int {
        one < other ? -1 : one > other ? 1 : 0
    }

    private static func numeric(_ one: String, _ other: String) -> Int? {
        if let a = Int64(one), let b = Int64(other) { return order(a, b) }
        guard let a = ExactDecimal(one), let b = ExactDecimal(other) else { return nil }
        return order(a, b)
    }

    /// Byte by byte: canonically equivalent texts are different texts.
    static func same(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8)
    }

    static func isInteger(_ text: String) -> Bool {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
        return !digits.isEmpty && text.utf8.count - digits.count <= 1
            && digits.allSatisfy { $0 &- 0x30 < 10 }
    }
}
