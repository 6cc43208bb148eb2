internal import CrossdockCore
internal import Synchronization

/// The messages of one topic, in segment files.
///
/// Publishers stage records, the writer thread makes them durable, the dispatcher thread reads what is
/// durable and removes segments that every queue is through with.
final class TopicLog: Sendable {
    /// A file of the log; positions count bytes of the topic's whole log, headers apart.
    struct Segment: Sendable, Hashable {
        let base: UInt64
        let messagesBefore: UInt64
        var end: UInt64
    }

    /// What is on disk for sure.
    struct View: Sendable {
        /// In the order of their bases; the last one is being written. Never empty.
        var segments: [Segment]
        var end: UInt64
        /// How many messages the topic ever had.
        var messages: UInt64
        /// Of all segments. Unit: bytes.
        var size: UInt64

        init(segments: [Segment], end: UInt64, messages: UInt64) {
            self.segments = segments
            self.end = end
            self.messages = messages
            size = segments.reduce(0) { $0 &+ ($1.end - $1.base) }
        }
    }

    /// Records that wait for the writer.
    struct Staged: Sendable {
        var bytes: [UInt8] = []
        var messages: UInt64 = 0
        var completions: [Completion] = []
    }

    typealias Completion = @Sendable (BusError?) -> Void

    let name: String
    let folder: String
    let disk: Disk
    let staged = Mutex(Staged())
    let view: Mutex<View>
    /// Used by the writer thread alone.
    let appender: SegmentAppender
    /// Signalled when segments were removed.
    let roomMade = AsyncSignal()

    init(name: String, folder: String, disk: Disk, view: View, appender: SegmentAppender) {
        self.name = name
        self.folder = folder
        self.disk = disk
        self.view = Mutex(view)
        self.appender = appender
    }

    /// Adds records to the next commit.
    ///
    /// - Returns: Whether they are the first, so that the writer must be told.
    func stage(_ messages: [BusMessage], completion: @escaping Completion) -> Bool {
        staged.withLock { staged in
            for message in messages { MessageRecord.append(message, to: &staged.bytes) }
            staged.messages += UInt64(messages.count)
            staged.completions.append(completion)
            return staged.completions.count == 1
        }
    }

    func takeStaged() -> Staged {
        staged.withLock { staged in
            let taken = staged
            staged = Staged()
            // The next batch is about as long as this one; a very long one is an exception.
            staged.bytes.reserveCapacity(min(taken.bytes.count, 1 << 20))
            return taken
        }
    }

    var end: UInt64 { view.withLock { $0.end } }
    /// Of what is on disk. Unit: bytes.
    var size: UInt64 { view.withLock(\.size) }

    func segment(holding position: UInt64) -> Segment? {
        view.withLock { view in
            view.segments.last { $0.base <= position }.flatMap { segment in
                position < segment.end || segment == view.segments.last ? segment : nil
            }
        }
    }

    /// The first position at or behind `position` that is in a segment still there.
    func firstPosition(from position: UInt64) -> UInt64 {
        view.withLock { view in
            for segment in view.segments where segment.end > position {
                return max(position, segment.base)
            }
            return max(position, view.end)
        }
    }

    func path(of segment: Segment) -> String { Self.path(in: folder, base: segment.base) }

    static func path(in folder: String, base: UInt64) -> String {
        let digits = String(base, radix: 16)
        return "\(folder)/\(String(repeating: "0", count: 16 - digits.count))\(digits).log"
    }

    /// Removes segments that are neither the last nor wanted.
    ///
    /// - Returns: How many were removed.
    func removeSegments(where isUnwanted: (Segment) -> Bool) throws(DiskError) -> Int {
        let unwanted = view.withLock { view in
            view.segments.dropLast().filter(isUnwanted)
        }
        for segment in unwanted {
            try disk.remove(path(of: segment))
            view.withLock { view in
                view.segments.removeAll { $0.base == segment.base }
                view.size -= segment.end - segment.base
            }
        }
        if !unwanted.isEmpty { roomMade.signal() }
        return unwanted.count
    }
}
