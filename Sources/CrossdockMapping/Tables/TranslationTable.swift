internal import CrossdockData

/// A hash table from text to text, in one block of memory, read without a single allocation.
///
/// - Threads: immutable after it is built.
/// - Ownership: frees its memory in `deinit`; pieces found in it live as long as the table.
final class TranslationTable: @unchecked Sendable {
    private struct Entry: BitwiseCopyable {
        var hash: UInt32
        var keyCount: UInt32
        var key: UnsafePointer<UInt8>
        var value: Piece
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let memory: UnsafeMutablePointer<UInt8>
    private let mask: Int
    /// Keys are compared without ASCII case; they are stored in upper case.
    private let isFolded: Bool

    /// Separates the parts of a compound key: a byte that UTF-8 does not have.
    static let keySeparator: UInt8 = 0xFF

    init(_ pairs: [(key: [UInt8], value: [UInt8])], isFolded: Bool = false) {
        self.isFolded = isFolded
        var size = 8
        while size < pairs.count * 2 { size *= 2 }
        mask = size - 1
        entries = .allocate(capacity: size)
        let total = pairs.reduce(1) { $0 + $1.key.count + $1.value.count * 6 }
        memory = .allocate(capacity: total)
        let empty = Entry(hash: 0, keyCount: .max, key: UnsafePointer(memory), value: .absent)
        entries.initialize(repeating: empty, count: size)
        var end = memory
        for pair in pairs { insert(pair, &end) }
    }

    deinit {
        entries.deallocate()
        memory.deallocate()
    }

    private func insert(
        _ pair: (key: [UInt8], value: [UInt8]), _ end: inout UnsafeMutablePointer<UInt8>
    ) {
        let key = isFolded ? pair.key.map(Self.folded) : pair.key
        let keyStart = UnsafePointer(end)
        for byte in key {
            end.pointee = byte
            end += 1
        }
        let keyBytes = Bytes(start: keyStart, count: key.count)
        let hash = Self.hash(keyBytes)
        var at = Int(hash) & mask
        while entries[at].keyCount != .max {
            // The first pair of a key stays.
            if matches(entries[at], hash, keyBytes) { return }
            at = (at + 1) & mask
        }
        var escaped: [UInt8] = []
        JSONEscapes.write(pair.value, to: &escaped)
        let inner = escaped.dropFirst().dropLast()
        let valueStart = UnsafePointer(end)
        for byte in inner {
            end.pointee = byte
            end += 1
        }
        let value = Piece(
            form: inner.contains(UInt8(ascii: "\\")) ? .escaped : .string, base: valueStart,
            count: inner.count)
        entries[at] = Entry(
            hash: hash, keyCount: UInt32(clamping: key.count), key: keyStart, value: value)
    }

    /// - Parameter key: In upper case already, when the table is folded.
    func value(of key: Bytes) -> Piece? {
        let hash = Self.hash(key)
        var at = Int(hash) & mask
        while entries[at].keyCount != .max {
            if matches(entries[at], hash, key) { return entries[at].value }
            at = (at + 1) & mask
        }
        return nil
    }

    /// The value of a key in whatever case.
    func foldedValue(of key: Bytes, _ scratch: inout ScratchArena) -> Piece? {
        let mark = scratch.mark
        defer { scratch.release(to: mark) }
        let folded = scratch.allocate(key.count)
        for at in 0..<key.count { folded[at] = Self.folded(key[at]) }
        return value(of: Bytes(start: folded, count: key.count))
    }

    private func matches(_ entry: Entry, _ hash: UInt32, _ key: Bytes) -> Bool {
        entry.hash == hash && Int(entry.keyCount) == key.count
            && TextBytes.equal(Bytes(start: entry.key, count: key.count), key)
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        byte >= 0x61 && byte <= 0x7A ? byte & 0xDF : byte
    }

    /// FNV-1a. Keys come from files of the project, so nobody chooses them against us.
    private static func hash(_ bytes: Bytes) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return hash
    }
}
