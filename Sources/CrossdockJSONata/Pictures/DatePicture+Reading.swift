extension DatePicture {
    /// Milliseconds since 1970-01-01T00:00:00Z of a text written this way; nil where it is not.
    ///
    /// What the picture leaves out in front is taken from the present, what it leaves out behind is the
    /// beginning: a time alone is today's, a month alone starts on its first day.
    ///
    /// - Throws: `D3136` for gaps between components and for week dates, which cannot be read.
    func parse(_ text: String, _ run: Evaluation) throws(JSONataError) -> Double? {
        guard let found = try components(of: text, run), !found.isEmpty else { return nil }
        var reading = DateReading(found)
        return try reading.milliseconds(run)
    }

    /// The components that the text has at the places of the picture.
    private func components(
        of text: String, _ run: Evaluation
    ) throws(JSONataError) -> [Unicode.Scalar: Double]? {
        var source = "^"
        for part in parts {
            switch part {
            case .text(let text): source += "(\(Self.escaped(text)))"
            case .component(let component): source += "(\(try component.pattern(run)))"
            }
        }
        let pattern: Pattern
        do {
            pattern = try Pattern(
                Array((source + "$").utf16), ignoresCase: true, isMultiline: false)
        } catch { throw JSONataError("D3136") }
        let search = PatternSearch(pattern, text, position: 0)
        guard let match = try search.match(from: 0, run) else { return nil }
        var found: [Unicode.Scalar: Double] = [:]
        for (part, range) in zip(parts, match.groups) {
            guard case .component(let component) = part, let range else { continue }
            if let value = try component.read(search.text(range), run) {
                found[component.letter] = value
            }
        }
        return found
    }

    private static func escaped(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            if ".*+?^${}()|[]\\/".unicodeScalars.contains(scalar) { output += "\\" }
            output.unicodeScalars.append(scalar)
        }
        return output
    }
}

extension DateComponent {
    /// A regular expression for what the component can be read from.
    func pattern(_ run: Evaluation) throws(JSONataError) -> String {
        switch reads {
        case .zone:
            let separator = zoneSeparator.map { "\($0 == ":" ? "" : "\\")\($0)[0-9]+" } ?? ""
            return (letter == "z" ? "GMT" : "") + "[-+][0-9]+" + separator
        case .fraction: return "[0-9]+"
        case .digits: return try integer?.pattern(run) ?? "[0-9]+"
        case .name:
            guard hasNames else { throw run.failure("D3133", value: .string(String(letter))) }
            return "[a-zA-Z]+"
        }
    }

    private var zoneSeparator: Unicode.Scalar? {
        guard let integer, integer.isRegular else { return nil }
        return integer.separators.first?.character
    }

    /// The number that a text stands for; nil where it stands for none.
    func read(_ text: String, _ run: Evaluation) throws(JSONataError) -> Double? {
        switch reads {
        case .zone: return zone(letter == "z" ? String(text.dropFirst(3)) : text)
        case .fraction:
            // Finer than milliseconds is cut.
            let digits = text.prefix(3)
            return Double(digits + String(repeating: "0", count: 3 - digits.count))
        case .digits: return try integer?.parse(text, run)
        case .name: return number(named: text).map(Double.init)
        }
    }

    /// Unit: minutes ahead of UTC.
    private func zone(_ text: String) -> Double? {
        let sign: Double = text.hasPrefix("-") ? -1 : 1
        let digits = text.dropFirst()
        if let separator = zoneSeparator {
            let parts = digits.split(separator: Character(separator))
            guard parts.count == 2, let hours = Double(parts[0]), let minutes = Double(parts[1])
            else { return nil }
            return sign * (hours * 60 + minutes)
        }
        let hours = Double(digits.prefix(2)) ?? 0
        let minutes = Double(digits.dropFirst(2)) ?? 0
        return sign * (hours * 60 + minutes)
    }
}

/// Makes a moment out of the components a text had.
private struct DateReading {
    private var found: [Unicode.Scalar: Double]

    init(_ found: [Unicode.Scalar: Double]) { self.found = found }

    /// Whether only these components are there, of those that could be, and at least one of them.
    private func has(only wanted: String, of all: String) -> Bool {
        let present = all.unicodeScalars.filter { found[$0].map { $0 != 0 && !$0.isNaN } ?? false }
        return !present.isEmpty && present.allSatisfy { wanted.unicodeScalars.contains($0) }
    }

    mutating func milliseconds(_ run: Evaluation) throws(JSONataError) -> Double {
        let dates = "YXMxWwdD"
        let isDayOfYear = !has(only: "YMD", of: dates) && has(only: "Yd", of: dates)
        let isWeekDate = has(only: "Xxw", of: dates) || has(only: "XW", of: dates)
        let times = "PHhmsf"
        let isHalfDay = !has(only: "Hmsf", of: times) && has(only: "Phmsf", of: times)
        if isWeekDate { throw run.failure("D3136") }
        try complete((isDayOfYear ? "Yd" : "YMD") + (isHalfDay ? "Phmsf" : "Hmsf"), run)
        if isHalfDay {
            let hour = (found["h"] ?? 0) == 12 ? 0 : found["h"] ?? 0
            found["H"] = hour + (found["P"] == 1 ? 12 : 0)
        }
        return try moment(isDayOfYear, run)
    }

    /// Fills in what lies before and after the components that are there.
    private mutating func complete(_ order: String, _ run: Evaluation) throws(JSONataError) {
        let now = CivilDate(milliseconds: run.now)
        var isStarted = false
        var isEnded = false
        for letter in order.unicodeScalars {
            if found[letter] != nil {
                if isEnded { throw run.failure("D3136") }
                isStarted = true
            } else if isStarted {
                found[letter] = "MDd".unicodeScalars.contains(letter) ? 1 : 0
                isEnded = true
            } else {
                found[letter] = Self.present(letter, now)
            }
        }
    }

    private static func present(_ letter: Unicode.Scalar, _ now: CivilDate) -> Double {
        switch letter {
        case "Y": Double(now.year)
        case "M": Double(now.month)
        case "D": Double(now.day)
        case "d": Double(now.dayOfYear)
        case "P": now.hour < 12 ? 0 : 1
        case "H": Double(now.hour)
        case "h": Double((now.hour + 11) % 12 + 1)
        case "m": Double(now.minute)
        case "s": Double(now.second)
        default: Double(now.millisecond)
        }
    }

    private func moment(_ isDayOfYear: Bool, _ run: Evaluation) throws(JSONataError) -> Double {
        // Beyond these bounds nothing is a date, and the arithmetic stays exact.
        func part(_ letter: Unicode.Scalar) throws(JSONataError) -> Int {
            guard let value = found[letter], value.magnitude < 1e7,
                let whole = Numerals.integer(value)
            else { throw run.failure("D3110", value: found[letter].map { .number($0) }) }
            return whole
        }
        var year = try part("Y")
        // As JavaScript's dates have it.
        if year >= 0, year <= 99 { year += 1_900 }
        let day =
            isDayOfYear
            ? CivilDate.day(year, 1, try part("d"))
            : CivilDate.day(year, max(1, try part("M")), try part("D"))
        let time =
            try part("H") * 3_600_000 + part("m") * 60_000 + part("s") * 1_000 + part("f")
        let offset = found["Z"] ?? found["z"] ?? 0
        let result =
            Double(day) * Double(CivilDate.millisecondsPerDay) + Double(time) - offset * 60_000
        guard result.magnitude <= CivilDate.maximumMilliseconds else { throw run.failure("D3110") }
        return result
    }
}
