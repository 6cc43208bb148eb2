internal import CPlatform
internal import CrossdockCore
internal import CrossdockData

/// How topics lie on disk: numbers little-endian, texts UTF-8, positions in bytes of the topic's whole
/// log. `docs/bus-format.md` has the tables.
enum LogFormat {
    static let version: UInt32 = 1
    static let segmentMagic: UInt64 = 0x474F_4C53_5542_4443  // "CDBUSLOG"
    static let queueMagic: UInt64 = 0x5545_5551_5542_4443  // "CDBUQUEU"
    static let headerLength = 64
    /// Records begin at multiples of this.
    static let alignment = 8
    /// What stands before the variable part of a record.
    static let recordHeaderLength = 24

    enum Kind: UInt8 {
        case message = 1
        /// Says how far the log was durable when the records behind it were written.
        case mark = 2
    }

    static func aligned(_ length: Int) -> Int { (length + alignment - 1) & ~(alignment - 1) }

    static func checksum(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
        platform_crc32c(seed, bytes.baseAddress, bytes.count)
    }

    /// Binds a record's checksum to its place, so that a record found elsewhere does not pass.
    static func bind(_ checksum: UInt32, to position: UInt64) -> UInt32 {
        withUnsafeBytes(of: position.littleEndian) { Self.checksum($0, seed: checksum) }
    }
}

/// The first 64 bytes of a segment.
struct SegmentHeader: Hashable {
    /// Position in the topic's log of the first byte after the header.
    var base: UInt64
    /// How many messages the topic had before.
    var messagesBefore: UInt64
    /// Unit: milliseconds since 1970.
    var createdAt: Int64

    var encoded: [UInt8] {
        var writer: [UInt8] = []
        writer.put(LogFormat.segmentMagic)
        writer.put(LogFormat.version)
        writer.put(UInt32(LogFormat.headerLength))
        writer.put(base)
        writer.put(messagesBefore)
        writer.put(UInt64(bitPattern: createdAt))
        while writer.count < LogFormat.headerLength - 4 { writer.put(UInt8(0)) }
        let sum = writer.withUnsafeBytes { LogFormat.checksum($0) }
        writer.put(sum)
        return writer
    }

    /// - Throws: ``BusError`` with CD6144 for a newer version, CD6143 for damage.
    init(_ bytes: UnsafeRawBufferPointer, file: String) throws(BusError) {
        var reader = ByteReader(bytes)
        guard bytes.count == LogFormat.headerLength, reader.number() == LogFormat.segmentMagic,
            let version: UInt32 = reader.number()
        else { throw BusError.damaged(file, at: 0, "no header of a segment") }
        guard version == LogFormat.version else {
            throw BusError(
                .busFormat, "\(file) has format \(version), this is \(LogFormat.version)")
        }
        let sum: UInt32 = bytes.loadUnaligned(
            fromByteOffset: LogFormat.headerLength - 4, as: UInt32.self)
        let body = UnsafeRawBufferPointer(rebasing: bytes[..<(LogFormat.headerLength - 4)])
        guard UInt32(littleEndian: sum) == LogFormat.checksum(body), reader.skip(4),
            let base: UInt64 = reader.number(), let before: UInt64 = reader.number(),
            let created: UInt64 = reader.number()
        else { throw BusError.damaged(file, at: 0, "the header's checksum does not match") }
        self.base = base
        messagesBefore = before
        createdAt = Int64(bitPattern: created)
    }

    init(base: UInt64, messagesBefore: UInt64, createdAt: Int64) {
        self.base = base
        self.messagesBefore = messagesBefore
        self.createdAt = createdAt
    }
}
