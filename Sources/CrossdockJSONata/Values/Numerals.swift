internal import CrossdockData

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Numbers as text, the way JavaScript writes and reads them.
enum Numerals {
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// The double of a plain JSON number of up to 15 digits; nil for what needs the long way.
    ///
    /// Exact: digits and power of ten are both exact doubles, so one division rounds once.
    static func quickDouble(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        var at = 0
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative { at = 1 }
        guard text.count - at <= 16 else { return nil }
        var digits: Int64 = 0
        var count = 0
        var fraction = -1
        while at < text.count {
            let byte = text[at]
            if byte >= 0x30, byte <= 0x39 {
                digits = digits &* 10 &+ Int64(byte &- 0x30)
                count &+= 1
                if fraction >= 0 { fraction &+= 1 }
            } else if byte == UInt8(ascii: "."), fraction < 0 {
                fraction = 0
            } else {
                return nil
            }
            at &+= 1
        }
        guard count <= 15 else { return nil }
        let value = fraction > 0 ? Double(digits) / powers[fraction] : Double(digits)
        return isNegative ? -value : value
    }

    /// The shortest text that reads back as `value`: JavaScript's `Number::toString`.
    static func text(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 {
            return value == 0 ? "0" : String(Int64(value))
        }
        guard value.isFinite else {
            return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
        }
        let (digits, point) = shortest(value)
        let sign = value < 0 ? "-" : ""
        let count = digits.utf8.count
        if point > 0, point <= 21 {
            if count <= point {
                return sign + digits + String(repeating: "0", count: point - count)
            }
            return sign + digits.prefix(point) + "." + digits.dropFirst(point)
        }
        if point <= 0, point > -6 {
            return sign + "0." + String(repeating: "0", count: -point) + digits
        }
        let power = point - 1
        let mantissa = count == 1 ? digits : digits.prefix(1) + "." + digits.dropFirst(1)
        return sign + mantissa + "e" + (power < 0 ? "-" : "+") + String(abs(power))
    }

    /// The significant digits of `|value|` and where the decimal point stands among them:
    /// `0.digits × 10^point`.
    private static func shortest(_ value: Double) -> (digits: String, point: Int) {
        var digits: [UInt8] = []
        var point = 0
        var power = 0
        var isFraction = false
        var text = value.magnitude.description[...]
        if let at = text.firstIndex(of: "e") {
            power = Int(text[text.index(after: at)...]) ?? 0
            text = text[..<at]
        }
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                isFraction = true
                continue
            }
            digits.append(byte)
            if !isFraction { point += 1 }
        }
        let zeros = digits.prefix { $0 == 0x30 }.count
        digits.removeFirst(zeros)
        while digits.last == 0x30 { digits.removeLast() }
        return (String(decoding: digits, as: UTF8.self), point - zeros + power)
    }

    /// `value` rounded to 15 significant digits, which hides the noise of binary fractions.
    static func tidy(_ value: Double) -> Double {
        guard value.isFinite, value != value.rounded() else { return value }
        guard shortest(value).digits.utf8.count > 15 else { return value }
        return Double(formatted(value, "%.14e", 0)) ?? value
    }

    /// `|value|` with `places` digits after the point.
    static func fixed(_ value: Double, places: Int) -> String {
        guard value.magnitude >= 1e21, value.isFinite else {
            return formatted(value.magnitude, "%.*f", places)
        }
        // The digits a double stands for; what follows them means nothing.
        let (digits, point) = shortest(value)
        let whole = digits + String(repeating: "0", count: max(0, point - digits.utf8.count))
        return places > 0 ? whole + "." + String(repeating: "0", count: places) : whole
    }

    private static func formatted(_ value: Double, _ format: String, _ places: Int) -> String {
        let places = CInt(clamping: min(max(places, 0), 1_000))
        let arguments: [any CVarArg] = format.contains("*") ? [places, value] : [value]
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1_400) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            let count = withVaList(arguments) { vsnprintf(start, buffer.count, format, $0) }
            let bytes = buffer.prefix(max(0, min(Int(count), buffer.count - 1)))
            return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Multiplies by a power of ten in decimal, so that no binary error comes in.
    static func shifted(_ value: Double, by places: Double) -> Double {
        guard value.isFinite, value != 0 else { return value }
        let parts = text(value).split(separator: "e")
        let power = (parts.count > 1 ? Double(parts[1]) ?? 0 : 0) + places
        guard let whole = Int(exactly: power) else { return .nan }
        return Double("\(parts[0])e\(whole)") ?? .nan
    }

    /// Rounds to the nearest number with that many decimal places, halves to the even neighbour.
    static func rounded(_ value: Double, places: Double = 0) -> Double {
        let scaled = places == 0 ? value : shifted(value, by: places)
        // With more places than a double has, there is nothing to round.
        if scaled.isInfinite { return value }
        let whole = scaled.rounded(.toNearestOrEven)
        let result = places == 0 ? whole : shifted(whole, by: -places)
        return result == 0 ? 0 : result
    }

    /// JSON for a computed number; nil for infinities and NaN.
    static func json(_ value: Double) -> JSONNumber? {
        value.isFinite ? JSONNumber(unchecked: text(value)) : nil
    }

    /// The integer a double is, when it is one within what doubles hold exactly.
    static func integer(_ value: Double) -> Int? {
        guard value.magnitude <= 9_007_199_254_740_992 else { return nil }
        return Int(exactly: value)
    }

    /// The integer part, within the bounds of `Int`.
    static func clamped(_ value: Double) -> Int {
        if value.isNaN { return 0 }
        if value >= 9e18 { return .max }
        if value <= -9e18 { return .min }
        return Int(value)
    }
}
