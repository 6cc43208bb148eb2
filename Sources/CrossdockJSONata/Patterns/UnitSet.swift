/// A class of UTF-16 code units: `[a-z]`, `\w`, `[^0-9]`.
struct UnitSet: Sendable {
    private var ranges: [ClosedRange<UInt16>] = []
    // The same for ASCII, one bit each.
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    var isNegated = false
    var ignoresCase = false

    init() {}

    init(_ ranges: [ClosedRange<UInt16>]) { for range in ranges { insert(range) } }

    mutating func insert(_ range: ClosedRange<UInt16>) {
        ranges.append(range)
        guard range.lowerBound < 128 else { return }
        for unit in range.lowerBound...min(range.upperBound, 127) {
            if unit < 64 { low |= 1 << UInt64(unit) } else { high |= 1 << UInt64(unit - 64) }
        }
    }

    mutating func insert(_ other: UnitSet) {
        for range in other.isNegated ? other.complement : other.ranges { insert(range) }
    }

    /// All units that are in none of the ranges.
    private var complement: [ClosedRange<UInt16>] {
        var result: [ClosedRange<UInt16>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if UInt32(range.lowerBound) > next {
                result.append(UInt16(next)...(range.lowerBound - 1))
            }
            next = max(next, UInt32(range.upperBound) + 1)
        }
        if next <= 0xFFFF { result.append(UInt16(next)...0xFFFF) }
        return result
    }

    func contains(_ unit: UInt16) -> Bool {
        var isIn = has(unit)
        if !isIn, ignoresCase {
            let upper = Self.folded(unit)
            isIn = has(upper) || has(Self.lowered(unit)) || has(Self.lowered(upper))
        }
        return isIn != isNegated
    }

    private func has(_ unit: UInt16) -> Bool {
        if unit < 64 { return low >> UInt64(unit) & 1 != 0 }
        if unit < 128 { return high >> UInt64(unit - 64) & 1 != 0 }
        for range in ranges where range.contains(unit) { return true }
        return false
    }

    // MARK: Classes of JavaScript

    static let digits = UnitSet([0x30...0x39])
    static let words = UnitSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let spaces = UnitSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
        0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])

    static func endsLine(_ unit: UInt16) -> Bool {
        unit == 0x0A || unit == 0x0D || unit == 0x2028 || unit == 0x2029
    }

    static func isWord(_ unit: UInt16) -> Bool { words.has(unit) }

    /// The form that both cases of a letter share.
    ///
    /// - Source: ECMA-262, "Canonicalize", without the `u` flag.
    static func folded(_ unit: UInt16) -> UInt16 {
        if unit < 128 { return unit >= 0x61 && unit <= 0x7A ? unit - 32 : unit }
        guard let upper = single(Unicode.Scalar(unit)?.properties.uppercaseMapping) else {
            return unit
        }
        return upper < 128 ? unit : upper
    }

    private static func lowered(_ unit: UInt16) -> UInt16 {
        if unit < 128 { return unit >= 0x41 && unit <= 0x5A ? unit + 32 : unit }
        return single(Unicode.Scalar(unit)?.properties.lowercaseMapping) ?? unit
    }

    private static func single(_ text: String?) -> UInt16? {
        guard let units = text?.utf16, units.count == 1 else { return nil }
        return units.first
    }
}
