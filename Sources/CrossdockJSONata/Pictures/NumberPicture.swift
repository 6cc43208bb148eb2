#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// How numbers are written: `#,##0.00`, `0.0e0`, `00%`, `0.0;(0.0)`.
///
/// - Source: XPath and XQuery Functions 3.1 §4.7, `fn:format-number`.
struct NumberPicture {
    /// The characters with a meaning, which options may replace.
    struct Symbols {
        var decimalSeparator: Unicode.Scalar = "."
        var groupingSeparator: Unicode.Scalar = ","
        var exponentSeparator: Unicode.Scalar = "e"
        var infinity = "Infinity"
        var minusSign = "-"
        var notANumber = "NaN"
        var percent: Unicode.Scalar = "%"
        var perMille: Unicode.Scalar = "\u{2030}"
        var zeroDigit: Unicode.Scalar = "0"
        var digit: Unicode.Scalar = "#"
        var patternSeparator: Unicode.Scalar = ";"

        init(_ options: Record) {
            func replace(_ symbol: inout Unicode.Scalar, _ name: String) {
                if let scalar = options[name]?.text?.unicodeScalars.first { symbol = scalar }
            }
            func replace(_ text: inout String, _ name: String) {
                if let given = options[name]?.text { text = given }
            }
            replace(&decimalSeparator, "decimal-separator")
            replace(&groupingSeparator, "grouping-separator")
            replace(&exponentSeparator, "exponent-separator")
            replace(&infinity, "infinity")
            replace(&minusSign, "minus-sign")
            replace(&notANumber, "NaN")
            replace(&percent, "percent")
            replace(&perMille, "per-mille")
            replace(&zeroDigit, "zero-digit")
            replace(&digit, "digit")
            replace(&patternSeparator, "pattern-separator")
        }

        func isMandatoryDigit(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value >= zeroDigit.value && scalar.value < zeroDigit.value + 10
        }

        func isDigit(_ scalar: Unicode.Scalar) -> Bool {
            isMandatoryDigit(scalar) || scalar == digit
        }

        func isActive(_ scalar: Unicode.Scalar) -> Bool {
            isDigit(scalar) || scalar == decimalSeparator || scalar == groupingSeparator
                || scalar == patternSeparator || scalar == exponentSeparator
        }
    }

    private let symbols: Symbols
    private let positive: NumberSubpicture
    private let negative: NumberSubpicture

    /// - Throws: `D3080` to `D3093` for malformed pictures.
    init(_ picture: String, _ symbols: Symbols) throws(JSONataError) {
        self.symbols = symbols
        let parts = Array(picture.unicodeScalars).split(
            separator: symbols.patternSeparator, omittingEmptySubsequences: false)
        if parts.count > 2 { throw JSONataError("D3080") }
        positive = try NumberSubpicture(Array(parts[0]), symbols)
        if parts.count == 2 {
            negative = try NumberSubpicture(Array(parts[1]), symbols)
        } else {
            var other = positive
            other.prefix = symbols.minusSign + other.prefix
            negative = other
        }
    }

    func format(_ number: Double, _ run: Evaluation) throws(JSONataError) -> String {
        if number.isNaN { return symbols.notANumber }
        let picture = number >= 0 ? positive : negative
        guard number.isFinite else { return picture.prefix + symbols.infinity + picture.suffix }
        try run.charge(size: picture.minimumInteger + picture.maximumFraction)
        let scaled = number * picture.scale
        guard scaled.isFinite else { throw run.failure("D1001") }
        let (mantissa, exponent) = picture.split(scaled)
        let rounded = Numerals.rounded(mantissa, places: Double(picture.maximumFraction))
        var text = digits(rounded, picture)
        if let exponent {
            text.append(symbols.exponentSeparator)
            if exponent < 0 { text.append(contentsOf: symbols.minusSign.unicodeScalars) }
            text += localized(Numerals.fixed(Double(exponent), places: 0), picture.minimumExponent)
        }
        return picture.prefix + String(String.UnicodeScalarView(text)) + picture.suffix
    }

