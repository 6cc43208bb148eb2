internal import Glibc

/// Writes the last segment of a topic.
///
/// - Threads: the writer thread alone, once the log is open.
final class SegmentAppender: @unchecked Sendable {
    private let folder: String
    private let disk: Disk
    private let segmentSize: UInt64
    private(set) var file: DiskFile
    private(set) var base: UInt64
    /// Position behind the last record written; what is durable is less until the flush.
    private(set) var position: UInt64
    private(set) var messages: UInt64
    /// Position up to which blocks are set aside.
    private var reserved: UInt64 = 0
    private var durable: UInt64

    /// Blocks are set aside in steps, so that many quiet topics cost little disk.
    private static let reserveStep: UInt64 = 4 << 20

    init(
        folder: String, disk: Disk, segmentSize: UInt64, file: DiskFile, base: UInt64,
        position: UInt64, messages: UInt64
    ) {
        self.folder = folder
        self.disk = disk
        self.segmentSize = segmentSize
        self.file = file
        self.base = base
        self.position = position
        self.messages = messages
        reserved = position
        durable = position
    }

    enum Failure: Error {
        /// The batch was not taken; the log is as it was.
        case refused(DiskError)
        /// The state of the file is unknown.
        case fatal(DiskError)
    }

    /// Starts a topic, or the segment after a full one.
    static func create(
        in folder: String, disk: Disk, base: UInt64, messagesBefore: UInt64, now: Int64
    ) throws(DiskError) -> DiskFile {
        let path = TopicLog.path(in: folder, base: base)
        let file = try disk.open(path, O_RDWR | O_CREAT | O_TRUNC)
        do {
            try disk.reserve(file, from: 0, length: UInt64(LogFormat.headerLength) + reserveStep)
            let header = SegmentHeader(base: base, messagesBefore: messagesBefore, createdAt: now)
            try disk.write(header.encoded, to: file, at: 0)
            try disk.flush(file)
            try disk.flushFolder(folder)
        } catch {
            try? disk.remove(path)
            throw error
        }
        return file
    }

    /// Writes a batch of records behind a mark. Durable only after ``flush()``.
    func append(_ bytes: inout [UInt8], messages count: UInt64) throws(Failure) {
        var mark: [UInt8] = []
        MessageRecord.appendMark(durable: durable, to: &mark)
        MessageRecord.bind(&mark, position: position)
        let first = position + UInt64(mark.count)
        MessageRecord.bind(&bytes, position: first)
        let end = first + UInt64(bytes.count)
        do throws(DiskError) {
            try reserve(upTo: end)
            try disk.write(mark, to: file, at: offset(of: position))
            try disk.write(bytes, to: file, at: offset(of: first))
        } catch {
            throw undo(after: error)
        }
        position = end
        messages += count
    }

    /// Makes everything appended survive. A failure is final.
    func flush() throws(DiskError) {
        try disk.flush(file)
        durable = position
    }

    private func offset(of position: UInt64) -> UInt64 {
        position - base + UInt64(LogFormat.headerLength)
    }

    private func reserve(upTo end: UInt64) throws(DiskError) {
        guard end > reserved else { return }
        let target = end + Self.reserveStep
        try disk.reserve(file, from: offset(of: reserved), length: target - reserved)
        reserved = target
    }

    /// Takes back a batch that was written in part.
    private func undo(after error: DiskError) -> Failure {
        guard error.isFull else { return .fatal(error) }
        do throws(DiskError) {
            try disk.truncate(file, to: offset(of: position))
            reserved = position
        } catch { return .fatal(error) }
        return .refused(error)
    }

    /// Begins the next segment when this one is full.
    ///
    /// - Returns: The segment begun.
    func rollIfFull(now: Int64) throws(Failure) -> TopicLog.Segment? {
        guard position - base >= segmentSize else { return nil }
        let next: DiskFile
        do throws(DiskError) {
            next = try Self.create(
                in: folder, disk: disk, base: position, messagesBefore: messages, now: now)
        } catch { throw error.isFull ? .refused(error) : .fatal(error) }
        do throws(DiskError) {
            // Gives back the blocks set aside beyond the end.
            try disk.truncate(file, to: offset(of: position))
            try flush()
        } catch { throw .fatal(error) }
        file = next
        base = position
        reserved = position + Self.reserveStep
        return TopicLog.Segment(base: position, messagesBefore: messages, end: position)
    }
}
