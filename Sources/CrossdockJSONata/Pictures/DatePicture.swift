/// How moments are written: `[D01].[M01].[Y0001] [H01]:[m01]`.
///
/// - Source: XPath and XQuery Functions 3.1 §9.8.4; `X` and `x`, year and month of the week, are
///   JSONata's.
struct DatePicture {
    enum Part {
        case text(String)
        case component(DateComponent)
    }

    private(set) var parts: [Part] = []

    static let iso8601 = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"

    /// - Throws: `D3132` to `D3135` for malformed pictures.
    init(_ picture: String, _ run: Evaluation) throws(JSONataError) {
        let scalars = Array(picture.unicodeScalars)
        var at = 0
        var text = String.UnicodeScalarView()
        while at < scalars.count {
            let isDoubled = at + 1 < scalars.count && scalars[at + 1] == scalars[at]
            switch scalars[at] {
            case "[" where !isDoubled:
                append(text)
                text = String.UnicodeScalarView()
                guard let end = scalars[at...].firstIndex(of: "]") else {
                    throw run.failure("D3135")
                }
                try append(scalars[(at + 1)..<end], run)
                at = end + 1
            case "[", "]":
                text.append(scalars[at])
                at += isDoubled ? 2 : 1
            default:
                text.append(scalars[at])
                at += 1
            }
        }
        append(text)
    }

    private mutating func append(_ text: String.UnicodeScalarView) {
        if !text.isEmpty { parts.append(.text(String(text))) }
    }

    private mutating func append(
        _ marker: ArraySlice<Unicode.Scalar>, _ run: Evaluation
    ) throws(JSONataError) {
        let component = try DateComponent(marker.filter { !$0.properties.isWhitespace }, run)
        // Two numbers with nothing between them: the first must have as many digits as written.
        if component.reads == .digits, case .component(var before)? = parts.last,
            before.reads == .digits, let width = before.integer?.mandatoryDigits
        {
            before.integer?.readWidth = width
            parts[parts.count - 1] = .component(before)
        }
        parts.append(.component(component))
    }

    func format(
        _ milliseconds: Double, _ zone: ZoneOffset, _ run: Evaluation
    ) throws(JSONataError) -> String {
        let date = CivilDate(milliseconds: milliseconds + zone.milliseconds)
        var output = ""
        for part in parts {
            switch part {
            case .text(let text): output += text
            case .component(let component): output += try component.format(date, zone, run)
            }
        }
        return output
    }
}

/// One `[…]` of a ``DatePicture``.
struct DateComponent {
    enum Reading { case digits, zone, fraction, name }

    /// `Y`, `M`, `D` …
    let letter: Unicode.Scalar
    /// Whether it is written as a name, and how.
    private(set) var names: IntegerPicture.Case?
    private(set) var minimumWidth: Int?
    private(set) var maximumWidth: Int?
    /// Whether an offset of zero is written `Z`.
    private var isTraditional = false
    var integer: IntegerPicture?
    /// How many digits of the year are written; nil for all.
    private var yearDigits: Int?

    private static let defaults: [Unicode.Scalar: String] = [
        "Y": "1", "M": "1", "D": "1", "d": "1", "F": "n", "W": "1", "w": "1", "X": "1", "x": "1",
        "H": "1", "h": "1", "P": "n", "m": "01", "s": "01", "f": "1", "Z": "01:01", "z": "01:01",
        "C": "n", "E": "n",
    ]
    private static let numeric = Set("YMDdFWwXxHhmsf".unicodeScalars)

    init(_ marker: [Unicode.Scalar], _ run: Evaluation) throws(JSONataError) {
        guard let letter = marker.first, let standard = Self.defaults[letter] else {
            let text = marker.first.map { String($0) } ?? ""
            throw run.failure("D3132", value: .string(text))
        }
        self.letter = letter
        var presentation = marker.dropFirst()
        if let comma = presentation.lastIndex(of: ",") {
            readWidths(presentation[(comma + 1)...])
            presentation = presentation[..<comma]
        }
        var modifier = ""
        if presentation.count > 1, let last = presentation.last,
            "atco".unicodeScalars.contains(last)
        {
            modifier = String(last)
            presentation = presentation.dropLast()
        }
        isTraditional = modifier == "t"
        let style =
            presentation.isEmpty ? standard : String(String.UnicodeScalarView(presentation))
        if style.hasPrefix("n") {
            names = .lower
        } else if style.hasPrefix("N") {
            names = style.hasPrefix("Nn") ? .title : .upper
        } else if Self.numeric.contains(letter) {
            try readInteger(modifier.isEmpty ? style : "\(style);\(modifier)", run)
        }
        if letter == "Z" || letter == "z" { integer = try IntegerPicture(style, run) }
    }