    /// The digits with separators, without what stands around them.
    private func digits(_ number: Double, _ picture: NumberSubpicture) -> [Unicode.Scalar] {
        let parts = Numerals.fixed(number, places: picture.maximumFraction)
            .split(separator: ".", omittingEmptySubsequences: false)
        let integer = Array(parts[0].drop { $0 == "0" }.unicodeScalars)
        var fraction = parts.count > 1 ? Array(parts[1].unicodeScalars) : []
        while fraction.last == "0", fraction.count > picture.minimumFraction {
            fraction.removeLast()
        }
        while fraction.count < picture.minimumFraction { fraction.append("0") }
        var output: [Unicode.Scalar] = []
        let whole = localized(
            String(String.UnicodeScalarView(integer)), picture.minimumInteger)
        for (at, digit) in whole.enumerated() {
            if at > 0, picture.separates(whole.count - at) {
                output.append(symbols.groupingSeparator)
            }
            output.append(digit)
        }
        guard !fraction.isEmpty, picture.hasDecimalSeparator else { return output }
        output.append(symbols.decimalSeparator)
        let localizedFraction = localized(String(String.UnicodeScalarView(fraction)), 0)
        for (at, digit) in localizedFraction.enumerated() {
            if at > 0, picture.fractionGrouping.contains(at) {
                output.append(symbols.groupingSeparator)
            }
            output.append(digit)
        }
        return output
    }

    /// Digits in the picture's script, with zeros in front up to a width.
    private func localized(_ digits: String, _ width: Int) -> [Unicode.Scalar] {
        var scalars = digits.unicodeScalars.map { digit -> Unicode.Scalar in
            guard digit >= "0", digit <= "9" else { return digit }
            return Unicode.Scalar(digit.value - 0x30 + symbols.zeroDigit.value) ?? digit
        }
        if scalars.count < width {
            scalars.insert(
                contentsOf: repeatElement(symbols.zeroDigit, count: width - scalars.count), at: 0)
        }
        return scalars
    }
}

/// The part of a picture for numbers of one sign.
struct NumberSubpicture {
    var prefix: String
    let suffix: String
    /// What the number is multiplied by: 100 for per cent.
    let scale: Double
    let hasDecimalSeparator: Bool
    let minimumInteger: Int
    let minimumFraction: Int
    let maximumFraction: Int
    let minimumExponent: Int
    /// How many digits the mantissa has before the point.
    private let scalingFactor: Int
    // Places counted from the decimal point.
    private let integerGrouping: [Int]
    private let groupingDistance: Int
    let fractionGrouping: [Int]

    init(_ picture: [Unicode.Scalar], _ symbols: NumberPicture.Symbols) throws(JSONataError) {
        let parts = Parts(picture, symbols)
        if let code = parts.fault(symbols) { throw JSONataError(code) }
        prefix = String(String.UnicodeScalarView(parts.prefix))
        suffix = String(String.UnicodeScalarView(parts.suffix))
        scale =
            picture.contains(symbols.percent) ? 100 : picture.contains(symbols.perMille) ? 1_000 : 1
        hasDecimalSeparator = picture.contains(symbols.decimalSeparator)
        integerGrouping = Self.grouping(parts.integer.reversed(), symbols)
        groupingDistance = IntegerPicture.regularDistance(integerGrouping)
        fractionGrouping = Self.grouping(parts.fraction, symbols)

        var integer = parts.integer.count(where: symbols.isMandatoryDigit)
        scalingFactor = integer
        var fraction = parts.fraction.count(where: symbols.isMandatoryDigit)
        var largestFraction = parts.fraction.count(where: symbols.isDigit)
        if integer == 0, largestFraction == 0 {
            if parts.exponent != nil {
                (fraction, largestFraction) = (1, 1)
            } else {
                integer = 1
            }
        }
        if parts.exponent != nil, integer == 0, parts.integer.contains(symbols.digit) {
            integer = 1
        }
        if integer == 0, fraction == 0 { fraction = 1 }
        minimumInteger = integer
        minimumFraction = fraction
        maximumFraction = largestFraction
        minimumExponent = parts.exponent?.count(where: symbols.isMandatoryDigit) ?? 0
    }

    /// How many digits stand before each separator, on the way from the decimal point.
    private static func grouping(
        _ part: [Unicode.Scalar], _ symbols: NumberPicture.Symbols
    ) -> [Int] {
        var places: [Int] = []
        var digits = 0
        for scalar in part {
            if symbols.isDigit(scalar) { digits += 1 }
            if scalar == symbols.groupingSeparator { places.append(digits) }
        }
        return places
    }

    /// Whether a separator stands before the last `place` digits of the integer part.
    func separates(_ place: Int) -> Bool {
        groupingDistance > 0 ? place % groupingDistance == 0 : integerGrouping.contains(place)
    }

