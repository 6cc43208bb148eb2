/// OData V2's texts for dates and times of day.
enum EdmTime {
    /// Reads `/Date(ms)/` and `/Date(ms+0060)/`; the offset, in minutes, is display only.
    static func parseJSONDate(_ text: String) -> Int64? {
        guard text.hasPrefix("/Date("), text.hasSuffix(")/") else { return nil }
        let inner = text.dropFirst(6).dropLast(2)
        let digits = inner.dropFirst(inner.hasPrefix("-") ? 1 : 0)
        let end = digits.firstIndex { $0 == "+" || $0 == "-" } ?? digits.endIndex
        let offset = digits[end...]
        guard
            offset.isEmpty
                || offset.utf8.count == 5
                    && offset.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }),
            let millis = Int64(inner[..<end]), isInRange(millis)
        else { return nil }
        return millis
    }

    /// Reads `2026-01-31T12:00:00`, with fraction and `Z` or offset where `zoned` asks for one.
    static func parseDateTime(_ text: String, zoned: Bool) -> Int64? {
        let millis: Int64?
        if zoned {
            millis = Timestamp.parse(text)
        } else {
            millis = Timestamp.parseDate(text) ?? Timestamp.parse(text + "Z")
        }
        return millis.flatMap { isInRange($0) ? $0 : nil }
    }

    /// Years 1 to 9999.
    private static func isInRange(_ millis: Int64) -> Bool {
        millis >= -62_135_596_800_000 && millis <= 253_402_300_799_999
    }

    /// Reads `PT11H30M00S`, parts may be missing but not all of them, within one day.
    static func parseTime(_ text: String) -> Int64? {
        guard text.hasPrefix("PT"), text.utf8.count > 2 else { return nil }
        var rest = text.dropFirst(2)
        var millis: Int64 = 0
        for (unit, length) in [("H", 3_600_000), ("M", 60_000), ("S", 1_000)]
            as [(Character, Int64)]
        {
            guard let end = rest.firstIndex(of: unit) else { continue }
            let parts = rest[..<end].split(separator: ".", omittingEmptySubsequences: false)
            guard let whole = parts.first.flatMap({ UInt16($0) }),
                parts.count == 1 || (unit == "S" && parts.count == 2 && UInt64(parts[1]) != nil)
            else { return nil }
            millis += Int64(whole) * length
            rest = rest[rest.index(after: end)...]
        }
        return rest.isEmpty && millis < Timestamp.millisPerDay ? millis : nil
    }

    static func jsonDate(_ millis: Int64, zoned: Bool) -> String {
        zoned ? "/Date(\(millis)+0000)/" : "/Date(\(millis))/"
    }

    /// `PT11H30M00S`.
    static func time(_ millisOfDay: Int64) -> String {
        let seconds = millisOfDay / 1_000
        return
            "PT\(Timestamp.padded(seconds / 3_600, 2))H\(Timestamp.padded(seconds / 60 % 60, 2))M"
            + "\(Timestamp.padded(seconds % 60, 2))S"
    }

    /// `2026-01-31T12:00:00`, with milliseconds when there are any.
    static func uriDateTime(_ millis: Int64) -> String {
        let time = Timestamp.time(millis)
        let digits = time.hasSuffix(".000") ? time.dropLast(4) : time[...]
        return "\(Timestamp.date(millis))T\(digits)"
    }
}
