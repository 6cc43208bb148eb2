internal import Glibc

/// Text in memory that somebody else owns: source bytes, a plan's literals, or scratch.
typealias Bytes = UnsafeBufferPointer<UInt8>

/// Bytes being written, in memory that grows and is reused from record to record.
///
/// An array would check uniqueness and bounds on every append; a record makes dozens.
///
/// - Ownership: frees its memory in `deinit`; ``bytes`` is valid until the next append.
struct ByteOutput: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 4_096) {
        base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { base.deallocate() }

    var bytes: Bytes { Bytes(start: base, count: count) }

    func bytes(from start: Int) -> Bytes { Bytes(start: base + start, count: count - start) }

    /// Forgets what was written after `position`.
    @inline(__always)
    mutating func truncate(to position: Int) {
        precondition(position >= 0 && position <= count, "truncation does not extend")
        count = position
    }

    @inline(__always)
    mutating func replace(at position: Int, with byte: UInt8) {
        precondition(position >= 0 && position < count, "only written bytes are replaced")
        base[position] = byte
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ start: UnsafePointer<UInt8>, _ length: Int) {
        reserve(length)
        memcpy(base + count, start, length)
        count &+= length
    }

    @inline(__always)
    mutating func append(_ bytes: Bytes) {
        if let start = bytes.baseAddress { append(start, bytes.count) }
    }

    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append($0) } }

    mutating func append(_ text: StaticString) { append(text.utf8Start, text.utf8CodeUnitCount) }

    /// Appends the inside of a JSON string: quotes, backslashes and control characters escaped.
    mutating func appendEscaped(_ text: Bytes) {
        guard let start = text.baseAddress else { return }
        reserve(text.count)
        var from = 0
        var at = 0
        while at < text.count {
            let byte = start[at]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                at &+= 1
                continue
            }
            append(start + from, at - from)
            appendEscape(of: byte)
            at &+= 1
            from = at
        }
        append(start + from, at - from)
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 8: append(UInt8(ascii: "b"))
        case 9: append(UInt8(ascii: "t"))
        case 10: append(UInt8(ascii: "n"))
        case 12: append(UInt8(ascii: "f"))
        case 13: append(UInt8(ascii: "r"))
        case 0..<0x20:
            append("u00")
            append(byte >> 4 == 0 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let low = byte & 15
            append(low < 10 ? 0x30 + low : 0x57 + low)
        default: append(byte)
        }
    }

    /// Makes room, so that the following appends of together `more` bytes do not move memory.
    @inline(__always)
    mutating func reserve(_ more: Int) {
        if capacity &- count < more { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let wanted = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        memcpy(larger, base, count)
        base.deallocate()
        base = larger
        capacity = wanted
    }

    /// Gives back memory that one huge record made it take.
    mutating func shrink(to limit: Int) {
        guard capacity > limit, count == 0 else { return }
        base.deallocate()
        base = .allocate(capacity: limit)
        capacity = limit
    }
}
