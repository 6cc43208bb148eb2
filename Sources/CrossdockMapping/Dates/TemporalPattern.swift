/// A date pattern, taken apart: reads and writes.
///
/// - Source: Unicode Technical Standard 35, part 4, "Date Format Patterns". Names are English.
struct TemporalPattern: Sendable {
    enum Field: Sendable, Equatable {
        case literal([UInt8])
        /// `yyyy`: at least that many digits; `yy`: the last two.
        case year(Int)
        case month(Int)
        case monthName(wide: Bool)
        case day(Int)
        case dayOfYear(Int)
        case weekdayName(wide: Bool)
        case hour24(Int)
        case hour12(Int)
        /// `k`: 1 to 24.
        case hour24From1(Int)
        /// `K`: 0 to 11.
        case hour12From0(Int)
        case minute(Int)
        case second(Int)
        case fraction(Int)
        case dayPeriod
        case offset(OffsetForm)
        case zoneName

        var isNumeric: Bool {
            switch self {
            case .literal, .monthName, .weekdayName, .dayPeriod, .offset, .zoneName: false
            default: true
            }
        }
    }

    struct OffsetForm: Sendable, Equatable {
        /// `Z` for UTC.
        let usesZ: Bool
        let colon: Bool
        /// Minutes are left out where they are zero.
        let shortest: Bool
        /// `GMT+01:00`.
        let gmt: Bool
    }

    /// The named forms that are no pattern.
    enum Special: Sendable, Equatable {
        case odataDate
        case odataTime
    }

    let fields: [Field]
    let special: Special?

    /// Hours, minutes, seconds or less are in it.
    var hasTime: Bool {
        special == .odataTime
            || fields.contains {
                switch $0 {
                case .hour24, .hour12, .hour24From1, .hour12From0, .minute, .second, .fraction: true
                default: false
                }
            }
    }

    var hasDate: Bool {
        special == .odataDate
            || fields.contains {
                switch $0 {
                case .year, .month, .monthName, .day, .dayOfYear: true
                default: false
                }
            }
    }

    var hasOffset: Bool {
        fields.contains { if case .offset = $0 { true } else { false } }
    }

    struct Problem: Error {
        let message: String
    }

    /// - Parameter text: An LDML pattern, or `iso`, `odata2`, `sap`.
    init(_ text: String, for kind: TemporalKind) throws(Problem) {
        switch (text, kind) {
        case ("odata2", .time): (fields, special) = ([], .odataTime)
        case ("odata2", _): (fields, special) = ([], .odataDate)
        default:
            var reader = TemporalPatternReader(text: Array(Self.named(text, kind).unicodeScalars))
            (fields, special) = (try reader.fields(), nil)
        }
        if fields.isEmpty, special == nil { throw Problem(message: "a pattern must not be empty") }
    }

    private static func named(_ text: String, _ kind: TemporalKind) -> String {
        switch (text, kind) {
        case ("iso", .date): "yyyy-MM-dd"
        case ("iso", .time): "HH:mm:ss"
        case ("iso", .dateTime): "yyyy-MM-dd'T'HH:mm:ssXXX"
        case ("sap", .date): "yyyyMMdd"
        case ("sap", .time): "HHmmss"
        case ("sap", .dateTime): "yyyyMMddHHmmss"
        default: text
        }
    }

    /// What a reversed row writes when it has no `from`.
    static func standard(_ kind: TemporalKind) -> String {
        switch kind {
        case .date: "yyyy-MM-dd"
        case .time: "HH:mm:ss"
        case .dateTime: "yyyy-MM-dd'T'HH:mm:ss.SSSZ"
        }
    }

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    static let weekdays = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
}

/// Reads the text of a pattern.
private struct TemporalPatternReader {
    let text: [Unicode.Scalar]
    var at = 0

    mutating func fields() throws(TemporalPattern.Problem) -> [TemporalPattern.Field] {
        var fields: [TemporalPattern.Field] = []
        while at < text.count {
            let letter = text[at]
            if letter == "'" {
                append(try quoted(), to: &fields)
            } else if ("a"..."z").contains(letter) || ("A"..."Z").contains(letter) {
                let start = at
                while at < text.count, text[at] == letter { at += 1 }
                fields.append(try field(letter, at - start))
            } else {
                append(String(letter), to: &fields)
                at += 1
            }
        }
        return fields
    }

    private func append(_ literal: String, to fields: inout [TemporalPattern.Field]) {
        if case .literal(let bytes)? = fields.last {
            fields[fields.count - 1] = .literal(bytes + Array(literal.utf8))
        } else {
            fields.append(.literal(Array(literal.utf8)))
        }
    }

    /// Text in single quotes; two quotes in a row stand for one.
    private mutating func quoted() throws(TemporalPattern.Problem) -> String {
        at += 1
        if at < text.count, text[at] == "'" {
            at += 1
            return "'"
        }
        var literal = String.UnicodeScalarView()
        while at < text.count {
            if text[at] == "'" {
                at += 1
                guard at < text.count, text[at] == "'" else { return String(literal) }
            }
            literal.append(text[at])
            at += 1
        }
        throw TemporalPattern.Problem(message: "a quote is not closed")
    }

    private func field(
        _ letter: Unicode.Scalar, _ count: Int
    ) throws(TemporalPattern.Problem) -> TemporalPattern.Field {
        switch letter {
        case "y" where count <= 9, "u" where count <= 9: return .year(count)
        case "M", "L":
            if count <= 2 { return .month(count) }
            if count <= 4 { return .monthName(wide: count == 4) }
        case "d" where count <= 2: return .day(count)
        case "D" where count <= 3: return .dayOfYear(count)
        case "E" where count <= 4: return .weekdayName(wide: count == 4)
        case "H" where count <= 2: return .hour24(count)
        case "h" where count <= 2: return .hour12(count)
        case "k" where count <= 2: return .hour24From1(count)
        case "K" where count <= 2: return .hour12From0(count)
        case "m" where count <= 2: return .minute(count)
        case "s" where count <= 2: return .second(count)
        case "S" where count <= 9: return .fraction(count)
        case "a" where count <= 3: return .dayPeriod
        case "X", "x", "Z": return try offset(letter, count)
        case "V" where count == 2: return .zoneName
        case "Y":
            throw TemporalPattern.Problem(
                message: "`Y` is the year of the week; the calendar year is `y`")
        default: break
        }
        throw TemporalPattern.Problem(
            message:
                "`\(String(repeating: Character(letter), count: count))` is no field of a pattern; "
                + "literal letters stand in single quotes")
    }

    private func offset(
        _ letter: Unicode.Scalar, _ count: Int
    ) throws(TemporalPattern.Problem) -> TemporalPattern.Field {
        guard count <= 5 else { throw TemporalPattern.Problem(message: "too many `\(letter)`") }
        if letter == "Z" {
            return .offset(
                .init(usesZ: count == 5, colon: count >= 4, shortest: false, gmt: count == 4))
        }
        return .offset(
            .init(
                usesZ: letter == "X", colon: count == 3 || count == 5, shortest: count == 1,
                gmt: false))
    }
}
