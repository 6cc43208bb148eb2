/// The encodings that are read. Everything else is refused, whatever the C library knows.
enum XMLEncoding: Sendable {
    case utf8
    case ascii
    case utf16BigEndian
    case utf16LittleEndian
    case latin1
    case windows1252

    /// The encoding a declaration names; nil for names that are not on the list.
    ///
    /// - Parameter byteOrder: What a byte order mark said, which alone makes `UTF-16` readable.
    init?(declared name: [UInt8], byteOrder: XMLEncoding?) {
        switch String(decoding: name, as: UTF8.self).lowercased() {
        case "utf-8", "utf8": self = .utf8
        case "us-ascii", "ascii": self = .ascii
        case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1": self = .latin1
        case "windows-1252", "cp1252": self = .windows1252
        case "utf-16":
            guard let byteOrder, byteOrder.isUTF16 else { return nil }
            self = byteOrder
        case "utf-16be": self = .utf16BigEndian
        case "utf-16le": self = .utf16LittleEndian
        default: return nil
        }
    }

    var isUTF16: Bool { self == .utf16BigEndian || self == .utf16LittleEndian }

    /// Windows-1252 from 0x80 to 0x9F; 0 for bytes it leaves undefined.
    ///
    /// - Source: Unicode mapping table `CP1252.TXT`.
    static let windows1252High: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
    ]
}

/// Checks UTF-8 without copying.
enum UTF8Check {
    /// Returns how many bytes from the start are whole, valid characters.
    ///
    /// - Returns: `valid < count` with `truncated` when the rest may be the start of a character, with
    ///   `truncated == false` when it is none.
    static func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> (valid: Int, truncated: Bool) {
        guard let base = bytes.baseAddress else { return (0, false) }
        let count = bytes.count
        var at = 0
        while at < count {
            // Eight ASCII bytes at a time: business documents are mostly that.
            while at &+ 8 <= count {
                let word = UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)
                guard word & 0x8080_8080_8080_8080 == 0 else { break }
                at &+= 8
            }
            guard at < count else { break }
            let lead = base[at]
            if lead < 0x80 {
                at &+= 1
                continue
            }
            let length = character(base + at, count &- at)
            if length <= 0 { return (at, length == 0) }
            at &+= length
        }
        return (count, false)
    }

    /// The length of the character that starts here; 0 when it is cut off, -1 when it is none.
    ///
    /// - Source: The Unicode Standard, table 3-7 "Well-formed UTF-8 byte sequences".
    private static func character(_ at: UnsafePointer<UInt8>, _ available: Int) -> Int {
        let length: Int
        var (lowest, highest): (UInt8, UInt8) = (0x80, 0xBF)
        switch at[0] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, lowest) = (3, 0xA0)
        case 0xED: (length, highest) = (3, 0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, lowest) = (4, 0x90)
        case 0xF4: (length, highest) = (4, 0x8F)
        case 0xF1...0xF3: length = 4
        default: return -1
        }
        guard available > 1 else { return 0 }
        guard at[1] >= lowest, at[1] <= highest else { return -1 }
        var next = 2
        while next < length {
            guard next < available else { return 0 }
            guard at[next] & 0xC0 == 0x80 else { return -1 }
            next &+= 1
        }
        return length
    }
}
