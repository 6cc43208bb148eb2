internal import CrossdockCore
internal import Foundation

/// A time zone, as far as patterns need it.
struct DateZone: Sendable {
    private let zone: TimeZone

    static let local = DateZone(TimeZone.current)

    private init(_ zone: TimeZone) { self.zone = zone }

    /// Nil for a zone that this machine does not know.
    init?(_ name: String) {
        guard let zone = TimeZone(identifier: name) ?? TimeZone(abbreviation: name) else {
            return nil
        }
        self.zone = zone
    }

    /// Unit: seconds east of UTC.
    func offset(at instant: Instant) -> Int {
        zone.secondsFromGMT(
            for: Date(timeIntervalSince1970: Double(instant.millisecondsSince1970) / 1_000))
    }

    func name(at instant: Instant) -> String {
        zone.abbreviation(
            for: Date(timeIntervalSince1970: Double(instant.millisecondsSince1970) / 1_000))
            ?? zone.identifier
    }
}

/// What is wrong with a pattern.
struct DatePatternError: Error {
    let message: String
}

/// Writes a point in time by a pattern of letters; names are English.
///
/// - Source: `java.text.SimpleDateFormat`.
struct DatePattern: Sendable {
    private enum Field: Sendable {
        case literal(String)
        case letter(Character, Int)
    }

    private let fields: [Field]

    private static let letters = Set("GyYMLdDEuaHkKhmsSzZXwWF")

    init(_ text: String) throws(DatePatternError) {
        var fields: [Field] = []
        var rest = text[...]
        while let first = rest.first {
            if first == "'" {
                rest.removeFirst()
                if rest.first == "'" {
                    fields.append(.literal("'"))
                    rest.removeFirst()
                    continue
                }
                fields.append(.literal(try Self.quoted(&rest)))
            } else if first.isASCII, first.isLetter {
                let run = rest.prefix { $0 == first }
                guard Self.letters.contains(first) else {
                    throw DatePatternError(message: "'\(first)' is no letter of a date pattern")
                }
                fields.append(.letter(first, run.count))
                rest.removeFirst(run.count)
            } else {
                fields.append(.literal(String(first)))
                rest.removeFirst()
            }
        }
        self.fields = fields
    }

    private static func quoted(_ rest: inout Substring) throws(DatePatternError) -> String {
        var text = ""
        while let next = rest.popFirst() {
            if next != "'" {
                text.append(next)
            } else if rest.first == "'" {
                text.append("'")
                rest.removeFirst()
            } else {
                return text
            }
        }
        throw DatePatternError(message: "a quote of the date pattern is not closed")
    }

    func text(_ instant: Instant, in zone: DateZone) -> String {
        let offset = zone.offset(at: instant)
        let civil = CivilFields(
            instant.millisecondsSince1970 &+ Int64(offset) &* 1_000)
        return fields.map { field in
            switch field {
            case .literal(let text): text
            case .letter(let letter, let count):
                Self.text(letter, count, civil, offset, zone.name(at: instant))
            }
        }.joined()
    }

    private static func text(
        _ letter: Character, _ count: Int, _ civil: CivilFields, _ offset: Int, _ zone: String
    ) -> String {
        switch letter {
        case "y", "Y":
            return count == 2 ? padded(civil.year % 100, 2) : padded(civil.year, count)
        case "M", "L":
            let name = months[civil.month - 1]
            return count >= 4
                ? name : count == 3 ? String(name.prefix(3)) : padded(civil.month, count)
        case "d": return padded(civil.day, count)
        case "D": return padded(civil.dayOfYear, count)
        case "E":
            let name = weekdays[civil.weekday - 1]
            return count >= 4 ? name : String(name.prefix(3))
        case "u": return padded(civil.weekday, count)
        case "a": return civil.hour < 12 ? "AM" : "PM"
        case "H": return padded(civil.hour, count)
        case "k": return padded(civil.hour == 0 ? 24 : civil.hour, count)
        case "K": return padded(civil.hour % 12, count)
        case "h": return padded(civil.hour % 12 == 0 ? 12 : civil.hour % 12, count)
        case "m": return padded(civil.minute, count)
        case "s": return padded(civil.second, count)
        case "S": return padded(civil.millisecond, count)
        case "w": return padded((civil.dayOfYear + 6 - (civil.weekday % 7)) / 7 + 1, count)
        case "W", "F": return padded((civil.day + 6) / 7, count)
        case "z": return zone
        case "Z": return shift(offset, separator: "", hoursOnly: false)
        case "X":
            if offset == 0 { return "Z" }
            return shift(offset, separator: count == 3 ? ":" : "", hoursOnly: count == 1)
        case "G": return "AD"
        default: return ""
        }
    }

    private static func shift(_ offset: Int, separator: String, hoursOnly: Bool) -> String {
        let minutes = Int(offset.magnitude) / 60
        let sign = offset < 0 ? "-" : "+"
        let hours = sign + padded(minutes / 60, 2)
        return hoursOnly ? hours : hours + separator + padded(minutes % 60, 2)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    private static let weekdays = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
}

/// A point in time on the clock of some zone.
private struct CivilFields {
    let year: Int, month: Int, day: Int, dayOfYear: Int
    /// 1 for Monday.
    let weekday: Int
    let hour: Int, minute: Int, second: Int, millisecond: Int

    init(_ localMillis: Int64) {
        let days = Int((Double(localMillis) / 86_400_000).rounded(.down))
        let ofDay = Int(localMillis &- Int64(days) &* 86_400_000)
        (hour, minute) = (ofDay / 3_600_000, ofDay / 60_000 % 60)
        (second, millisecond) = (ofDay / 1_000 % 60, ofDay % 1_000)
        let text = Timestamp.text(Instant(millisecondsSince1970: Int64(days) &* 86_400_000))
        let parts = text.prefix { $0 != "T" }.split(separator: "-").compactMap { Int($0) }
        (year, month, day) = parts.count == 3 ? (parts[0], parts[1], parts[2]) : (1970, 1, 1)
        dayOfYear =
            days - Int(Timestamp.days(year: Int64(year), month: 1, day: 1)) + 1
        let shifted = (days + 3) % 7
        weekday = (shifted < 0 ? shifted + 7 : shifted) + 1
    }
}
