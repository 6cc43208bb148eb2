/// What a queue's journal says, read from its file.
struct QueueRecovery {
    private(set) var isClean = false
    private(set) var cursor: UInt64 = 0
    private(set) var done: UInt64 = 0
    private(set) var snapshotCursor: UInt64 = 0
    private(set) var unsettled: [UInt64: QueueState.Unsettled] = [:]
    private(set) var settled: [QueueState.Range] = []
    private(set) var retries: [UInt64: (earlier: Int, due: Int64)] = [:]
    /// Of the good part of the file.
    private(set) var length: UInt64 = 0
    private(set) var snapshotLength: UInt64 = 0

    private static let headerLength = 16

    /// - Throws: ``BusError`` with CD6144 or CD6143 when there is no whole snapshot. A bad entry behind
    ///   it ends the journal: what was settled later is delivered again.
    init(_ bytes: [UInt8], file: String) throws(BusError) {
        let problem = bytes.withUnsafeBytes { bytes -> BusError? in
            var reader = ByteReader(bytes)
            guard reader.number() == LogFormat.queueMagic, let version: UInt32 = reader.number(),
                reader.skip(4)
            else { return .damaged(file, at: 0, "no header of a queue") }
            guard version == LogFormat.version else {
                return BusError(.busFormat, "\(file) has format \(version)")
            }
            guard take(&reader), snapshotLength > 0 else {
                return .damaged(file, at: 16, "the snapshot cannot be read")
            }
            while take(&reader) {}
            return nil
        }
        if let problem { throw problem }
    }

    /// Reads the next entry.
    private mutating func take(_ reader: inout ByteReader) -> Bool {
        guard let size: UInt32 = reader.number(), let sum: UInt32 = reader.number(),
            let content = reader.slice(Int(size)), LogFormat.checksum(content) == sum
        else { return false }
        var entry = ByteReader(content)
        guard let tag: UInt8 = entry.number(), let kind = QueueJournal.Entry(rawValue: tag) else {
            return false
        }
        guard (kind == .snapshot) == (snapshotLength == 0) else { return false }
        let isGood =
            switch kind {
            case .snapshot: takeSnapshot(&entry)
            case .delivered: takeDelivered(&entry)
            case .settled: takeSettled(&entry)
            case .retry: takeRetry(&entry)
            }
        guard isGood else { return false }
        length = UInt64(reader.position)
        if kind == .snapshot { snapshotLength = length }
        return true
    }

    private mutating func takeSnapshot(_ entry: inout ByteReader) -> Bool {
        guard let clean: UInt8 = entry.number(), let cursor = entry.variable(),
            let done = entry.variable(), let count = entry.variable()
        else { return false }
        for _ in 0..<count {
            guard let start = entry.variable(), let record = entry.variable(),
                let end = entry.variable(), let earlier = entry.variable(),
                let crashes = entry.variable(), let due: UInt64 = entry.number(), start <= record,
                record < end
            else { return false }
            unsettled[start] = QueueState.Unsettled(
                record: record, end: end, earlier: Int(clamping: earlier),
                crashes: Int(clamping: crashes),
                phase: due == 0 ? .ready : .later(due: Int64(bitPattern: due)))
        }
        (isClean, self.cursor, self.done, snapshotCursor) = (clean == 1, cursor, done, cursor)
        return true
    }

    private mutating func takeDelivered(_ entry: inout ByteReader) -> Bool {
        guard let position = entry.variable(), position >= cursor else { return false }
        cursor = position
        isClean = false
        return true
    }

    private mutating func takeSettled(_ entry: inout ByteReader) -> Bool {
        guard let count = entry.variable() else { return false }
        var last: UInt64 = 0
        for _ in 0..<count {
            guard let gap = entry.variable(), let size = entry.variable(),
                let messages = entry.variable()
            else { return false }
            let start = last &+ gap
            last = start &+ size
            settled.append(QueueState.Range(start: start, end: last, messages: messages))
            done &+= messages
        }
        return true
    }

    private mutating func takeRetry(_ entry: inout ByteReader) -> Bool {
        guard let start = entry.variable(), let earlier = entry.variable(),
            let due: UInt64 = entry.number()
        else { return false }
        retries[start] = (Int(clamping: earlier), Int64(bitPattern: due))
        return true
    }

    /// Works out what is not settled, reading the log where messages were handed out and not settled.
    ///
    /// - Parameter now: Unit: milliseconds since 1970.
    func state(of topic: TopicLog, now: Int64) throws(BusError) -> QueueState {
        guard cursor <= topic.end else {
            throw BusError.damaged(
                topic.folder, at: topic.end, "messages are missing that were delivered before")
        }
        var entries = unsettled
        for range in settled where range.start < snapshotCursor {
            for start in unsettled.keys where start >= range.start && start < range.end {
                entries[start] = nil
            }
        }
        var reader = LogReader(topic)
        for gap in gaps() {
            var position = gap.start
            while let next = try reader.next(from: position, to: gap.end) {
                entries[position] = QueueState.Unsettled(
                    record: next.record, end: next.end, earlier: 0, phase: .ready)
                position = next.end
            }
        }
        for (start, entry) in entries { entries[start] = judged(entry, start, now: now) }
        return QueueState(cursor: cursor, unsettled: entries, done: done)
    }

    /// Counts the delivery that the end of the process cut short.
    private func judged(
        _ entry: QueueState.Unsettled, _ start: UInt64, now: Int64
    ) -> QueueState.Unsettled {
        var judged = entry
        if let retry = retries[start] {
            judged.earlier = retry.earlier
            judged.phase = .later(due: retry.due)
        }
        if case .later(let due) = judged.phase, due > now { return judged }
        // It was, for all we know, in somebody's hands.
        judged.phase = .ready
        if !isClean {
            judged.earlier += 1
            judged.crashes += 1
        }
        return judged
    }

    /// The parts between the snapshot's cursor and the last one that were not settled.
    private func gaps() -> [(start: UInt64, end: UInt64)] {
        var gaps: [(start: UInt64, end: UInt64)] = []
        var position = snapshotCursor
        for range in settled.sorted(by: { $0.start < $1.start }) where range.end > position {
            if range.start > position { gaps.append((position, range.start)) }
            position = range.end
        }
        if position < cursor { gaps.append((position, cursor)) }
        return gaps
    }
}
