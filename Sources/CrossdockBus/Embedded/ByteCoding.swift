internal import CrossdockData

/// Writing numbers little-endian and texts with their length.
extension [UInt8] {
    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    /// Seven bits a byte, lowest first; the top bit says that more follow.
    mutating func put(variable number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func put(text: String) {
        var text = text
        text.withUTF8 { utf8 in
            put(variable: UInt64(utf8.count))
            append(contentsOf: utf8)
        }
    }
}

/// Reads what was written so; nil where there is less than there should be.
///
/// - Trust: checks every length against what is left.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var left: Int { bytes.count - position }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number? {
        let size = MemoryLayout<Number>.size
        guard left >= size else { return nil }
        defer { position += size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, left >= count else { return false }
        position += count
        return true
    }

    mutating func variable() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte: UInt8 = number() {
            guard shift < 63 || byte < 2 else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// The next `count` bytes.
    mutating func slice(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, left >= count else { return nil }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
    }

    /// A length and as many bytes.
    mutating func sized() -> UnsafeRawBufferPointer? {
        guard let count = variable(), let size = Int(exactly: count) else { return nil }
        return slice(size)
    }

    mutating func text() -> String? {
        sized().map { String(decoding: $0, as: UTF8.self) }
    }
}
