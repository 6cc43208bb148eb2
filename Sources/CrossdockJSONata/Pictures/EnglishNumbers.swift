#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Whole numbers as English words, Roman numerals and letters.
enum EnglishNumbers {
    private static let small = [
        "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
        "Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen",
        "Nineteen",
    ]
    private static let smallOrdinals = [
        "Zeroth", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth",
        "Ninth", "Tenth", "Eleventh", "Twelfth", "Thirteenth", "Fourteenth", "Fifteenth",
        "Sixteenth", "Seventeenth", "Eighteenth", "Nineteenth",
    ]
    private static let tens = [
        "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety",
    ]
    private static let magnitudes = ["Thousand", "Million", "Billion", "Trillion"]

    /// How a part of the number is joined to what stands before it.
    private enum Join { case start, dash, and, comma }

    // MARK: Words

    static func words(_ number: Double, isOrdinal: Bool) -> String {
        words(number, .start, isOrdinal)
    }

    private static func words(_ number: Double, _ join: Join, _ isOrdinal: Bool) -> String {
        if number < 1_000 { return words(below1000: Int(number), join, isOrdinal) }
        var size = 1
        while size < magnitudes.count, number >= pow(1_000, Double(size + 1)) { size += 1 }
        let factor = pow(1_000, Double(size))
        let count = (number / factor).rounded(.down)
        let rest = number - count * factor
        var text = prefix(join, isLarge: true) + words(count, .start, false) + " "
        text += magnitudes[size - 1]
        if rest > 0 { return text + words(rest, .comma, isOrdinal) }
        return text + (isOrdinal ? "th" : "")
    }

    private static func words(below1000 number: Int, _ join: Join, _ isOrdinal: Bool) -> String {
        if number < 20 {
            return prefix(join, isLarge: false) + (isOrdinal ? smallOrdinals : small)[number]
        }
        if number < 100 {
            let ten = tens[number / 10 - 2]
            let text = prefix(join, isLarge: false)
            if number % 10 > 0 {
                return text + ten + "-" + words(below1000: number % 10, .dash, isOrdinal)
            }
            return text + (isOrdinal ? ten.dropLast() + "ieth" : ten)
        }
        let text = prefix(join, isLarge: true) + small[number / 100] + " Hundred"
        if number % 100 > 0 { return text + words(below1000: number % 100, .and, isOrdinal) }
        return text + (isOrdinal ? "th" : "")
    }

    private static func prefix(_ join: Join, isLarge: Bool) -> String {
        switch join {
        case .start, .dash: ""
        case .and, .comma: isLarge ? ", " : " and "
        }
    }

    private static let values: [String: Double] = {
        var values: [String: Double] = ["hundred": 100, "hundredth": 100]
        for (at, word) in small.enumerated() { values[word.lowercased()] = Double(at) }
        for (at, word) in smallOrdinals.enumerated() { values[word.lowercased()] = Double(at) }
        for (at, word) in tens.enumerated() {
            values[word.lowercased()] = Double(at * 10 + 20)
            values[word.lowercased().dropLast() + "ieth"] = Double(at * 10 + 20)
        }
        for (at, word) in magnitudes.enumerated() {
            values[word.lowercased()] = pow(1_000, Double(at + 1))
            values[word.lowercased() + "th"] = pow(1_000, Double(at + 1))
        }
        return values
    }()

    /// All words a number can be made of, for a pattern that finds one.
    static var vocabulary: [String] { values.keys.sorted { $0.utf8.count > $1.utf8.count } }

    /// The number the words say; NaN where one is no number's word.
    static func number(words text: String) -> Double {
        let plain = text.lowercased().replacing(", ", with: " ").replacing(" and ", with: " ")
        // What was read so far, ever smaller magnitudes.
        var parts: [Double] = [0]
        for word in plain.split(whereSeparator: { $0 == " " || $0 == "-" || $0 == "\t" }) {
            guard let value = values[String(word)] else { return .nan }
            var top = parts.popLast() ?? 0
            if value >= 100 {
                parts.append(top * value)
                continue
            }
            if top >= 1_000 {
                parts.append(top)
                top = 0
            }
            parts.append(top + value)
        }
        return parts.reduce(0, +)
    }

    // MARK: Roman numerals

    private static let numerals: [(value: Int, text: String)] = [
        (1_000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
        (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ]

    static func roman(_ number: Double, _ run: Evaluation) throws(JSONataError) -> String {
        // A thousand is a letter: the text grows with the number.
        try run.charge(size: Numerals.clamped(number / 1_000))
        var rest = Numerals.clamped(number)
        var text = ""
        for numeral in numerals {
            while rest >= numeral.value {
                text += numeral.text
                rest -= numeral.value
            }
        }
        return text
    }

    static func number(roman text: String) -> Double {
        let values: [Character: Double] = [
            "m": 1_000, "d": 500, "c": 100, "l": 50, "x": 10, "v": 5, "i": 1,
        ]
        var total = 0.0
        var largest = 1.0
        for letter in text.lowercased().reversed() {
            guard let value = values[letter] else { return .nan }
            if value < largest {
                total -= value
            } else {
                largest = value
                total += value
            }
        }
        return total
    }

    // MARK: Letters

    /// `a` … `z`, `aa` … as spreadsheets count columns; empty for zero.
    static func letters(_ number: Double) -> String {
        var rest = Numerals.clamped(number)
        var letters: [UInt8] = []
        while rest > 0 {
            letters.append(UInt8(ascii: "a") + UInt8((rest - 1) % 26))
            rest = (rest - 1) / 26
        }
        return String(decoding: letters.reversed(), as: UTF8.self)
    }

    static func number(letters text: String) -> Double {
        var total = 0.0
        for byte in text.lowercased().utf8 {
            guard byte >= UInt8(ascii: "a"), byte <= UInt8(ascii: "z") else { return .nan }
            total = total * 26 + Double(byte - UInt8(ascii: "a") + 1)
        }
        return total
    }
}
