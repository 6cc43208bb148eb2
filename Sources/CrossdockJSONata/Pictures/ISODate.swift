/// Reads ISO 8601 dates and times.
enum ISODate {
    /// Milliseconds since 1970-01-01T00:00:00Z of `yyyy[-MM[-dd]][Thh:mm:ss[.fff]][zone]`; nil for other
    /// texts and for dates that do not exist. Without a zone the time is UTC.
    static func milliseconds(_ text: String) -> Double? {
        var scanner = Scanner(bytes: Array(text.utf8))
        guard let year = scanner.digits(4) else { return nil }
        guard let month = scanner.after("-", 2, or: 1), let day = scanner.after("-", 2, or: 1)
        else {
            return nil
        }
        guard month >= 1, month <= 12, day >= 1, day <= days(in: month, of: year) else {
            return nil
        }
        var time = 0
        if scanner.accept("T") {
            guard let seconds = scanner.time() else { return nil }
            time = seconds * 1_000
            if scanner.accept(".") {
                guard let fraction = scanner.fraction() else { return nil }
                time += fraction
            }
        }
        guard let offset = scanner.zone(), scanner.isAtEnd else { return nil }
        let days = CivilDate.day(year, month, day)
        return Double(days * CivilDate.millisecondsPerDay + time - offset * 60_000)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        CivilDate.day(year, month + 1, 1) - CivilDate.day(year, month, 1)
    }

    private struct Scanner {
        let bytes: [UInt8]
        var at = 0

        var isAtEnd: Bool { at == bytes.count }

        mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: scalar) else { return false }
            at += 1
            return true
        }

        mutating func digits(_ count: Int) -> Int? {
            guard at + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[at..<(at + count)] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            at += count
            return value
        }

        /// The digits after a mark, `absent` where the mark is missing, nil where the digits are.
        ///
        /// A dash with something else than two digits and an end behind is the sign of a zone.
        mutating func after(_ mark: Unicode.Scalar, _ count: Int, or absent: Int) -> Int? {
            let start = at
            guard accept(mark) else { return absent }
            guard let value = digits(count) else { return nil }
            let isZone =
                at < bytes.count && bytes[at] != 0x2D && bytes[at] != 0x54
                && bytes[at] != 0x2B && bytes[at] != 0x5A
            if isZone {
                at = start
                return absent
            }
            return value
        }

        mutating func time() -> Int? {
            guard let hour = digits(2), accept(":"), let minute = digits(2), accept(":"),
                let second = digits(2), hour <= 24, minute < 60, second < 60
            else { return nil }
            let seconds = hour * 3_600 + minute * 60 + second
            return seconds <= 86_400 ? seconds : nil
        }

        /// Milliseconds; finer digits are cut.
        mutating func fraction() -> Int? {
            let start = at
            while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39 { at += 1 }
            guard at > start else { return nil }
            var value = 0
            for place in 0..<3 {
                value = value * 10 + (start + place < at ? Int(bytes[start + place] - 0x30) : 0)
            }
            return value
        }

        /// Minutes ahead of UTC; zero without a zone.
        mutating func zone() -> Int? {
            if isAtEnd || accept("Z") { return 0 }
            let isBehind = accept("-")
            guard isBehind || accept("+"), let hours = digits(2) else { return nil }
            _ = accept(":")
            guard let minutes = digits(2), hours < 24, minutes < 60 else { return nil }
            return (isBehind ? -1 : 1) * (hours * 60 + minutes)
        }
    }
}
