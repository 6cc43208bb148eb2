internal import Foundation

/// Reads decimal numbers, correctly rounded, without making a `String` for the usual ones.
enum NumberText {
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// The nearest double to `[+-]digits[.digits][e[+-]digits]`; nil for other text.
    ///
    /// A mantissa below 2^53 and a power of ten up to 22 are exact doubles, so one multiplication or
    /// division rounds once. Everything else takes the slow way.
    ///
    /// - Source: Clinger, "How to Read Floating Point Numbers Accurately" (1990), fast path.
    static func double(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        var at = 0
        var isNegative = false
        if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
            isNegative = text[at] == UInt8(ascii: "-")
            at += 1
        }
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        var sawPoint = false
        while at < text.count {
            let byte = text[at]
            if byte >= 0x30, byte <= 0x39 {
                digits += 1
                if digits > 15 { return slow(text) }
                mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
                if sawPoint { exponent -= 1 }
            } else if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else {
                return slow(text)
            }
            at += 1
        }
        guard digits > 0, exponent >= -22 else { return slow(text) }
        let value = Double(mantissa) / powers[-exponent]
        return isNegative ? -value : value
    }

    private static func slow(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        // `Double` also reads hexadecimal, "nan" and "inf", which are no numbers in data.
        let isPlain = text.allSatisfy {
            ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: "+") || $0 | 0x20 == UInt8(ascii: "e")
        }
        guard isPlain, text.count <= 4_096 else { return nil }
        return Double(String(decoding: text, as: UTF8.self))
    }
}
