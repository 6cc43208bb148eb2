/// A rule such as `CET-1CEST,M3.5.0,M10.5.0/3`: the offsets after the last listed transition.
///
/// - Source: POSIX.1-2024, "TZ"; RFC 9636 §3.3.1 for hours beyond 24.
struct TimeZoneRule: Sendable {
    private struct Change {
        enum Day {
            case month(Int, week: Int, weekday: Int)
            /// 1…365, February 29 never counted.
            case julian(Int)
            /// 0…365.
            case ordinal(Int)
        }

        let day: Day
        let time: Int
    }

    private let standard: Int
    private let summer: (offset: Int, from: Change, to: Change)?

    func offset(at instant: Int) -> Int {
        guard let summer else { return standard }
        let year = CivilTime(seconds: instant + standard).year
        let begins = Self.seconds(of: summer.from, year) - standard
        let ends = Self.seconds(of: summer.to, year) - summer.offset
        let isSummer =
            begins < ends
            ? instant >= begins && instant < ends : instant >= begins || instant < ends
        return isSummer ? summer.offset : standard
    }

    private static func seconds(of change: Change, _ year: Int) -> Int {
        var civil = CivilTime()
        civil.year = year
        var days: Int
        switch change.day {
        case .julian(let number):
            days = civil.days + number - 1 + (CivilTime.isLeap(year) && number >= 60 ? 1 : 0)
        case .ordinal(let number): days = civil.days + number
        case .month(let month, let week, let weekday):
            civil.month = month
            days = civil.days + (weekday - civil.weekday % 7 + 7) % 7 + (week - 1) * 7
            let end = civil.days + CivilTime.daysInMonth(month, of: year)
            while days >= end { days -= 7 }
        }
        return days * 86_400 + change.time
    }

    /// - Returns: Nil for a text that is no rule.
    init?(_ text: String) {
        var reader = Reader(text: Array(text.utf8))
        guard reader.name(), let west = reader.time() else { return nil }
        standard = -west
        guard !reader.isAtEnd else {
            summer = nil
            return
        }
        guard reader.name() else { return nil }
        let offset = reader.isAt(",") ? -west + 3_600 : reader.time().map { -$0 }
        guard let offset, let from = reader.change(), let to = reader.change(), reader.isAtEnd
        else { return nil }
        summer = (offset, from, to)
    }

    private struct Reader {
        let text: [UInt8]
        var at = 0

        var isAtEnd: Bool { at == text.count }
        func isAt(_ character: Unicode.Scalar) -> Bool {
            at < text.count && text[at] == UInt8(ascii: character)
        }

        mutating func name() -> Bool {
            let start = at
            if isAt("<") {
                while at < text.count, !isAt(">") { at += 1 }
                guard at < text.count else { return false }
                at += 1
                return true
            }
            while at < text.count, (0x61...0x7A).contains(text[at] | 0x20) { at += 1 }
            return at > start
        }

        private mutating func number() -> Int? {
            let start = at
            var value = 0
            while at < text.count, TextBytes.isDigit(text[at]), at - start < 4 {
                value = value * 10 + Int(text[at] & 15)
                at += 1
            }
            return at > start ? value : nil
        }

        /// `[+-]h[:m[:s]]`, in seconds.
        mutating func time() -> Int? {
            var sign = 1
            if isAt("-") { sign = -1 }
            if isAt("-") || isAt("+") { at += 1 }
            guard let hours = number() else { return nil }
            var seconds = hours * 3_600
            for unit in [60, 1] where isAt(":") {
                at += 1
                guard let part = number() else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        mutating func change() -> Change? {
            guard isAt(",") else { return nil }
            at += 1
            let day: Change.Day
            if isAt("M") {
                at += 1
                guard let month = number(), (1...12).contains(month), isAt(".") else { return nil }
                at += 1
                guard let week = number(), (1...5).contains(week), isAt(".") else { return nil }
                at += 1
                guard let weekday = number(), (0...6).contains(weekday) else { return nil }
                day = .month(month, week: week, weekday: weekday)
            } else if isAt("J") {
                at += 1
                guard let number = number(), (1...365).contains(number) else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(), (0...365).contains(number) else { return nil }
                day = .ordinal(number)
            }
            var time = 7_200
            if isAt("/") {
                at += 1
                guard let given = self.time() else { return nil }
                time = given
            }
            return Change(day: day, time: time)
        }
    }
}
