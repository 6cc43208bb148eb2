internal import CrossdockCore
internal import Glibc

/// The file in which a queue keeps what it is through with: a snapshot, and what changed since.
///
/// Written before a message is handed out and after messages are settled, without waiting for the
/// disk: a process that dies loses nothing, a machine that loses power repeats a few deliveries.
///
/// - Threads: one at a time: who opens the bus, later the dispatcher.
final class QueueJournal: @unchecked Sendable {
    enum Entry: UInt8 {
        case snapshot = 1
        /// Everything up to a position was handed out.
        case delivered = 2
        case settled = 3
        /// A message is to come again later.
        case retry = 4
    }

    let path: String
    private let folder: String
    private let disk: Disk
    private var file: DiskFile
    private var length: UInt64
    private var snapshotLength: UInt64
    private(set) var isDirty = false
    /// What could not be written for want of room.
    private var unwritten: [UInt8] = []

    private static let reserve: UInt64 = 1 << 20

    /// How much may be held back while the disk is full, before deliveries stop.
    var isStuck: Bool { unwritten.count > 1 << 20 }

    private init(
        path: String, folder: String, disk: Disk, file: DiskFile, length: UInt64,
        snapshotLength: UInt64
    ) {
        self.path = path
        self.folder = folder
        self.disk = disk
        self.file = file
        self.length = length
        self.snapshotLength = snapshotLength
    }

    /// Starts the journal of a queue, or replaces it by a snapshot.
    ///
    /// - Parameter isClean: Nothing is in anybody's hands.
    static func write(
        _ state: QueueState, to path: String, folder: String, disk: Disk, isClean: Bool
    ) throws(DiskError) -> QueueJournal {
        let fresh = path + ".new"
        var writer: [UInt8] = []
        writer.put(LogFormat.queueMagic)
        writer.put(LogFormat.version)
        writer.put(UInt32(0))
        append(.snapshot, to: &writer) { writer in
            writer.put(UInt8(isClean ? 1 : 0))
            writer.put(variable: state.cursor)
            writer.put(variable: state.done)
            writer.put(variable: UInt64(state.unsettled.count))
            for (start, entry) in state.unsettled.sorted(by: { $0.key < $1.key }) {
                writer.put(variable: start)
                writer.put(variable: entry.record)
                writer.put(variable: entry.end)
                writer.put(variable: UInt64(entry.earlier))
                writer.put(variable: UInt64(entry.crashes))
                if case .later(let due) = entry.phase {
                    writer.put(UInt64(bitPattern: due))
                } else {
                    writer.put(UInt64(0))
                }
            }
        }
        let file = try disk.open(fresh, O_RDWR | O_CREAT | O_TRUNC)
        do throws(DiskError) {
            try disk.reserve(file, from: 0, length: UInt64(writer.count) + reserve)
            try disk.write(writer, to: file, at: 0)
            try disk.flush(file)
            try disk.rename(fresh, to: path)
            try disk.flushFolder(folder)
        } catch {
            try? disk.remove(fresh)
            throw error
        }
        let length = UInt64(writer.count)
        return QueueJournal(
            path: path, folder: folder, disk: disk, file: file, length: length,
            snapshotLength: length)
    }

    // MARK: Going on

    func note(delivered cursor: UInt64, settled: [QueueState.Range]) {
        var writer: [UInt8] = []
        if !settled.isEmpty {
            Self.append(.settled, to: &writer) { writer in
                writer.put(variable: UInt64(settled.count))
                var last: UInt64 = 0
                for range in settled {
                    writer.put(variable: range.start &- last)
                    writer.put(variable: range.end - range.start)
                    writer.put(variable: range.messages)
                    last = range.end
                }
            }
        }
        Self.append(.delivered, to: &writer) { $0.put(variable: cursor) }
        unwritten += writer
    }

    func noteRetry(_ start: UInt64, earlier: Int, due: Int64) {
        var writer: [UInt8] = []
        Self.append(.retry, to: &writer) { writer in
            writer.put(variable: start)
            writer.put(variable: UInt64(earlier))
            writer.put(UInt64(bitPattern: due))
        }
        unwritten += writer
    }

    /// Writes what was noted. A full disk leaves it for the next time.
    func write() throws(DiskError) {
        guard !unwritten.isEmpty else { return }
        do throws(DiskError) {
            try disk.write(unwritten, to: file, at: length)
        } catch {
            guard error.isFull else { throw error }
            return
        }
        length += UInt64(unwritten.count)
        unwritten.removeAll(keepingCapacity: unwritten.capacity <= 1 << 16)
        isDirty = true
    }

    func flush() throws(DiskError) {
        guard isDirty else { return }
        try disk.flush(file)
        isDirty = false
    }

    var wantsCompaction: Bool {
        length > Self.reserve && length > snapshotLength &* 8
    }

    /// Starts over with a snapshot of `state`, which holds all that was noted.
    func compact(_ state: QueueState, isClean: Bool) throws(DiskError) {
        let fresh: QueueJournal
        do throws(DiskError) {
            fresh = try Self.write(state, to: path, folder: folder, disk: disk, isClean: isClean)
        } catch {
            guard error.isFull else { throw error }
            return
        }
        file = fresh.file
        length = fresh.length
        snapshotLength = fresh.length
        unwritten = []
        isDirty = false
    }

    /// One entry: length, checksum, kind, content.
    private static func append(
        _ kind: Entry, to writer: inout [UInt8], _ content: (inout [UInt8]) -> Void
    ) {
        var inner: [UInt8] = []
        inner.put(kind.rawValue)
        content(&inner)
        writer.put(UInt32(inner.count))
        writer.put(inner.withUnsafeBytes { LogFormat.checksum($0) })
        writer += inner
    }

    /// Opens a journal for going on behind its last good entry.
    static func adopt(
        _ path: String, folder: String, disk: Disk, length: UInt64, snapshotLength: UInt64
    ) throws(DiskError) -> QueueJournal {
        let file = try disk.open(path, O_RDWR)
        try disk.truncate(file, to: length)
        return QueueJournal(
            path: path, folder: folder, disk: disk, file: file, length: length,
            snapshotLength: snapshotLength)
    }
}