    /// A number as mantissa and, where the picture has one, exponent.
    func split(_ number: Double) -> (mantissa: Double, exponent: Int?) {
        guard minimumExponent > 0 else { return (number, nil) }
        guard number != 0 else { return (0, 0) }
        let largest = pow(10, Double(scalingFactor))
        let smallest = pow(10, Double(scalingFactor - 1))
        var mantissa = number
        var exponent = 0
        while mantissa.magnitude < smallest {
            mantissa *= 10
            exponent -= 1
        }
        while mantissa.magnitude > largest {
            mantissa /= 10
            exponent += 1
        }
        return (mantissa, exponent)
    }
}

extension NumberSubpicture {
    /// A sub-picture taken apart.
    private struct Parts {
        let picture: [Unicode.Scalar]
        let prefix: [Unicode.Scalar]
        let suffix: [Unicode.Scalar]
        let active: [Unicode.Scalar]
        let mantissa: [Unicode.Scalar]
        let integer: [Unicode.Scalar]
        let fraction: [Unicode.Scalar]
        let exponent: [Unicode.Scalar]?

        init(_ picture: [Unicode.Scalar], _ symbols: NumberPicture.Symbols) {
            self.picture = picture
            func bounds(_ scalar: Unicode.Scalar) -> Bool {
                symbols.isActive(scalar) && scalar != symbols.exponentSeparator
            }
            let start = picture.firstIndex(where: bounds) ?? 0
            let end = picture.lastIndex(where: bounds).map { $0 + 1 } ?? picture.count
            prefix = Array(picture[..<start])
            suffix = Array(picture[end...])
            active = Array(picture[start..<end])
            // The separator of an exponent may also be the first character behind the digits.
            let reach = min(end + 1, picture.count)
            if let at = picture[start..<reach].firstIndex(of: symbols.exponentSeparator) {
                mantissa = Array(picture[start..<at])
                exponent = Array(picture[min(at + 1, end)..<end])
            } else {
                mantissa = active
                exponent = nil
            }
            let point = mantissa.firstIndex(of: symbols.decimalSeparator) ?? mantissa.count
            integer = Array(mantissa[..<point])
            fraction = Array(mantissa.dropFirst(point + 1))
        }

        /// The code of what is wrong with it. Where several things are, the last of the list.
        func fault(_ symbols: NumberPicture.Symbols) -> String? {
            faults(symbols).last { $0.isPresent }?.code
        }

        private func faults(
            _ symbols: NumberPicture.Symbols
        ) -> [(code: String, isPresent: Bool)] {
            func count(_ scalar: Unicode.Scalar) -> Int { picture.count { $0 == scalar } }
            let point = picture.firstIndex(of: symbols.decimalSeparator)
            let hasPercent = count(symbols.percent) > 0
            let hasPerMille = count(symbols.perMille) > 0
            let grouping = symbols.groupingSeparator
            func isGrouping(_ at: Int) -> Bool {
                picture.indices.contains(at) && picture[at] == grouping
            }
            let optional = integer.firstIndex(of: symbols.digit)
            let lastOptional = fraction.lastIndex(of: symbols.digit)
            return [
                ("D3081", count(symbols.decimalSeparator) > 1),
                ("D3082", count(symbols.percent) > 1),
                ("D3083", count(symbols.perMille) > 1),
                ("D3084", hasPercent && hasPerMille),
                ("D3085", !mantissa.contains(where: symbols.isDigit)),
                ("D3086", !active.allSatisfy(symbols.isActive)),
                ("D3087", point.map { isGrouping($0 - 1) || isGrouping($0 + 1) } ?? false),
                ("D3088", point == nil && integer.last == grouping),
                (
                    "D3089",
                    zip(picture, picture.dropFirst()).contains { $0 == grouping && $1 == grouping }
                ),
                (
                    "D3090",
                    optional.map { integer[..<$0].contains(where: symbols.isMandatoryDigit) }
                        ?? false
                ),
                (
                    "D3091",
                    lastOptional.map { fraction[$0...].contains(where: symbols.isMandatoryDigit) }
                        ?? false
                ),
                ("D3092", !(exponent ?? []).isEmpty && (hasPercent || hasPerMille)),
                (
                    "D3093",
                    exponent.map { $0.isEmpty || !$0.allSatisfy(symbols.isMandatoryDigit) } ?? false
                ),
            ]
        }
    }
}
