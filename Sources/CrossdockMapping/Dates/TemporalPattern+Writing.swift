extension TemporalPattern {
    /// Appends the time as the pattern says.
    ///
    /// - Parameters:
    ///   - civil: By the clock of the target's zone.
    ///   - offset: Of that zone at that time. Unit: seconds east of UTC.
    func write(_ civil: CivilTime, offset: Int, zone: String, to output: inout [UInt8]) {
        switch special {
        case .odataDate:
            let millis = (civil.seconds - offset) * 1_000 + civil.fraction / 1_000_000
            output.append(contentsOf: "/Date(\(millis))/".utf8)
            return
        case .odataTime:
            output.append(contentsOf: "PT".utf8)
            for (value, unit) in [(civil.hour, "H"), (civil.minute, "M"), (civil.second, "S")] {
                Self.append(value, 2, to: &output)
                output.append(contentsOf: unit.utf8)
            }
            return
        case nil: break
        }
        for field in fields { Self.write(field, civil, offset, zone, to: &output) }
    }

    private static func write(
        _ field: Field, _ civil: CivilTime, _ offset: Int, _ zone: String, to output: inout [UInt8]
    ) {
        switch field {
        case .literal(let bytes): output.append(contentsOf: bytes)
        case .year(2): append(civil.year % 100, 2, to: &output)
        case .year(let count): append(civil.year, count, to: &output)
        case .month(let count): append(civil.month, count, to: &output)
        case .monthName(let wide): append(months[civil.month - 1], wide, to: &output)
        case .day(let count): append(civil.day, count, to: &output)
        case .dayOfYear(let count):
            var first = civil
            (first.month, first.day) = (1, 1)
            append(civil.days - first.days + 1, count, to: &output)
        case .weekdayName(let wide): append(weekdays[civil.weekday - 1], wide, to: &output)
        case .hour24(let count): append(civil.hour, count, to: &output)
        case .hour24From1(let count): append(civil.hour == 0 ? 24 : civil.hour, count, to: &output)
        case .hour12(let count): append((civil.hour + 11) % 12 + 1, count, to: &output)
        case .hour12From0(let count): append(civil.hour % 12, count, to: &output)
        case .minute(let count): append(civil.minute, count, to: &output)
        case .second(let count): append(civil.second, count, to: &output)
        case .fraction(let count):
            var value = civil.fraction
            for _ in count..<9 { value /= 10 }
            append(value, count, to: &output)
        case .dayPeriod: output.append(contentsOf: (civil.hour < 12 ? "AM" : "PM").utf8)
        case .offset(let form): append(offset, form, to: &output)
        case .zoneName: output.append(contentsOf: zone.utf8)
        }
    }

    private static func append(_ value: Int, _ width: Int, to output: inout [UInt8]) {
        if width == 2, value < 100 {
            output.append(0x30 + UInt8(value / 10))
            output.append(0x30 + UInt8(value % 10))
            return
        }
        var divisor = 1
        var digits = 1
        while divisor * 10 <= value {
            divisor *= 10
            digits += 1
        }
        for _ in digits..<max(digits, width) { output.append(0x30) }
        var rest = value
        while divisor > 0 {
            output.append(0x30 + UInt8(rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }

    private static func append(_ name: String, _ wide: Bool, to output: inout [UInt8]) {
        output.append(contentsOf: (wide ? name[...] : name.prefix(3)).utf8)
    }

    private static func append(_ offset: Int, _ form: OffsetForm, to output: inout [UInt8]) {
        if form.gmt {
            output.append(contentsOf: "GMT".utf8)
            if offset == 0 { return }
        }
        if form.usesZ, offset == 0 {
            output.append(UInt8(ascii: "Z"))
            return
        }
        output.append(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        append(abs(offset) / 3_600, 2, to: &output)
        let minutes = abs(offset) / 60 % 60
        if form.shortest, minutes == 0 { return }
        if form.colon { output.append(UInt8(ascii: ":")) }
        append(minutes, 2, to: &output)
    }
}
