#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Comparing and searching text by its code units, never by canonical equivalence.
enum Texts {
    /// A text as a dictionary key.
    struct Key: Hashable {
        let text: String
        init(_ text: String) { self.text = text }
        static func == (one: Self, other: Self) -> Bool { Texts.same(one.text, other.text) }
        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    static func same(_ one: String, _ other: String) -> Bool {
        let count = one.utf8.count
        guard count == other.utf8.count else { return false }
        var (one, other) = (one, other)
        return one.withUTF8 { a in
            other.withUTF8 { b in
                guard let left = a.baseAddress, let right = b.baseAddress else { return true }
                return memcmp(left, right, count) == 0
            }
        }
    }

    /// Orders by UTF-16 code units, as JavaScript does: below zero, zero or above.
    ///
    /// UTF-8 orders the same way except that characters beyond the basic plane come before
    /// U+E000…U+FFFF there.
    static func compare(_ one: String, _ other: String) -> Int {
        var (one, other) = (one, other)
        return one.withUTF8 { a in
            other.withUTF8 { b in
                let shared = min(a.count, b.count)
                var at = 0
                while at < shared, a[at] == b[at] { at &+= 1 }
                guard at < shared else { return a.count - b.count }
                return rank(a[at]) - rank(b[at])
            }
        }
    }

    private static func rank(_ byte: UInt8) -> Int {
        byte >= 0xF0 ? 0xEE : byte >= 0xEE ? Int(byte) + 0x20 : Int(byte)
    }

    /// Where `needle` first stands in `hay` at or after `from`.
    ///
    /// - Complexity: linear, also for texts that repeat themselves.
    /// - Source: Knuth, Morris, Pratt, "Fast pattern matching in strings" (1977).
    static func find(
        _ needle: UnsafeBufferPointer<UInt8>, in hay: UnsafeBufferPointer<UInt8>, from: Int = 0
    ) -> Int? {
        guard needle.count > 1 else {
            guard let wanted = needle.first else { return from <= hay.count ? from : nil }
            return from < hay.count ? hay[from...].firstIndex(of: wanted) : nil
        }
        guard from <= hay.count - needle.count else { return nil }
        // Of each prefix, how much of its end is a prefix again.
        var borders = [Int](repeating: 0, count: needle.count)
        var length = 0
        for at in 1..<needle.count {
            while length > 0, needle[at] != needle[length] { length = borders[length - 1] }
            if needle[at] == needle[length] { length += 1 }
            borders[at] = length
        }
        length = 0
        for at in from..<hay.count {
            while length > 0, hay[at] != needle[length] { length = borders[length - 1] }
            if hay[at] == needle[length] { length += 1 }
            if length == needle.count { return at + 1 - length }
        }
        return nil
    }

    /// Where `needle` stands in `hay`. Unit: bytes.
    static func find(_ needle: String, in hay: String) -> Int? {
        var (needle, hay) = (needle, hay)
        return hay.withUTF8 { text in needle.withUTF8 { find($0, in: text) } }
    }

    static func contains(_ hay: String, _ needle: String) -> Bool {
        needle.isEmpty || find(needle, in: hay) != nil
    }

    static func split(_ hay: String, by separator: String, limit: Int) -> [String] {
        var (hay, separator) = (hay, separator)
        return hay.withUTF8 { text in
            separator.withUTF8 { wanted in
                var parts: [String] = []
                var from = 0
                while parts.count < limit, let hit = find(wanted, in: text, from: from) {
                    parts.append(String(decoding: text[from..<hit], as: UTF8.self))
                    from = hit + wanted.count
                }
                if parts.count < limit {
                    parts.append(String(decoding: text[from...], as: UTF8.self))
                }
                return parts
            }
        }
    }

    /// Replaces up to `limit` occurrences.
    static func replace(_ hay: String, _ needle: String, with text: String, limit: Int) -> String {
        var (hay, needle, text) = (hay, needle, text)
        return hay.withUTF8 { source in
            needle.withUTF8 { wanted in
                text.withUTF8 { fresh in
                    var result: [UInt8] = []
                    result.reserveCapacity(source.count)
                    var from = 0
                    var count = 0
                    while count < limit, let hit = find(wanted, in: source, from: from) {
                        result.append(contentsOf: source[from..<hit])
                        result.append(contentsOf: fresh)
                        from = hit + wanted.count
                        count += 1
                    }
                    result.append(contentsOf: source[from...])
                    return String(decoding: result, as: UTF8.self)
                }
            }
        }
    }
}
