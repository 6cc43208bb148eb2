/// Recognises dates and times without being told their pattern.
///
/// ISO 8601, `yyyyMMdd`, `HHmmss`, `/Date(ms±min)/` and `PTnHnMnS`. Everything else is no date.
///
/// - Source: ISO 8601-1:2019; OData 2.0, "JSON format", primitive types.
struct TemporalReader {
    private let text: Bytes
    private var at = 0

    private init(_ text: Bytes) { self.text = text }

    static func recognise(_ text: Bytes) -> TemporalValue? {
        guard text.count >= 3, text.count <= 64 else { return nil }
        var reader = TemporalReader(text)
        let value: TemporalValue? =
            switch text[0] {
            case UInt8(ascii: "/"): reader.odataDate()
            case UInt8(ascii: "P"): reader.duration()
            default: reader.iso()
            }
        return value
    }

    /// `/Date(1774744200000+0060)/`: milliseconds since 1970 UTC; what follows them is for display.
    static func odataDate(_ text: Bytes) -> TemporalValue? {
        var reader = TemporalReader(text)
        return reader.odataDate()
    }

    /// `PT13H20M5S`.
    static func duration(_ text: Bytes) -> TemporalValue? {
        var reader = TemporalReader(text)
        return reader.duration()
    }

    private func byte(_ offset: Int = 0) -> UInt8 {
        at + offset < text.count ? text[at + offset] : 0
    }

    /// Digits in a row from here.
    private func run() -> Int {
        var length = 0
        while TextBytes.isDigit(byte(length)) { length += 1 }
        return length
    }

    private mutating func digits(_ count: Int) -> Int? {
        guard at + count <= text.count else { return nil }
        var value = 0
        for offset in 0..<count {
            let byte = text[at + offset]
            guard TextBytes.isDigit(byte) else { return nil }
            value = value * 10 + Int(byte & 15)
        }
        at += count
        return value
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard byte() == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func iso() -> TemporalValue? {
        var civil = CivilTime()
        let run = run()
        if run == 2, byte(2) == UInt8(ascii: ":") { return timeOnly(&civil) }
        if run == 6, text.count == 6 {
            guard compactTime(&civil), civil.isValid else { return nil }
            return TemporalValue(kind: .time, civil: civil)
        }
        guard date(&civil) else { return nil }
        if at == text.count {
            return civil.isValid ? TemporalValue(kind: .date, civil: civil) : nil
        }
        guard skip("T") || skip("t"), time(&civil), civil.isValid else { return nil }
        if at == text.count { return TemporalValue(kind: .local, civil: civil) }
        guard let offset = offset(), at == text.count else { return nil }
        let instant = CivilTime(seconds: civil.seconds - offset, fraction: civil.fraction)
        return TemporalValue(kind: .instant, civil: instant)
    }

    private mutating func timeOnly(_ civil: inout CivilTime) -> TemporalValue? {
        guard time(&civil), civil.isValid else { return nil }
        // An offset says nothing without a day: the time stays as it is.
        if at < text.count, offset() == nil { return nil }
        return at == text.count ? TemporalValue(kind: .time, civil: civil) : nil
    }

    private mutating func date(_ civil: inout CivilTime) -> Bool {
        let run = run()
        guard run == 4 || run == 8, let year = digits(4) else { return false }
        let separated = run == 4
        if separated, !skip("-") { return false }
        guard let month = digits(2) else { return false }
        if separated, !skip("-") { return false }
        guard let day = digits(2) else { return false }
        (civil.year, civil.month, civil.day) = (year, month, day)
        return true
    }

    private mutating func compactTime(_ civil: inout CivilTime) -> Bool {
        guard let hour = digits(2), let minute = digits(2), let second = digits(2) else {
            return false
        }
        (civil.hour, civil.minute, civil.second) = (hour, minute, second)
        return true
    }

    /// `hh:mm[:ss[.fff]]` or `hhmm[ss[.fff]]`.
    private mutating func time(_ civil: inout CivilTime) -> Bool {
        guard let hour = digits(2) else { return false }
        let separated = skip(":")
        guard let minute = digits(2) else { return false }
        (civil.hour, civil.minute) = (hour, minute)
        if separated ? skip(":") : TextBytes.isDigit(byte()) {
            guard let second = digits(2) else { return false }
            civil.second = second
            if skip(".") || skip(",") {
                guard let fraction = self.fraction() else { return false }
                civil.fraction = fraction
            }
        }
        return true
    }

    /// Digits after the point, as nanoseconds; finer ones are cut.
    private mutating func fraction() -> Int? {
        var value = 0
        var scale = 100_000_000
        let start = at
        while TextBytes.isDigit(byte()) {
            value += Int(byte() & 15) * scale
            scale /= 10
            at += 1
        }
        return at > start ? value : nil
    }

    /// `Z`, `±hh`, `±hhmm`, `±hh:mm`; in seconds.
    private mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = digits(2) else { return nil }
        var minutes = 0
        if skip(":") || TextBytes.isDigit(byte()) {
            guard let given = digits(2) else { return nil }
            minutes = given
        }
        guard hours <= 23, minutes <= 59 else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }

    private mutating func odataDate() -> TemporalValue? {
        for character in "/Date(".unicodeScalars where !skip(character) { return nil }
        let negative = skip("-")
        let run = run()
        guard run > 0, run <= 15, let magnitude = digits(run) else { return nil }
        if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") {
            at += 1
            let minutes = self.run()
            guard minutes > 0, minutes <= 4, digits(minutes) != nil else { return nil }
        }
        for character in ")/".unicodeScalars where !skip(character) { return nil }
        guard at == text.count else { return nil }
        let millis = negative ? -magnitude : magnitude
        let seconds = (millis - (millis % 1_000 + 1_000) % 1_000) / 1_000
        let civil = CivilTime(
            seconds: seconds, fraction: (millis % 1_000 + 1_000) % 1_000 * 1_000_000)
        return civil.isValid ? TemporalValue(kind: .instant, civil: civil) : nil
    }

    private mutating func duration() -> TemporalValue? {
        guard skip("P"), skip("T") else { return nil }
        var civil = CivilTime()
        var parts = 0
        var last = 0
        while at < text.count {
            let run = run()
            guard run > 0, run <= 9, let value = digits(run) else { return nil }
            let order: Int
            if skip("H") {
                (civil.hour, order) = (value, 1)
            } else if skip("M") {
                (civil.minute, order) = (value, 2)
            } else if skip("S") {
                (civil.second, order) = (value, 3)
            } else if skip(".") || skip(",") {
                guard let fraction = fraction(), skip("S") else { return nil }
                (civil.second, civil.fraction, order) = (value, fraction, 3)
            } else {
                return nil
            }
            guard order > last else { return nil }
            last = order
            parts += 1
        }
        guard parts > 0, civil.isValid else { return nil }
        return TemporalValue(kind: .time, civil: civil)
    }
}
