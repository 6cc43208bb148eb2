/// JSON's string escapes, decoded and written. Source: RFC 8259 §7.
public enum JSONEscapes {
    /// Decodes the inside of a string that the parser accepted.
    public static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var at = 0
        while at < text.count {
            let byte = text[at]
            guard byte == UInt8(ascii: "\\"), at + 1 < text.count else {
                result.append(byte)
                at += 1
                continue
            }
            let kind = text[at + 1]
            at += 2
            switch kind {
            case UInt8(ascii: "b"): result.append(8)
            case UInt8(ascii: "f"): result.append(12)
            case UInt8(ascii: "n"): result.append(10)
            case UInt8(ascii: "r"): result.append(13)
            case UInt8(ascii: "t"): result.append(9)
            case UInt8(ascii: "u"):
                var unit = hex4(text, at)
                at += 4
                if unit >= 0xD800, unit < 0xDC00, at + 6 <= text.count {
                    unit = 0x10000 + (unit - 0xD800) << 10 + (hex4(text, at + 2) &- 0xDC00) & 0x3FF
                    at += 6
                }
                let scalar = Unicode.Scalar(unit) ?? "\u{FFFD}"
                result.append(contentsOf: UTF8.encode(scalar)?.map { $0 } ?? [])
            default: result.append(kind)
            }
        }
        return result
    }

    private static func hex4(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt32 {
        guard start + 4 <= text.count else { return 0xFFFD }
        var value: UInt32 = 0
        for byte in text[start..<(start + 4)] {
            let digit: UInt8 = byte < 0x3A ? byte &- 0x30 : (byte | 0x20) &- 0x57
            value = value << 4 | UInt32(digit & 15)
        }
        return value
    }

    /// Appends `text` as a quoted JSON string.
    public static func write(_ text: some Sequence<UInt8>, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""): output.append(contentsOf: [0x5C, 0x22])
            case UInt8(ascii: "\\"): output.append(contentsOf: [0x5C, 0x5C])
            case 8: output.append(contentsOf: [0x5C, 0x62])
            case 9: output.append(contentsOf: [0x5C, 0x74])
            case 10: output.append(contentsOf: [0x5C, 0x6E])
            case 12: output.append(contentsOf: [0x5C, 0x66])
            case 13: output.append(contentsOf: [0x5C, 0x72])
            case 0..<0x20:
                output.append(contentsOf: Array("\\u00".utf8))
                output.append(hexDigit(byte >> 4))
                output.append(hexDigit(byte & 15))
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }
}
