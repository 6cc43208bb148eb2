internal import CrossdockData

/// An exact decimal number as `$filter` computes with: `mantissa / 10^scale`.
///
/// ABAP's packed numbers have 31 digits at most, so 128 bits hold every value and most results; what does
/// not fit is nil.
struct EdmNumber: Sendable {
    let mantissa: Int128
    let scale: Int

    static let zero = EdmNumber(mantissa: 0, scale: 0)
    private static let maximumScale = 30

    init(mantissa: Int128, scale: Int) {
        self.mantissa = mantissa
        self.scale = scale
    }

    init(_ value: Int64) { self.init(mantissa: Int128(value), scale: 0) }

    /// Reads `[+-]digits[.digits][e[+-]digits]`.
    init?(_ text: String) {
        guard let exact = ExactDecimal(text) else { return nil }
        let scale = max(0, -exact.exponent)
        guard scale <= Self.maximumScale, exact.digits.count + max(0, exact.exponent) <= 38 else {
            return nil
        }
        var value: Int128 = 0
        for digit in exact.digits { value = value * 10 + Int128(digit) }
        for _ in 0..<max(0, exact.exponent) { value *= 10 }
        self.init(mantissa: exact.isNegative ? -value : value, scale: scale)
    }

    var double: Double {
        var divisor = 1.0
        for _ in 0..<scale { divisor *= 10 }
        return Double(mantissa) / divisor
    }

    /// The value when it is whole.
    var integer: Int? {
        let reduced = reduced
        return reduced.scale == 0 ? Int(exactly: reduced.mantissa) : nil
    }

    private var reduced: EdmNumber {
        var (value, scale) = (mantissa, scale)
        while scale > 0, value % 10 == 0 { (value, scale) = (value / 10, scale - 1) }
        return EdmNumber(mantissa: value, scale: scale)
    }

    private func scaled(to wanted: Int) -> Int128? {
        var value = mantissa
        for _ in 0..<max(0, wanted - scale) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product
        }
        return value
    }

    /// -1, 0 or 1.
    func compare(_ other: EdmNumber) -> Int {
        let common = max(scale, other.scale)
        guard let one = scaled(to: common), let two = other.scaled(to: common) else {
            return double < other.double ? -1 : (double > other.double ? 1 : 0)
        }
        return one < two ? -1 : (one > two ? 1 : 0)
    }

    func adding(_ other: EdmNumber) -> EdmNumber? {
        let common = max(scale, other.scale)
        guard let one = scaled(to: common), let two = other.scaled(to: common) else { return nil }
        let (sum, overflow) = one.addingReportingOverflow(two)
        return overflow ? nil : EdmNumber(mantissa: sum, scale: common)
    }

    /// nil for the one value that has no opposite.
    var negated: EdmNumber? {
        let (result, overflow) = Int128(0).subtractingReportingOverflow(mantissa)
        return overflow ? nil : EdmNumber(mantissa: result, scale: scale)
    }

    func multiplied(by other: EdmNumber) -> EdmNumber? {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: other.mantissa)
        guard !overflow else { return nil }
        let result = EdmNumber(mantissa: product, scale: scale + other.scale).reduced
        return result.scale <= Self.maximumScale ? result : nil
    }

    /// To twelve digits after the point.
    func divided(by other: EdmNumber) -> EdmNumber? {
        guard other.mantissa != 0 else { return nil }
        let quotient = double / other.double * 1e12
        guard quotient.isFinite, abs(quotient) < 1e37 else { return nil }
        return EdmNumber(mantissa: Int128(quotient.rounded()), scale: 12).reduced
    }

    func remainder(by other: EdmNumber) -> EdmNumber? {
        let common = max(scale, other.scale)
        guard other.mantissa != 0, let one = scaled(to: common), let two = other.scaled(to: common)
        else { return nil }
        return two == -1 ? .zero : EdmNumber(mantissa: one % two, scale: common)
    }

    enum Rounding { case halfAwayFromZero, down, up }

    func rounded(_ rule: Rounding) -> EdmNumber {
        guard scale > 0 else { return self }
        var unit: Int128 = 1
        for _ in 0..<scale { unit *= 10 }
        var whole = mantissa / unit
        let rest = mantissa % unit
        switch rule {
        case .down: if rest < 0 { whole -= 1 }
        case .up: if rest > 0 { whole += 1 }
        case .halfAwayFromZero:
            if rest.magnitude * 2 >= unit.magnitude { whole += rest < 0 ? -1 : 1 }
        }
        return EdmNumber(mantissa: whole, scale: 0)
    }
}
