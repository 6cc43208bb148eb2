#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension Library {
    static let aggregation: [NativeFunction] = [
        NativeFunction("sum", "<a<n>:n>", parameters: 1) { call throws(JSONataError) in
            guard let numbers = try call.numbers(0) else { return .undefined }
            return .number(numbers.reduce(0, +))
        },
        NativeFunction("count", "<a:n>", parameters: 1) { call in
            .integer(call[0].count ?? 0)
        },
        NativeFunction("max", "<a<n>:n>", parameters: 1) { call throws(JSONataError) in
            try call.numbers(0)?.max().map { .number($0) } ?? .undefined
        },
        NativeFunction("min", "<a<n>:n>", parameters: 1) { call throws(JSONataError) in
            try call.numbers(0)?.min().map { .number($0) } ?? .undefined
        },
        NativeFunction("average", "<a<n>:n>", parameters: 1) { call throws(JSONataError) in
            guard let numbers = try call.numbers(0), !numbers.isEmpty else { return .undefined }
            return .number(numbers.reduce(0, +) / Double(numbers.count))
        },
    ]

    static let numbers: [NativeFunction] = [
        NativeFunction("number", "<(nsb)-:n>", parameters: 1) { call throws(JSONataError) in
            try number(call)
        },
        NativeFunction("floor", "<n-:n>", parameters: 1) { call in
            call.number(0).map { .number($0.rounded(.down)) } ?? .undefined
        },
        NativeFunction("ceil", "<n-:n>", parameters: 1) { call in
            call.number(0).map { .number($0.rounded(.up)) } ?? .undefined
        },
        NativeFunction("round", "<n-n?:n>", parameters: 2) { call in
            call.number(0).map { .number(Numerals.rounded($0, places: call.number(1) ?? 0)) }
                ?? .undefined
        },
        NativeFunction("abs", "<n-:n>", parameters: 1) { call in
            call.number(0).map { .number($0.magnitude) } ?? .undefined
        },
        NativeFunction("sqrt", "<n-:n>", parameters: 1) { call throws(JSONataError) in
            guard let number = call.number(0) else { return .undefined }
            if number < 0 { throw call.run.failure("D3060", value: call[0]) }
            return .number(number.squareRoot())
        },
        NativeFunction("power", "<n-n:n>", parameters: 2) { call throws(JSONataError) in
            guard let base = call.number(0) else { return .undefined }
            let result = pow(base, call.number(1) ?? .nan)
            guard result.isFinite else {
                throw call.run.failure("D3061", value: call[0], other: call[1])
            }
            return .number(result)
        },
        NativeFunction("random", "<:n>", parameters: 0) { call in .number(call.run.random()) },
        NativeFunction("formatNumber", "<n-so?:s>", parameters: 3) { call throws(JSONataError) in
            guard let number = call.number(0), let picture = call.text(1) else { return .undefined }
            let symbols = NumberPicture.Symbols(call[2].asRecord)
            return try call.run.text(
                try NumberPicture(picture, symbols).format(number, call.run))
        },
        NativeFunction("formatBase", "<n-n?:s>", parameters: 2) { call throws(JSONataError) in
            guard let number = call.number(0) else { return .undefined }
            let base = Numerals.rounded(call.number(1) ?? 10)
            guard base >= 2, base <= 36 else {
                throw call.run.failure("D3100", value: .number(base))
            }
            return .string(digits(Numerals.rounded(number), base: Int(base)))
        },
        NativeFunction("formatInteger", "<n-s:s>", parameters: 2) { call throws(JSONataError) in
            guard let number = call.number(0), let picture = call.text(1) else { return .undefined }
            return try call.run.text(
                try IntegerPicture(picture, call.run).format(number.rounded(.down), call.run))
        },
        NativeFunction("parseInteger", "<s-s:n>", parameters: 2) { call throws(JSONataError) in
            guard let text = call.text(0), let picture = call.text(1) else { return .undefined }
            return .number(try IntegerPicture(picture, call.run).parse(text, call.run))
        },
    ]

    private static func number(_ call: NativeCall) throws(JSONataError) -> Datum {
        switch call[0].kind {
        case .undefined: return .undefined
        case .number: return call[0]
        case .boolean:
            if case .bool(let flag) = call[0] { return .number(flag ? 1 : 0) }
        case .string:
            if let number = number(call.text(0) ?? "") { return .number(number) }
        default: break
        }
        throw call.run.failure("D3030", value: call[0], index: 1)
    }

    /// Reads a decimal number as JSON writes them, leading zeros allowed, or `0x`, `0o`, `0b` digits.
    private static func number(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first else { return nil }
        if first == UInt8(ascii: "0"), bytes.count > 2 {
            let radix: Int? =
                switch bytes[1] | 0x20 {
                case UInt8(ascii: "x"): 16
                case UInt8(ascii: "o"): 8
                case UInt8(ascii: "b"): 2
                default: nil
                }
            if let radix { return number(digits: bytes.dropFirst(2), radix: radix) }
        }
        let digits = first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
        guard let start = digits.first, start >= 0x30, start <= 0x39 else { return nil }
        // Only digits, one point between digits, and an exponent get past this.
        var stage = 0
        var last: UInt8 = 0
        for byte in digits {
            let isDigit = byte >= 0x30 && byte <= 0x39
            let isAfterDigit = last >= 0x30 && last <= 0x39
            if isDigit {
                if stage == 2 { stage = 3 }
            } else if byte == UInt8(ascii: "."), stage == 0, isAfterDigit {
                stage = 1
            } else if byte | 0x20 == UInt8(ascii: "e"), stage < 2, isAfterDigit {
                stage = 2
            } else if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"), stage == 2,
                last | 0x20 == UInt8(ascii: "e")
            {
            } else {
                return nil
            }
            last = byte
        }
        guard last >= 0x30, last <= 0x39, let number = Double(text), number.isFinite else {
            return nil
        }
        return number
    }

    private static func number(digits: ArraySlice<UInt8>, radix: Int) -> Double? {
        var value = 0.0
        for byte in digits {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else {
                return nil
            }
            value = value * Double(radix) + Double(digit)
        }
        return value.isFinite ? value : nil
    }

    /// The digits of a whole number in a base. Beyond what a double holds exactly, digits that mean
    /// nothing are zeros.
    private static func digits(_ number: Double, base: Int) -> String {
        guard base != 10, number.isFinite else { return Numerals.text(number) }
        if let integer = Numerals.integer(number) { return String(integer, radix: base) }
        var rest = number.magnitude
        var zeros = 0
        while rest.exponent > 52 {
            rest = (rest / Double(base)).rounded(.towardZero)
            zeros += 1
        }
        let significant = Int64(exactly: rest) ?? 0
        return (number < 0 ? "-" : "") + String(significant, radix: base)
            + String(repeating: "0", count: zeros)
    }
}

extension NativeCall {
    /// The numbers of a list argument; nil where it was not given.
    func numbers(_ place: Int) throws(JSONataError) -> [Double]? {
        let list = self[place]
        guard let count = list.count else { return nil }
        try run.charge(steps: count)
        var numbers: [Double] = []
        numbers.reserveCapacity(count)
        try list.forEachElement { item in numbers.append(item.double ?? .nan) }
        return numbers
    }
}
