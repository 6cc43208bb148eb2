internal import Foundation
internal import Synchronization

/// Time zones by their IANA names, kept once found.
enum TimeZones {
    private static let known = Mutex<[String: TimeZone]>([:])

    static func exists(_ name: String) -> Bool { find(name) != nil }

    static func find(_ name: String) -> TimeZone? {
        known.withLock { known in
            if let zone = known[name] { return zone }
            guard let zone = TimeZone(identifier: name) else { return nil }
            known[name] = zone
            return zone
        }
    }
}

/// An instant or a day, read from text.
struct Timestamp: Equatable {
    /// Seconds since 1970-01-01T00:00:00, in UTC or, without an offset, as the clock on the wall shows.
    var seconds: Double
    /// Unit: seconds east of UTC; nil when the text names none.
    var offset: Int?

    /// Reads `yyyy-MM-dd`, optionally with `THH:mm[:ss[.fraction]]` and `Z`, `±HH:mm` or `±HHmm`.
    ///
    /// - Source: ISO 8601; second 60 and hour 24 are refused.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        var reader = TimestampReader(text: text)
        guard let parsed = reader.read() else { return nil }
        self = parsed
    }

    init(seconds: Double, offset: Int?) {
        self.seconds = seconds
        self.offset = offset
    }

    /// The instant, taking a text without an offset as local to `zone`.
    func instant(in zone: TimeZone?) -> Double {
        if let offset { return seconds - Double(offset) }
        guard let zone else { return seconds }
        // Twice, because the offset at the guess may differ from the one at the instant.
        var guess = seconds - Double(zone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds)))
        guess = seconds - Double(zone.secondsFromGMT(for: Date(timeIntervalSince1970: guess)))
        return guess
    }
}

private struct TimestampReader {
    let text: UnsafeBufferPointer<UInt8>
    var at = 0

    private mutating func digits(_ count: Int) -> Int? {
        guard at + count <= text.count else { return nil }
        var value = 0
        for place in at..<(at + count) {
            guard (0x30...0x39).contains(text[place]) else { return nil }
            value = value * 10 + Int(text[place] - 0x30)
        }
        at += count
        return value
    }

    private mutating func skip(_ character: Character) -> Bool {
        guard at < text.count, text[at] == character.asciiValue else { return false }
        at += 1
        return true
    }

    mutating func read() -> Timestamp? {
        guard let year = digits(4), skip("-"), let month = digits(2), skip("-"),
            let day = digits(2), (1...12).contains(month),
            (1...CivilDate.days(in: month, of: year)).contains(day)
        else { return nil }
        let days = Double(CivilDate(year: year, month: month, day: day).daysSince1970)
        guard at < text.count else { return Timestamp(seconds: days * 86_400, offset: nil) }
        guard skip("T") || skip(" "), let hour = digits(2), hour < 24, skip(":"),
            let minute = digits(2), minute < 60
        else { return nil }
        var seconds = days * 86_400 + Double(hour * 3_600 + minute * 60)
        if skip(":") {
            guard let second = digits(2), second < 60 else { return nil }
            seconds += Double(second)
            if skip(".") {
                guard let fraction = fraction() else { return nil }
                seconds += fraction
            }
        }
        guard let offset = offset() else { return nil }
        return Timestamp(seconds: seconds, offset: offset)
    }

    private mutating func fraction() -> Double? {
        var scale = 0.1
        var value = 0.0
        let start = at
        while at < text.count, (0x30...0x39).contains(text[at]) {
            value += Double(text[at] - 0x30) * scale
            scale /= 10
            at += 1
        }
        return at > start ? value : nil
    }

    /// The outer nil means "no offset can stand here", the inner one "there is none".
    private mutating func offset() -> Int?? {
        guard at < text.count else { return .some(nil) }
        if skip("Z") { return at == text.count ? .some(0) : nil }
        let isEast = skip("+")
        guard isEast || skip("-"), let hours = digits(2), hours < 24 else { return nil }
        _ = skip(":")
        let minutes = at < text.count ? digits(2) : 0
        guard let minutes, minutes < 60, at == text.count else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return .some(isEast ? seconds : -seconds)
    }
}

/// A day of the Gregorian calendar.
struct CivilDate: Equatable {
    var year: Int
    var month: Int
    var day: Int

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// - Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// 0 for Monday.
    var weekday: Int {
        let remainder = (daysSince1970 + 3) % 7
        return remainder < 0 ? remainder + 7 : remainder
    }

    /// 1 for the first of January.
    var dayOfYear: Int {
        daysSince1970 - CivilDate(year: year, month: 1, day: 1).daysSince1970 + 1
    }
}

/// The parts of an instant as a zone's calendar and clock show them.
struct LocalTime {
    let date: CivilDate
    /// Hours since midnight, with fraction.
    let hour: Double

    /// - Parameter instant: Seconds since 1970 in UTC, within a few thousand years of now.
    init(instant: Double, zone: TimeZone?) {
        let bounded = min(max(instant, -1e11), 1e11)
        let offset = zone?.secondsFromGMT(for: Date(timeIntervalSince1970: bounded)) ?? 0
        let local = bounded + Double(offset)
        let days = (local / 86_400).rounded(.down)
        date = CivilDate(daysSince1970: Int(days))
        hour = (local - days * 86_400) / 3_600
    }

    /// Where in its cycle the part stands, from 0 to below 1.
    func phase(_ part: FeatureEncoding.DatePart) -> Double {
        switch part {
        case .hour: hour / 24
        case .weekday: Double(date.weekday) / 7
        case .month: Double(date.month - 1) / 12
        case .dayOfMonth:
            Double(date.day - 1) / Double(CivilDate.days(in: date.month, of: date.year))
        case .dayOfYear: Double(date.dayOfYear - 1) / (CivilDate.isLeap(date.year) ? 366 : 365)
        }
    }
}
