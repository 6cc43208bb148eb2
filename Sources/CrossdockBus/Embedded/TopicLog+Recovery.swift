internal import CrossdockCore
internal import Glibc

extension TopicLog {
    /// Opens a topic, or starts it. A batch that was being written when the process or the machine
    /// died is cut off; nobody was told that it was taken.
    ///
    /// - Throws: ``BusError`` with CD6143 when something is missing that was once durable.
    static func open(
        _ name: String, folder: String, disk: Disk, segmentSize: UInt64, now: Int64
    ) throws(BusError) -> TopicLog {
        try usable { () throws(DiskError) in try disk.makeFolder(folder) }
        let segments = try segments(in: folder, disk: disk)
        guard let last = segments.last else {
            return try start(
                name, folder: folder, disk: disk, segmentSize: segmentSize, now: now)
        }
        let scan = try SegmentScan.run(
            path(in: folder, base: last.base), base: last.base, disk: disk, writable: true)
        if scan.end < scan.fileEnd {
            try usable { () throws(DiskError) in
                try disk.truncate(
                    scan.file, to: scan.end - last.base + UInt64(LogFormat.headerLength))
                try disk.flush(scan.file)
            }
        }
        return log(
            name, folder: folder, disk: disk, segmentSize: segmentSize, segments: segments,
            last: last, scan: scan)
    }

    /// Looks at a topic without changing anything, also while a hub uses it.
    ///
    /// - Returns: Nil for a topic without a segment; with the log, how many bytes at its end belong to
    ///   a batch that is being written or never was.
    static func look(
        _ name: String, folder: String, disk: Disk
    ) throws(BusError) -> (log: TopicLog, unfinished: UInt64)? {
        let segments = try segments(in: folder, disk: disk, repairs: false)
        guard let last = segments.last else { return nil }
        let scan = try SegmentScan.run(
            path(in: folder, base: last.base), base: last.base, disk: disk, writable: false)
        let log = log(
            name, folder: folder, disk: disk, segmentSize: .max, segments: segments, last: last,
            scan: scan)
        return (log, scan.fileEnd - scan.end)
    }

    private static func log(
        _ name: String, folder: String, disk: Disk, segmentSize: UInt64, segments: [Segment],
        last: Segment, scan: SegmentScan
    ) -> TopicLog {
        var segments = segments
        segments[segments.count - 1].end = scan.end
        let messages = last.messagesBefore + scan.messages
        return TopicLog(
            name: name, folder: folder, disk: disk,
            view: View(segments: segments, end: scan.end, messages: messages),
            appender: SegmentAppender(
                folder: folder, disk: disk, segmentSize: segmentSize, file: scan.file,
                base: last.base, position: scan.end, messages: messages))
    }

    private static func start(
        _ name: String, folder: String, disk: Disk, segmentSize: UInt64, now: Int64
    ) throws(BusError) -> TopicLog {
        let file = try usable { () throws(DiskError) in
            try SegmentAppender.create(
                in: folder, disk: disk, base: 0, messagesBefore: 0, now: now)
        }
        return TopicLog(
            name: name, folder: folder, disk: disk,
            view: View(
                segments: [Segment(base: 0, messagesBefore: 0, end: 0)], end: 0, messages: 0),
            appender: SegmentAppender(
                folder: folder, disk: disk, segmentSize: segmentSize, file: file, base: 0,
                position: 0, messages: 0))
    }

    /// The segments in a folder; of each but the last the end is known by its file's length.
    ///
    /// - Parameter repairs: Whether to remove a file that never became a segment.
    static func segments(
        in folder: String, disk: Disk, repairs: Bool = true
    ) throws(BusError) -> [Segment] {
        let names = try usable { () throws(DiskError) in
            try disk.names(in: folder).filter { $0.hasSuffix(".log") }
        }
        var segments: [Segment] = []
        for name in names {
            let path = "\(folder)/\(name)"
            guard let segment = try segment(path, disk: disk) else {
                // Died while it was being started: it never held a message.
                guard name == names.last else {
                    throw BusError.damaged(path, at: 0, "the file is cut off")
                }
                if repairs { try usable { () throws(DiskError) in try disk.remove(path) } }
                continue
            }
            guard self.path(in: folder, base: segment.base) == path else {
                throw BusError.damaged(path, at: 16, "the file's name is another segment's")
            }
            segments.append(segment)
        }
        for (one, next) in zip(segments, segments.dropFirst()) where next.base < one.end {
            throw BusError.damaged(
                path(in: folder, base: next.base), at: 0, "it begins before the one before it ends")
        }
        return segments
    }

    /// - Returns: Nil for a file without a whole header.
    private static func segment(_ path: String, disk: Disk) throws(BusError) -> Segment? {
        let (bytes, length) = try usable { () throws(DiskError) in
            let file = try disk.open(path, O_RDONLY)
            var bytes = [UInt8](repeating: 0, count: LogFormat.headerLength)
            let count = try disk.read(file, at: 0, into: &bytes)
            return (Array(bytes[..<count]), try disk.length(of: file))
        }
        guard bytes.count == LogFormat.headerLength else { return nil }
        let header = try bytes.withUnsafeBufferPointer { buffer throws(BusError) in
            try SegmentHeader(UnsafeRawBufferPointer(buffer), file: path)
        }
        return Segment(
            base: header.base, messagesBefore: header.messagesBefore,
            end: header.base + length - UInt64(LogFormat.headerLength))
    }
}

/// Reads a segment record by record to find where it ends.
struct SegmentScan {
    let file: DiskFile
    /// Behind the last good record.
    let end: UInt64
    /// Behind the last byte of the file.
    let fileEnd: UInt64
    let messages: UInt64

    /// - Throws: ``BusError`` with CD6143 for a bad record in front of a point known to be durable.
    static func run(
        _ path: String, base: UInt64, disk: Disk, writable: Bool
    ) throws(BusError) -> SegmentScan {
        let (file, length) = try usable { () throws(DiskError) in
            let file = try disk.open(path, writable ? O_RDWR : O_RDONLY)
            return (file, try disk.length(of: file))
        }
        let fileEnd = base + length - min(length, UInt64(LogFormat.headerLength))
        var reader = SegmentReader(file: file, base: base, disk: disk)
        var position = base
        var messages: UInt64 = 0
        while position < fileEnd {
            var kind: LogFormat.Kind?
            let next = try reader.read(at: position, limit: fileEnd) { record in
                kind = record.kind
                return record.length
            }
            guard case .value(let length) = next else { break }
            if kind == .message { messages += 1 }
            position += UInt64(length)
        }
        if let mark = try reader.durableMark(behind: position, to: fileEnd), mark > position {
            throw BusError.damaged(
                path, at: reader.offset(of: position),
                "a record is damaged that was written completely")
        }
        return SegmentScan(file: file, end: position, fileEnd: fileEnd, messages: messages)
    }
}

extension SegmentReader {
    /// Looks behind a bad record for the marks that say how far the log was durable.
    fileprivate mutating func durableMark(
        behind position: UInt64, to end: UInt64
    ) throws(BusError) -> UInt64? {
        var found: UInt64?
        var at = position + UInt64(LogFormat.alignment)
        while let mark = try firstMark(from: at, to: end) {
            found = max(found ?? 0, mark.durable)
            at = mark.position + UInt64(LogFormat.recordHeaderLength)
        }
        return found
    }
}
