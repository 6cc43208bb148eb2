/// A moment as year, month, day and time in UTC.
struct CivilDate {
    let year: Int
    /// From 1 to 12.
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    let millisecond: Int
    /// Days since 1970-01-01.
    let dayNumber: Int

    static let millisecondsPerDay = 86_400_000
    /// The largest moment JavaScript has, before and after 1970.
    static let maximumMilliseconds = 8.64e15

    /// - Parameter milliseconds: Since 1970-01-01T00:00:00Z, up to ``maximumMilliseconds``.
    init(milliseconds: Double) {
        let limit = Self.maximumMilliseconds
        // Parts of a millisecond are cut, as JavaScript's dates do.
        let whole = Numerals.clamped(min(max(milliseconds, -limit), limit))
        let days = Self.floorDivide(whole, Self.millisecondsPerDay)
        let time = whole - days * Self.millisecondsPerDay
        (year, month, day) = Self.date(ofDay: days)
        dayNumber = days
        hour = time / 3_600_000
        minute = time / 60_000 % 60
        second = time / 1_000 % 60
        millisecond = time % 1_000
    }

    /// From 1 for Monday to 7 for Sunday.
    var weekday: Int { Self.weekday(ofDay: dayNumber) }
    /// From 1.
    var dayOfYear: Int { dayNumber - Self.day(year, 1, 1) + 1 }

    static func weekday(ofDay day: Int) -> Int {
        // 1970-01-01 was a Thursday.
        day + 3 - floorDivide(day + 3, 7) * 7 + 1
    }

    static func floorDivide(_ number: Int, _ divisor: Int) -> Int {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }

    /// Days since 1970-01-01 of a date. Months and days out of range count on.
    ///
    /// - Source: H. Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
    static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let yearsOn = floorDivide(month - 1, 12)
        let month = month - yearsOn * 12
        let shifted = year + yearsOn - (month <= 2 ? 1 : 0)
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468 + day - 1
    }

    private static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * march + 2) / 5 + 1)
    }

    // MARK: Weeks

    /// The Monday of the first week of a year or month: the one with the first Thursday.
    ///
    /// - Source: ISO 8601; XPath and XQuery Functions 3.1 §9.8.4 extends it to months.
    private static func firstMonday(_ year: Int, _ month: Int) -> Int {
        let first = day(year, month, 1)
        let weekday = weekday(ofDay: first)
        return weekday > 4 ? first + 8 - weekday : first - (weekday - 1)
    }

    private static func week(_ day: Int, since start: Int) -> Int {
        floorDivide(day - start, 7) + 1
    }

    var weekOfYear: Int {
        let week = Self.week(dayNumber, since: Self.firstMonday(year, 1))
        if week > 52, dayNumber >= Self.firstMonday(year + 1, 1) { return 1 }
        return week < 1 ? Self.week(dayNumber, since: Self.firstMonday(year - 1, 1)) : week
    }

    var weekOfMonth: Int {
        let week = Self.week(dayNumber, since: Self.firstMonday(year, month))
        if week > 4, dayNumber >= Self.firstMonday(year, month + 1) { return 1 }
        return week < 1 ? Self.week(dayNumber, since: Self.firstMonday(year, month - 1)) : week
    }

    /// The year that ``weekOfYear`` belongs to.
    var weekYear: Int {
        if dayNumber < Self.firstMonday(year, 1) { return year - 1 }
        return dayNumber >= Self.firstMonday(year + 1, 1) ? year + 1 : year
    }

    /// The month that ``weekOfMonth`` belongs to.
    var weekMonth: Int {
        if dayNumber < Self.firstMonday(year, month) { return month == 1 ? 12 : month - 1 }
        if dayNumber >= Self.firstMonday(year, month + 1) { return month == 12 ? 1 : month + 1 }
        return month
    }
}

/// An offset from UTC as JSONata's functions take it: `+0530`.
struct ZoneOffset {
    /// Both with the offset's sign.
    let hours: Int
    let minutes: Int

    static let utc = ZoneOffset(hours: 0, minutes: 0)

    private init(hours: Int, minutes: Int) {
        self.hours = hours
        self.minutes = minutes
    }

    /// Reads `±hhmm` or `±hh:mm`; nil for anything else.
    init?(_ text: String) {
        var digits: [UInt8] = []
        var sign = 1
        for (at, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where at == 0: sign = -1
            case UInt8(ascii: "+") where at == 0: break
            case 0x30...0x39: digits.append(byte)
            case UInt8(ascii: ":") where digits.count == 2: break
            default: return nil
            }
        }
        guard let number = Int(String(decoding: digits, as: UTF8.self)), number < 10_000 else {
            return nil
        }
        self.init(hours: sign * (number / 100), minutes: sign * (number % 100))
    }

    /// Unit: milliseconds.
    var milliseconds: Double { Double(hours * 60 + minutes) * 60_000 }
    /// As one number, `-530`.
    var number: Int { hours * 100 + minutes }
}
