internal import Glibc

/// Instants as milliseconds since 1970, and their ISO 8601 texts.
///
/// Source: RFC 3339; the day count is the usual one of the proleptic Gregorian calendar, with years
/// that begin in March so that the leap day comes last.
enum Timestamp {
    static let millisPerDay: Int64 = 86_400_000

    struct Civil: Equatable {
        var year: Int64
        var month: Int64
        var day: Int64
    }

    static func days(_ civil: Civil) -> Int64 {
        let year = civil.month <= 2 ? civil.year - 1 : civil.year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (civil.month + (civil.month > 2 ? -3 : 9)) + 2) / 5 + civil.day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    static func civil(days: Int64) -> Civil {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        return Civil(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970 and milliseconds into the day, also before 1970.
    static func split(_ millis: Int64) -> (days: Int64, millisOfDay: Int64) {
        let start = floor(millis, to: millisPerDay)
        return (start / millisPerDay, millis - start)
    }

    /// The last multiple of `unit` that is not after `millis`, also before 1970.
    static func floor(_ millis: Int64, to unit: Int64) -> Int64 {
        let rest = millis % unit
        return rest < 0 ? millis - rest - unit : millis - rest
    }

    /// `2026-01-31`.
    static func date(_ millis: Int64) -> String {
        let civil = civil(days: split(millis).days)
        return "\(padded(civil.year, 4))-\(padded(civil.month, 2))-\(padded(civil.day, 2))"
    }

    /// `23:59:59.000`.
    static func time(_ millis: Int64) -> String {
        let millis = split(millis).millisOfDay
        let (hour, minute) = (millis / 3_600_000, millis / 60_000 % 60)
        return "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(millis / 1_000 % 60, 2))"
            + ".\(padded(millis % 1_000, 3))"
    }

    /// `2026-01-31T23:59:59.000Z`, or with another name for UTC.
    static func text(_ millis: Int64, zone: String = "Z") -> String {
        "\(date(millis))T\(time(millis))\(zone)"
    }

    /// Reads a date with time and offset: `Z`, `+01:00`, `+0100`; seconds and their fraction may be
    /// left out. Digits after the millisecond are cut.
    static func parse(_ text: some StringProtocol) -> Int64? {
        var reader = Reader(Array(text.utf8))
        guard let days = reader.date(), reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.number(2), hour < 24, reader.take(":"),
            let minute = reader.number(2), minute < 60
        else { return nil }
        var millis = ((days * 24 + hour) * 60 + minute) * 60_000
        if reader.take(":") {
            guard let second = reader.number(2), second < 60 else { return nil }
            millis += second * 1_000
            if reader.take(".") {
                guard let fraction = reader.fraction() else { return nil }
                millis += fraction
            }
        }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        return millis - offset
    }

    /// Reads `2026-01-31`; midnight UTC.
    static func parseDate(_ text: some StringProtocol) -> Int64? {
        var reader = Reader(Array(text.utf8))
        guard let days = reader.date(), reader.isAtEnd else { return nil }
        return days * millisPerDay
    }

    /// The day's name, month's name and so on of HTTP's `Date`. Source: RFC 9110 §5.6.7.
    static func httpDate(_ millis: Int64) -> String {
        let days = split(millis).days
        let civil = civil(days: days)
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let weekday = names[Int(((days % 7) + 7) % 7)]
        return "\(weekday), \(padded(civil.day, 2)) \(months[Int(civil.month - 1)]) "
            + "\(padded(civil.year, 4)) \(time(millis).prefix(8)) GMT"
    }

    static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { at == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
            at += 1
            return true
        }

        mutating func number(_ width: Int) -> Int64? {
            guard at + width <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[at..<(at + width)] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            at += width
            return value
        }

        mutating func date() -> Int64? {
            guard let year = number(4), take("-"), let month = number(2), take("-"),
                let day = number(2), month >= 1, month <= 12, day >= 1,
                day <= Timestamp.daysInMonth(month, of: year)
            else { return nil }
            return Timestamp.days(Civil(year: year, month: month, day: day))
        }

        mutating func fraction() -> Int64? {
            var value: Int64 = 0
            var scale: Int64 = 100
            let start = at
            while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 {
                value += Int64(bytes[at] - 0x30) * scale
                scale /= 10
                at += 1
            }
            return at > start ? value : nil
        }

        /// Unit: milliseconds east of UTC.
        mutating func offset() -> Int64? {
            if take("Z") || take("z") { return 0 }
            let sign: Int64
            if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
            guard let hours = number(2), hours < 24 else { return nil }
            _ = take(":")
            guard let minutes = number(2), minutes < 60 else { return nil }
            return sign * (hours * 60 + minutes) * 60_000
        }
    }
}
