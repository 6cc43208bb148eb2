/// A decimal number of any length, kept exactly: `± digits × 10^exponent`.
///
/// For money and quantities; never goes through a `Double`. Values are normalised (no leading or
/// trailing zeros), so equal values are equal.
public struct ExactDecimal: Hashable, Sendable {
    public let isNegative: Bool
    /// Most significant first, each 0…9; empty for zero.
    public let digits: [UInt8]
    /// The power of ten of the last digit.
    public let exponent: Int

    /// Longest text read as a number. Longer ones are refused rather than computed with.
    public static let maximumLength = 4_096
    /// Largest magnitude of an exponent.
    public static let maximumExponent = 100_000

    public static let zero = ExactDecimal(isNegative: false, digits: [], exponent: 0)

    public init(isNegative: Bool, digits: [UInt8], exponent: Int) {
        let significant = digits.drop { $0 == 0 }
        let trailing = significant.reversed().prefix { $0 == 0 }.count
        self.digits = Array(significant.dropLast(trailing))
        self.exponent = self.digits.isEmpty ? 0 : exponent + trailing
        self.isNegative = isNegative && !self.digits.isEmpty
    }

    /// Reads `[+-]digits[.digits][e[+-]digits]`; nil for anything else.
    public init?(_ text: String) { self.init(bytes: Array(text.utf8)) }

    public init?(bytes: [UInt8]) {
        guard !bytes.isEmpty, bytes.count <= Self.maximumLength else { return nil }
        var at = 0
        var negative = false
        if bytes[0] == 0x2D || bytes[0] == 0x2B {
            negative = bytes[0] == 0x2D
            at = 1
        }
        var digits: [UInt8] = []
        var exponent = 0
        var seen = false
        while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 {
            digits.append(bytes[at] - 0x30)
            seen = true
            at += 1
        }
        if at < bytes.count, bytes[at] == 0x2E {
            at += 1
            while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 {
                digits.append(bytes[at] - 0x30)
                exponent -= 1
                seen = true
                at += 1
            }
        }
        guard seen else { return nil }
        if at < bytes.count, bytes[at] | 0x20 == 0x65 {
            let text = String(decoding: bytes[(at + 1)...], as: UTF8.self)
            guard let power = Int(text), abs(power) <= Self.maximumExponent else { return nil }
            exponent += power
            at = bytes.count
        }
        guard at == bytes.count else { return nil }
        self.init(isNegative: negative, digits: digits, exponent: exponent)
    }

    public init(_ value: Int64) {
        self.init(
            isNegative: value < 0, digits: String(value.magnitude).utf8.map { $0 - 0x30 },
            exponent: 0)
    }

    /// The value when it is an integer within 64 bits.
    public var int64: Int64? {
        guard exponent >= 0, digits.count + exponent <= 19 else { return nil }
        return Int64(plain)
    }

    /// Digits before the decimal point.
    public var integerDigits: Int { max(0, digits.count + exponent) }

    /// Rounds to `scale` digits after the point, halves to the even neighbour.
    public func rounded(scale: Int) -> ExactDecimal {
        let drop = -exponent - scale
        guard drop > 0 else { return self }
        guard drop <= digits.count else { return .zero }
        var kept = Array(digits.dropLast(drop))
        let rest = digits.suffix(drop)
        let first = rest.first ?? 0
        let isHalf = first == 5 && rest.dropFirst().allSatisfy { $0 == 0 }
        let up = isHalf ? (kept.last ?? 0) % 2 == 1 : first >= 5
        if up {
            var at = kept.count - 1
            while at >= 0, kept[at] == 9 {
                kept[at] = 0
                at -= 1
            }
            if at >= 0 { kept[at] += 1 } else { kept.insert(1, at: 0) }
        }
        return ExactDecimal(isNegative: isNegative, digits: kept, exponent: exponent + drop)
    }

    /// The value with exactly `scale` digits after the point; ``rounded(scale:)`` first where it has more.
    ///
    /// A zero has no sign.
    public func formatted(scale: Int) -> String {
        let value = rounded(scale: scale)
        var all = value.digits
        let zeros = value.exponent + scale
        if zeros > 0 { all.append(contentsOf: repeatElement(0, count: zeros)) }
        if value.digits.isEmpty { all = [] }
        if all.count <= scale {
            all.insert(contentsOf: repeatElement(0, count: scale + 1 - all.count), at: 0)
        }
        var text: [UInt8] = value.isNegative ? [0x2D] : []
        text.append(contentsOf: all.dropLast(scale).map { $0 + 0x30 })
        if scale > 0 {
            text.append(0x2E)
            text.append(contentsOf: all.suffix(scale).map { $0 + 0x30 })
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// All digits, no exponent, no trailing zeros after the point.
    public var plain: String { formatted(scale: max(0, -exponent)) }
}

extension ExactDecimal: Comparable {
    public static func < (one: Self, other: Self) -> Bool {
        if one.isNegative != other.isNegative { return one.isNegative }
        let smaller = one.isNegative ? compareMagnitude(other, one) : compareMagnitude(one, other)
        return smaller
    }

    private static func compareMagnitude(_ a: Self, _ b: Self) -> Bool {
        if a.digits.isEmpty || b.digits.isEmpty { return a.digits.isEmpty && !b.digits.isEmpty }
        let (sizeA, sizeB) = (a.digits.count + a.exponent, b.digits.count + b.exponent)
        if sizeA != sizeB { return sizeA < sizeB }
        return a.digits.lexicographicallyPrecedes(b.digits)
    }
}
