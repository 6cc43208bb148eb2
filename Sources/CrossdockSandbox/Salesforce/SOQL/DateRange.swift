/// The days that a date literal names, as a half-open range of instants in UTC.
///
/// - Source: SOQL and SOSL Reference, "Date Formats and Date Literals in WHERE". Weeks begin on Sunday.
enum DateRange {
    /// Names, and whether a number follows. Fiscal periods are not known: they depend on the org.
    static let names: [String: Bool] = [
        "YESTERDAY": false, "TODAY": false, "TOMORROW": false, "LAST_WEEK": false,
        "THIS_WEEK": false, "NEXT_WEEK": false, "LAST_MONTH": false, "THIS_MONTH": false,
        "NEXT_MONTH": false, "LAST_90_DAYS": false, "NEXT_90_DAYS": false, "LAST_QUARTER": false,
        "THIS_QUARTER": false, "NEXT_QUARTER": false, "LAST_YEAR": false, "THIS_YEAR": false,
        "NEXT_YEAR": false, "LAST_N_DAYS": true, "NEXT_N_DAYS": true, "N_DAYS_AGO": true,
        "LAST_N_WEEKS": true, "NEXT_N_WEEKS": true, "N_WEEKS_AGO": true, "LAST_N_MONTHS": true,
        "NEXT_N_MONTHS": true, "N_MONTHS_AGO": true, "LAST_N_QUARTERS": true,
        "NEXT_N_QUARTERS": true, "N_QUARTERS_AGO": true, "LAST_N_YEARS": true,
        "NEXT_N_YEARS": true, "N_YEARS_AGO": true,
    ]

    /// - Parameter now: Unit: milliseconds since 1970.
    static func range(_ name: String, count: Int?, now: Int64) -> Range<Int64>? {
        let today = Timestamp.split(now).days
        let count = Int64(min(count ?? 0, 100_000))
        guard let days = dayRange(name, count: count, today: today),
            days.lowerBound <= days.upperBound
        else { return nil }
        return
            (days.lowerBound * Timestamp.millisPerDay)..<(days.upperBound * Timestamp.millisPerDay)
    }

    private static func dayRange(_ name: String, count: Int64, today: Int64) -> Range<Int64>? {
        switch name {
        case "YESTERDAY": (today - 1)..<today
        case "TODAY": today..<(today + 1)
        case "TOMORROW": (today + 1)..<(today + 2)
        // The last n days reach back n days and include today; the next n begin tomorrow.
        case "LAST_90_DAYS": (today - 90)..<(today + 1)
        case "LAST_N_DAYS": (today - count)..<(today + 1)
        case "NEXT_90_DAYS": (today + 1)..<(today + 91)
        case "NEXT_N_DAYS": (today + 1)..<(today + 1 + count)
        case "N_DAYS_AGO": (today - count)..<(today - count + 1)
        default: periodRange(name, count: count, today: today)
        }
    }

    private static func periodRange(_ name: String, count: Int64, today: Int64) -> Range<Int64>? {
        let start: (Int64) -> Int64
        if name.contains("WEEK") {
            // 1970 began on a Thursday.
            let week = today - ((today + 4) % 7 + 7) % 7
            start = { week + 7 * $0 }
        } else if name.contains("MONTH") {
            start = { monthStart(today, $0, of: 1) }
        } else if name.contains("QUARTER") {
            start = { monthStart(today, $0, of: 3) }
        } else {
            start = { monthStart(today, $0, of: 12) }
        }
        if name.hasPrefix("THIS") { return start(0)..<start(1) }
        if name.hasPrefix("LAST_N") { return start(-count)..<start(0) }
        if name.hasPrefix("NEXT_N") { return start(1)..<start(1 + count) }
        if name.hasPrefix("LAST") { return start(-1)..<start(0) }
        if name.hasPrefix("NEXT") { return start(1)..<start(2) }
        if name.hasSuffix("AGO") { return start(-count)..<start(1 - count) }
        return nil
    }

    /// The first day of the period that lies `offset` periods of `months` after the one with `day`.
    private static func monthStart(_ day: Int64, _ offset: Int64, of months: Int64) -> Int64 {
        let civil = Timestamp.civil(days: day)
        let first = (civil.month - 1) / months * months
        let total = civil.year * 12 + first + offset * months
        return Timestamp.days(
            Timestamp.Civil(year: total / 12, month: total % 12 + 1, day: 1))
    }
}
