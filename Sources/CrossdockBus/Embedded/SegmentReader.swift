/// Reads records of one segment through a buffer.
struct SegmentReader {
    let file: DiskFile
    let base: UInt64
    private let disk: Disk
    private let chunk: Int
    private var buffer: [UInt8] = []
    /// Position of the buffer's first byte.
    private var bufferStart: UInt64 = 0

    enum Result<Value> {
        case value(Value)
        case damaged(String)
    }

    /// - Parameter chunk: How much is read at once. Unit: bytes.
    init(file: DiskFile, base: UInt64, disk: Disk, chunk: Int = 256 << 10) {
        self.file = file
        self.base = base
        self.disk = disk
        self.chunk = chunk
    }

    /// Where in the file a position is, for messages to people.
    func offset(of position: UInt64) -> UInt64 { position - base + UInt64(LogFormat.headerLength) }

    /// Reads the record at `position`; `body` must not keep the view.
    ///
    /// - Parameter limit: The position behind the last byte that may be read.
    mutating func read<Value>(
        at position: UInt64, limit: UInt64, _ body: (RecordView) -> Value
    ) throws(BusError) -> Result<Value> {
        var needed = LogFormat.recordHeaderLength
        while true {
            guard try load(needed, at: position, limit: limit) else {
                return .damaged("a record is cut off")
            }
            var value: Value?
            var problem: String?
            let start = Int(position - bufferStart)
            buffer.withUnsafeBytes { bytes in
                switch RecordView.read(
                    UnsafeRawBufferPointer(rebasing: bytes[start...]), at: position)
                {
                case .record(let record): value = body(record)
                case .incomplete(let more): needed = more
                case .damaged(let what): problem = what
                }
            }
            if let value { return .value(value) }
            if let problem { return .damaged(problem) }
        }
    }

    /// Returns the first mark in a range, at whatever multiple of the alignment it stands.
    mutating func firstMark(
        from start: UInt64, to end: UInt64
    ) throws(BusError) -> (position: UInt64, durable: UInt64)? {
        var position = start
        let length = LogFormat.recordHeaderLength
        while position + UInt64(length) <= end, try load(length, at: position, limit: end) {
            let at = Int(position - bufferStart)
            let durable = buffer.withUnsafeBytes { bytes -> UInt64? in
                let candidate = UnsafeRawBufferPointer(rebasing: bytes[at..<(at + length)])
                // Looking before checking: a checksum per candidate would take ages.
                guard Int(UInt32(littleEndian: candidate.loadUnaligned(as: UInt32.self))) == length,
                    candidate[8] == LogFormat.Kind.mark.rawValue,
                    case .record(let record) = RecordView.read(candidate, at: position)
                else { return nil }
                return record.durable
            }
            if let durable { return (position, durable) }
            position += UInt64(LogFormat.alignment)
        }
        return nil
    }

    /// Lets go of the buffer.
    mutating func rest() { buffer = [] }

    /// Makes `count` bytes at `position` available.
    private mutating func load(
        _ count: Int, at position: UInt64, limit: UInt64
    ) throws(BusError) -> Bool {
        guard limit >= position, limit - position >= UInt64(count) else { return false }
        if position >= bufferStart, position - bufferStart <= UInt64(buffer.count),
            buffer.count - Int(position - bufferStart) >= count
        {
            return true
        }
        let wanted = Int(min(limit - position, UInt64(max(chunk, count))))
        if buffer.count != wanted { buffer = [UInt8](repeating: 0, count: wanted) }
        bufferStart = position
        let offset = offset(of: position)
        let got: Int
        do throws(DiskError) {
            got = try disk.read(file, at: offset, into: &buffer)
        } catch { throw error.asUnusable }
        if got < wanted { buffer.removeSubrange(got...) }
        return got >= count
    }
}
