extension TemporalPattern {
    /// Reads a text that follows the pattern, the whole of it.
    func read(_ text: Bytes) -> TemporalValue? {
        switch special {
        case .odataDate: return TemporalReader.odataDate(text)
        case .odataTime: return TemporalReader.duration(text)
        case nil: break
        }
        var state = ReadingState(text: text)
        for (at, field) in fields.enumerated() {
            // Digits that follow digits without a gap: each field takes exactly its width.
            let isTight = at + 1 < fields.count && fields[at + 1].isNumeric
            guard state.take(field, isTight: isTight) else { return nil }
        }
        guard state.at == text.count else { return nil }
        return state.value(hasDate: hasDate, hasTime: hasTime)
    }
}

private struct ReadingState {
    let text: Bytes
    var at = 0
    private var civil = CivilTime()
    private var dayOfYear: Int?
    private var isAfternoon: Bool?
    private var offset: Int?

    init(text: Bytes) { self.text = text }

    mutating func take(_ field: TemporalPattern.Field, isTight: Bool) -> Bool {
        switch field {
        case .literal(let bytes):
            guard at + bytes.count <= text.count else { return false }
            for byte in bytes {
                guard text[at] == byte else { return false }
                at += 1
            }
            return true
        case .year(2):
            return number(2...2).map { civil.year = $0 + ($0 < 69 ? 2_000 : 1_900) } != nil
        case .year(let count):
            let widest = isTight ? max(count, 4) : 9
            return number(max(1, min(count, 4))...widest).map { civil.year = $0 } != nil
        case .month(let n): return digits(n, isTight).map { civil.month = $0 } != nil
        case .monthName(let wide):
            return name(TemporalPattern.months, wide).map { civil.month = $0 + 1 } != nil
        case .day(let n): return digits(n, isTight).map { civil.day = $0 } != nil
        case .dayOfYear(let n):
            return number((isTight ? 3 : n)...3).map { dayOfYear = $0 } != nil
        case .weekdayName(let wide): return name(TemporalPattern.weekdays, wide) != nil
        case .hour24(let n): return digits(n, isTight).map { civil.hour = $0 } != nil
        case .hour24From1(let n):
            return digits(n, isTight).map { civil.hour = $0 == 24 ? 0 : $0 == 0 ? 99 : $0 } != nil
        case .hour12(let n):
            return digits(n, isTight).map { civil.hour = (1...12).contains($0) ? $0 % 12 : 99 }
                != nil
        case .hour12From0(let n):
            return digits(n, isTight).map { civil.hour = $0 < 12 ? $0 : 99 } != nil
        case .minute(let n): return digits(n, isTight).map { civil.minute = $0 } != nil
        case .second(let n): return digits(n, isTight).map { civil.second = $0 } != nil
        case .fraction(let n): return fraction(n)
        case .dayPeriod: return dayPeriod()
        case .offset(let form): return readOffset(form)
        case .zoneName: return readUTCName()
        }
    }

    private mutating func digits(_ count: Int, _ isTight: Bool) -> Int? {
        number((isTight ? max(count, 2) : count)...2)
    }

    private mutating func number(_ widths: ClosedRange<Int>) -> Int? {
        var value = 0
        var taken = 0
        while taken < widths.upperBound, at < text.count, TextBytes.isDigit(text[at]) {
            value = value * 10 + Int(text[at] & 15)
            at += 1
            taken += 1
        }
        return taken >= widths.lowerBound ? value : nil
    }

    private mutating func fraction(_ count: Int) -> Bool {
        var scale = 100_000_000
        for _ in 0..<count {
            guard at < text.count, TextBytes.isDigit(text[at]) else { return false }
            civil.fraction += Int(text[at] & 15) * scale
            scale /= 10
            at += 1
        }
        return true
    }

    /// The number of the name that stands here.
    private mutating func name(_ names: [String], _ wide: Bool) -> Int? {
        for (number, name) in names.enumerated() {
            let wanted = Array((wide ? name : String(name.prefix(3))).lowercased().utf8)
            guard at + wanted.count <= text.count else { continue }
            if (0..<wanted.count).allSatisfy({ text[at + $0] | 0x20 == wanted[$0] }) {
                at += wanted.count
                return number
            }
        }
        return nil
    }

    private mutating func dayPeriod() -> Bool {
        guard at + 2 <= text.count, text[at + 1] | 0x20 == UInt8(ascii: "m") else { return false }
        switch text[at] | 0x20 {
        case UInt8(ascii: "a"): isAfternoon = false
        case UInt8(ascii: "p"): isAfternoon = true
        default: return false
        }
        at += 2
        return true
    }

    private mutating func readOffset(_ form: TemporalPattern.OffsetForm) -> Bool {
        if at < text.count, text[at] == UInt8(ascii: "Z") {
            guard form.usesZ else { return false }
            at += 1
            offset = 0
            return true
        }
        if form.gmt {
            guard at + 3 <= text.count, text[at] == 0x47, text[at + 1] == 0x4D, text[at + 2] == 0x54
            else { return false }
            at += 3
            if at == text.count {
                offset = 0
                return true
            }
        }
        guard at < text.count, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") else {
            return false
        }
        let sign = text[at] == UInt8(ascii: "+") ? 1 : -1
        at += 1
        guard let hours = number(2...2), hours <= 23 else { return false }
        var minutes = 0
        if form.colon {
            guard at < text.count, text[at] == UInt8(ascii: ":") else { return false }
            at += 1
            guard let given = number(2...2) else { return false }
            minutes = given
        } else if !form.shortest || (at < text.count && TextBytes.isDigit(text[at])) {
            guard let given = number(2...2) else { return false }
            minutes = given
        }
        guard minutes <= 59 else { return false }
        offset = sign * (hours * 3_600 + minutes * 60)
        return true
    }

    private mutating func readUTCName() -> Bool {
        for name in ["UTC", "GMT"] {
            let wanted = Array(name.utf8)
            if at + 3 <= text.count, (0..<3).allSatisfy({ text[at + $0] == wanted[$0] }) {
                at += 3
                offset = 0
                return true
            }
        }
        return false
    }

    func value(hasDate: Bool, hasTime: Bool) -> TemporalValue? {
        var civil = civil
        if let isAfternoon {
            guard civil.hour <= 12 else { return nil }
            civil.hour = civil.hour % 12 + (isAfternoon ? 12 : 0)
        }
        if let dayOfYear {
            guard (1...(CivilTime.isLeap(civil.year) ? 366 : 365)).contains(dayOfYear) else {
                return nil
            }
            (civil.month, civil.day) = (1, 1)
            let day = CivilTime(seconds: (civil.days + dayOfYear - 1) * 86_400)
            (civil.month, civil.day) = (day.month, day.day)
        }
        guard civil.isValid else { return nil }
        if hasDate, hasTime, let offset {
            let instant = CivilTime(seconds: civil.seconds - offset, fraction: civil.fraction)
            return TemporalValue(kind: .instant, civil: instant)
        }
        let kind: TemporalValue.Kind = hasDate ? (hasTime ? .local : .date) : .time
        return TemporalValue(kind: kind, civil: civil)
    }
}