    private mutating func readWidths(_ text: ArraySlice<Unicode.Scalar>) {
        func width(_ part: ArraySlice<Unicode.Scalar>) -> Int? {
            Int(String(String.UnicodeScalarView(part))).map { min(max($0, 0), 1_000) }
        }
        let dash = text.firstIndex(of: "-")
        minimumWidth = width(text[..<(dash ?? text.endIndex)])
        if let dash { maximumWidth = width(text[(dash + 1)...]) }
    }

    private mutating func readInteger(_ picture: String, _ run: Evaluation) throws(JSONataError) {
        var integer = try IntegerPicture(picture, run)
        if let minimumWidth { integer.mandatoryDigits = max(integer.mandatoryDigits, minimumWidth) }
        if letter == "Y" {
            if let maximumWidth {
                yearDigits = maximumWidth
                integer.mandatoryDigits = maximumWidth
            } else if integer.mandatoryDigits + integer.optionalDigits >= 2 {
                yearDigits = integer.mandatoryDigits + integer.optionalDigits
            }
        }
        self.integer = integer
    }

    /// What the component is read from.
    var reads: Reading {
        switch letter {
        case "Z", "z": .zone
        case "f": .fraction
        default: integer == nil ? .name : .digits
        }
    }

    // MARK: Names

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    static let days = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]

    private var vocabulary: [String]? {
        switch letter {
        case "M", "x": Self.months
        case "F": Self.days
        default: nil
        }
    }

    /// The number a name stands for, whatever the case of its letters; nil where it is none.
    func number(named text: String) -> Int? {
        let wanted = text.lowercased()
        if letter == "P" { return wanted == "am" ? 0 : wanted == "pm" ? 1 : nil }
        let at = vocabulary?.firstIndex { name in
            let written = maximumWidth.flatMap { $0 > 0 ? String(name.prefix($0)) : nil } ?? name
            return written.lowercased() == wanted
        }
        return at.map { $0 + 1 }
    }

    /// Whether the component can be read by name.
    var hasNames: Bool { vocabulary != nil || letter == "P" }

    // MARK: Writing

    /// The component as a number; nil for those that are none.
    func value(of date: CivilDate) -> Int? {
        switch letter {
        case "Y": date.year
        case "M": date.month
        case "D": date.day
        case "d": date.dayOfYear
        case "F": date.weekday
        case "W": date.weekOfYear
        case "w": date.weekOfMonth
        case "X": date.weekYear
        case "x": date.weekMonth
        case "H": date.hour
        case "h": (date.hour + 11) % 12 + 1
        case "m": date.minute
        case "s": date.second
        case "f": date.millisecond
        default: nil
        }
    }

    func format(
        _ date: CivilDate, _ zone: ZoneOffset, _ run: Evaluation
    ) throws(JSONataError) -> String {
        switch letter {
        case "Z", "z": return try format(zone, run)
        case "P":
            let half = date.hour < 12 ? "am" : "pm"
            return names == .upper ? half.uppercased() : half
        case "C", "E": return "ISO"
        default: break
        }
        guard var value = value(of: date) else { return "" }
        if names != nil {
            guard let vocabulary, vocabulary.indices.contains(value - 1) else {
                throw run.failure("D3133", value: .string(String(letter)))
            }
            return cased(vocabulary[value - 1])
        }
        if let yearDigits, yearDigits < 10 {
            var cut = 1
            for _ in 0..<yearDigits { cut *= 10 }
            value %= cut
        }
        return try integer?.format(Double(value), run) ?? String(value)
    }

    private func cased(_ name: String) -> String {
        let text =
            switch names {
            case .upper: name.uppercased()
            case .lower: name.lowercased()
            case .title, nil: name
            }
        return maximumWidth.map { String(text.prefix($0)) } ?? text
    }

    private func format(_ zone: ZoneOffset, _ run: Evaluation) throws(JSONataError) -> String {
        guard let integer else { return "" }
        if zone.number == 0, isTraditional { return "Z" }
        var text: String
        switch (integer.isRegular, integer.mandatoryDigits) {
        case (true, _), (false, 3...4): text = try integer.format(Double(zone.number), run)
        case (false, 1...2):
            text = try integer.format(Double(zone.hours), run)
            // The sign of less than an hour is not in its hours.
            if zone.hours == 0, zone.minutes < 0 { text = "-" + text }
            if zone.minutes != 0 {
                text += zone.minutes.magnitude < 10 ? ":0" : ":"
                text += String(zone.minutes.magnitude)
            }
        default: throw run.failure("D3134", value: .integer(integer.mandatoryDigits))
        }
        return (letter == "z" ? "GMT" : "") + (zone.number >= 0 ? "+" : "") + text
    }
}
