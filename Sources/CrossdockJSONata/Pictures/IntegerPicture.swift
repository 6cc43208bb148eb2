/// How whole numbers are written: `1`, `#,##0`, `I`, `a`, `Ww`, `0;o`.
///
/// - Source: XPath and XQuery Functions 3.1 §4.6.1, `fn:format-integer`.
struct IntegerPicture {
    enum Style: Equatable {
        case decimal
        case letters
        case roman
        case words
        /// A numbering we do not have.
        case unknown(String)
    }

    enum Case { case lower, upper, title }

    private(set) var style = Style.decimal
    private(set) var letterCase = Case.lower
    private(set) var isOrdinal = false
    /// The script's digit zero.
    private var zero: UInt32 = 0x30
    /// At least so many digits are written.
    var mandatoryDigits = 0
    private(set) var optionalDigits = 0
    /// Whether the separators stand at equal distances, and so go on in front.
    private(set) var isRegular = false
    /// Places counted from the right. Of a regular picture the first says it all.
    private(set) var separators: [(place: Int, character: Unicode.Scalar)] = []
    /// When reading: exactly so many digits.
    var readWidth: Int?

    /// - Throws: `D3131` for digits of several scripts.
    init(_ picture: String, _ run: Evaluation) throws(JSONataError) {
        var primary = picture[...]
        if let semicolon = picture.lastIndex(of: ";") {
            primary = picture[..<semicolon]
            isOrdinal = picture[picture.index(after: semicolon)...].first == "o"
        }
        switch primary {
        case "A": (style, letterCase) = (.letters, .upper)
        case "a": style = .letters
        case "I": (style, letterCase) = (.roman, .upper)
        case "i": style = .roman
        case "W": (style, letterCase) = (.words, .upper)
        case "Ww": (style, letterCase) = (.words, .title)
        case "w": style = .words
        default: try readDigits(primary, run)
        }
    }

    private mutating func readDigits(
        _ picture: Substring, _ run: Evaluation
    ) throws(JSONataError) {
        var script: UInt32?
        for scalar in picture.unicodeScalars.reversed() {
            if let digit = Self.digit(scalar) {
                mandatoryDigits += 1
                if let script, script != digit.zero { throw run.failure("D3131") }
                script = digit.zero
            } else if scalar == "#" {
                optionalDigits += 1
            } else {
                separators.append((mandatoryDigits + optionalDigits, scalar))
            }
        }
        guard let script else {
            style = .unknown(String(picture))
            return
        }
        zero = script
        let distance = Self.regularDistance(separators.map(\.place))
        if distance > 0, separators.allSatisfy({ $0.character == separators[0].character }) {
            isRegular = true
            separators = [(distance, separators[0].character)]
        }
    }

    private static func digit(_ scalar: Unicode.Scalar) -> (zero: UInt32, value: UInt32)? {
        guard scalar.properties.generalCategory == .decimalNumber,
            let value = scalar.properties.numericValue
        else { return nil }
        return (scalar.value - UInt32(value), UInt32(value))
    }

    /// The distance at which the places stand one after the other without a gap; zero if they do not.
    static func regularDistance(_ places: [Int]) -> Int {
        guard var distance = places.first else { return 0 }
        for place in places {
            var (a, b) = (distance, place)
            while b != 0 { (a, b) = (b, a % b) }
            distance = a
        }
        guard distance > 0 else { return 0 }
        return (1...places.count).allSatisfy { places.contains($0 * distance) } ? distance : 0
    }

    // MARK: Writing

    /// Writes a whole number.
    ///
    /// - Throws: `D3130` for a numbering we do not have, `D1001` for what is no number.
    func format(_ number: Double, _ run: Evaluation) throws(JSONataError) -> String {
        guard number.isFinite else { throw run.failure("D1001") }
        let magnitude = number.magnitude
        var text: String
        switch style {
        case .letters: text = EnglishNumbers.letters(magnitude)
        case .roman: text = try EnglishNumbers.roman(magnitude, run)
        case .words: text = EnglishNumbers.words(magnitude, isOrdinal: isOrdinal)
        case .decimal: text = try decimal(magnitude, run)
        case .unknown(let picture): throw run.failure("D3130", value: .string(picture))
        }
        switch (style, letterCase) {
        case (.decimal, _), (.words, .title): break
        case (_, .upper): text = text.uppercased()
        default: text = text.lowercased()
        }
        return number < 0 ? "-" + text : text
    }

    private func decimal(_ magnitude: Double, _ run: Evaluation) throws(JSONataError) -> String {
        var digits = Array(Numerals.text(magnitude).unicodeScalars)
        if digits.count < mandatoryDigits {
            try run.charge(size: mandatoryDigits)
            digits.insert(
                contentsOf: repeatElement("0", count: mandatoryDigits - digits.count), at: 0)
        }
        let suffix = isOrdinal ? Self.ordinalSuffix(digits) : ""
        if zero != 0x30 {
            digits = digits.map { digit in
                guard digit >= "0", digit <= "9" else { return digit }
                return Unicode.Scalar(digit.value - 0x30 + zero) ?? digit
            }
        }
        var output = String.UnicodeScalarView()
        for (at, digit) in digits.enumerated() {
            if at > 0, let separator = separator(before: digits.count - at) {
                output.append(separator)
            }
            output.append(digit)
        }
        return String(output) + suffix
    }

    private func separator(before place: Int) -> Unicode.Scalar? {
        guard let first = separators.first else { return nil }
        if isRegular { return place % first.place == 0 ? first.character : nil }
        return separators.first { $0.place == place }?.character
    }

    private static func ordinalSuffix(_ digits: [Unicode.Scalar]) -> String {
        if digits.count > 1, digits[digits.count - 2] == "1" { return "th" }
        return switch digits.last {
        case "1": "st"
        case "2": "nd"
        case "3": "rd"
        default: "th"
        }
    }

    // MARK: Reading

    /// Reads a whole number; NaN where the text is none.
    func parse(_ text: String, _ run: Evaluation) throws(JSONataError) -> Double {
        switch style {
        case .letters: return EnglishNumbers.number(letters: text)
        case .roman: return EnglishNumbers.number(roman: text)
        case .words: return EnglishNumbers.number(words: text)
        case .decimal: return decimal(text)
        case .unknown(let picture): throw run.failure("D3130", value: .string(picture))
        }
    }

    private func decimal(_ text: String) -> Double {
        var digits = ""
        for scalar in (isOrdinal ? text.unicodeScalars.dropLast(2) : text.unicodeScalars[...]) {
            if separators.contains(where: { $0.character == scalar }) { continue }
            if let digit = Self.digit(scalar), digit.zero == zero {
                digits += String(digit.value)
            } else if scalar == "-", digits.isEmpty {
                digits = "-"
            } else {
                break
            }
        }
        return Double(digits) ?? .nan
    }

    /// A regular expression for what the picture writes.
    func pattern(_ run: Evaluation) throws(JSONataError) -> String {
        switch style {
        case .letters: return "[a-z]+"
        case .roman: return "[mdclxvi]+"
        case .words:
            return "(?:" + (EnglishNumbers.vocabulary + ["and", "[\\-, ]"]).joined(separator: "|")
                + ")+"
        case .decimal:
            let digits = zero == 0x30 ? "[0-9]" : "[\(escaped(zero))-\(escaped(zero + 9))]"
            return digits + (readWidth.map { "{\($0)}" } ?? "+")
                + (isOrdinal ? "(?:th|st|nd|rd)" : "")
        case .unknown(let picture): throw run.failure("D3130", value: .string(picture))
        }
    }

    private func escaped(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "\\u" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
