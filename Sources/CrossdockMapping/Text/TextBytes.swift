internal import Glibc

/// Questions about UTF-8 text in memory.
enum TextBytes {
    /// Bytes of the white space character that begins at `at`; 0 for others.
    ///
    /// - Source: Unicode, PropList.txt, White_Space.
    @inline(__always)
    static func whiteSpace(_ text: Bytes, at: Int) -> Int {
        let byte = text[at]
        if byte < 0x80 { return byte == 0x20 || (byte >= 9 && byte <= 13) ? 1 : 0 }
        return wideWhiteSpace(text, at: at)
    }

    private static func wideWhiteSpace(_ text: Bytes, at: Int) -> Int {
        let left = text.count - at
        switch text[at] {
        case 0xC2 where left >= 2: return text[at + 1] == 0x85 || text[at + 1] == 0xA0 ? 2 : 0
        case 0xE1 where left >= 3: return text[at + 1] == 0x9A && text[at + 2] == 0x80 ? 3 : 0
        case 0xE2 where left >= 3:
            let last = text[at + 2]
            if text[at + 1] == 0x80 {
                return (0x80...0x8A).contains(last) || last == 0xA8 || last == 0xA9 || last == 0xAF
                    ? 3 : 0
            }
            return text[at + 1] == 0x81 && last == 0x9F ? 3 : 0
        case 0xE3 where left >= 3: return text[at + 1] == 0x80 && text[at + 2] == 0x80 ? 3 : 0
        default: return 0
        }
    }

    /// The text without white space at its ends.
    static func trimmed(_ text: Bytes) -> Bytes {
        var start = 0
        while start < text.count {
            let width = whiteSpace(text, at: start)
            if width == 0 { break }
            start += width
        }
        var end = text.count
        trailing: while end > start {
            for width in 1...3 where end - width >= start && isStart(text[end - width]) {
                if whiteSpace(Bytes(rebasing: text[..<end]), at: end - width) == width {
                    end -= width
                    continue trailing
                }
                break trailing
            }
            break
        }
        return Bytes(rebasing: text[start..<end])
    }

    @inline(__always)
    static func isStart(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }

    /// Unicode scalars of valid UTF-8.
    static func scalarCount(_ text: Bytes) -> Int {
        var count = 0
        for byte in text where isStart(byte) { count &+= 1 }
        return count
    }

    /// Bytes of the first `limit` scalars; nil when the text has no more than that.
    static func cut(_ text: Bytes, after limit: Int) -> Int? {
        if text.count <= limit { return nil }
        var count = 0
        for at in 0..<text.count where isStart(text[at]) {
            if count == limit { return at }
            count += 1
        }
        return nil
    }

    static func isASCII(_ text: Bytes) -> Bool {
        var all: UInt8 = 0
        for byte in text { all |= byte }
        return all < 0x80
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func equal(_ one: Bytes, _ other: Bytes) -> Bool {
        guard one.count == other.count else { return false }
        guard let a = one.baseAddress, let b = other.baseAddress else { return true }
        return memcmp(a, b, one.count) == 0
    }

    static func equal(_ text: Bytes, _ word: StaticString) -> Bool {
        equal(text, Bytes(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    /// Equality without regard to ASCII case; `word` is lower case.
    static func equalFolded(_ text: Bytes, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        for at in 0..<text.count {
            let byte = text[at]
            let folded = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            if folded != word.utf8Start[at] { return false }
        }
        return true
    }

    static func string(_ text: Bytes) -> String { String(decoding: text, as: UTF8.self) }

    /// Where `needle` begins in `text` at or after `start`.
    static func find(_ needle: Bytes, in text: Bytes, from start: Int) -> Int? {
        guard let base = text.baseAddress, let wanted = needle.baseAddress else { return nil }
        var at = start
        while at + needle.count <= text.count {
            let room = text.count - needle.count - at + 1
            guard let found = memchr(base + at, Int32(wanted[0]), room) else { return nil }
            at = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
            if memcmp(base + at, wanted, needle.count) == 0 { return at }
            at += 1
        }
        return nil
    }
}
