internal import Glibc

/// Reads the messages of a topic, across its segments.
///
/// Keeps one file open and one piece of it in memory.
struct LogReader {
    private let topic: TopicLog
    private var open: (segment: TopicLog.Segment, reader: SegmentReader)?

    init(_ topic: TopicLog) { self.topic = topic }

    /// A message and where it stands.
    struct Found {
        /// Where the record begins.
        let record: UInt64
        /// Where what follows it begins.
        let end: UInt64
        let message: BusMessage
    }

    /// Returns the first message that begins at or behind `position`, up to `limit`.
    ///
    /// - Throws: ``BusError`` with CD6143 for a record that cannot be read.
    mutating func next(from position: UInt64, to limit: UInt64) throws(BusError) -> Found? {
        var at = position
        while at < limit {
            if !isOpen(at) {
                at = topic.firstPosition(from: at)
                guard at < limit else { return nil }
            }
            let record = try read(at: at)
            if let message = record.message {
                return Found(record: at, end: at + record.length, message: message)
            }
            at += record.length
        }
        return nil
    }

    private func isOpen(_ position: UInt64) -> Bool {
        open.map { position >= $0.segment.base && position < $0.segment.end } ?? false
    }

    /// Returns the message whose record begins at `record`.
    mutating func message(at record: UInt64) throws(BusError) -> BusMessage {
        guard let message = try read(at: record).message else {
            throw BusError.damaged(topic.folder, at: record, "no message where one was")
        }
        return message
    }

    /// Lets go of file and memory until the next read.
    mutating func rest() { open = nil }

    /// - Returns: The record's length; no message for a mark.
    private mutating func read(
        at position: UInt64
    ) throws(BusError) -> (length: UInt64, message: BusMessage?) {
        try turn(to: position)
        guard let segment = open?.segment, var reader = open?.reader else {
            throw BusError.damaged(topic.folder, at: position, "the segment is gone")
        }
        open = nil  // one owner of the buffer at a time
        var isMessage = false
        let result = try reader.read(at: position, limit: segment.end) { record in
            isMessage = record.kind == .message
            return (UInt64(record.length), isMessage ? record.message() : nil)
        }
        open = (segment, reader)
        switch result {
        case .value(let (length, message)):
            guard message != nil || !isMessage else {
                throw BusError.damaged(
                    reader.file.path, at: reader.offset(of: position), "no fields of a message")
            }
            return (length, message)
        case .damaged(let what):
            throw BusError.damaged(reader.file.path, at: reader.offset(of: position), what)
        }
    }

    /// Opens the segment that holds `position`, unless it is open and known far enough.
    private mutating func turn(to position: UInt64) throws(BusError) {
        if isOpen(position) { return }
        guard let segment = topic.segment(holding: position) else {
            open = nil
            return
        }
        if let known = open, known.segment.base == segment.base {
            open = (segment, known.reader)
            return
        }
        let file = try usable { () throws(DiskError) in
            try topic.disk.open(topic.path(of: segment), O_RDONLY)
        }
        open = (segment, SegmentReader(file: file, base: segment.base, disk: topic.disk))
    }
}
