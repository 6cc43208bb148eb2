/// What one queue knows about the messages of its topic: how far it has read, and which of the
/// messages before that point are not settled.
///
/// Everything before ``cursor`` that is not in ``unsettled`` is done with. So what is queued costs no
/// memory, and what is settled costs none either. Positions name messages: each stands for the bytes
/// from the end of the message before it to its own end, so that neighbours touch.
struct QueueState {
    enum Phase: Hashable {
        /// In a consumer's hands.
        case out
        /// To be delivered again as soon as somebody asks.
        case ready
        /// To be delivered again, not before `due`. Unit: milliseconds since 1970.
        case later(due: Int64)
        /// On its way to the dead letters.
        case moving
    }

    struct Unsettled: Hashable {
        /// Where the record itself begins.
        var record: UInt64
        var end: UInt64
        /// Deliveries that ended without being settled.
        var earlier: Int
        /// Those of them that the end of the process cut short.
        var crashes = 0
        var phase: Phase

        /// It may be what ends the process: it is delivered alone, so that nobody is blamed for it.
        var isSuspect: Bool { crashes >= 3 }
    }

    /// A run of settled messages.
    struct Range: Hashable {
        var start: UInt64
        var end: UInt64
        var messages: UInt64
    }

    private(set) var cursor: UInt64
    /// By start.
    private(set) var unsettled: [UInt64: Unsettled]
    /// How many messages of the topic this queue is through with or never wanted.
    private(set) var done: UInt64
    private var ready = Fifo<UInt64>()
    private var delayed = DueHeap()
    /// The suspect that was handed out last.
    private var suspect: UInt64?
    /// Settled since the last ``takeSettled()``.
    private var settled: [(start: UInt64, end: UInt64)] = []

    init(cursor: UInt64, unsettled: [UInt64: Unsettled] = [:], done: UInt64) {
        self.cursor = cursor
        self.unsettled = unsettled
        self.done = done
        for (start, entry) in unsettled.sorted(by: { $0.key < $1.key }) {
            switch entry.phase {
            case .later(let due): delayed.insert(due: due, start: start)
            case .ready, .out, .moving:
                self.unsettled[start]?.phase = .ready
                ready.append(start)
            }
        }
    }

    /// Everything before it is settled.
    var floor: UInt64 { unsettled.keys.min() ?? cursor }

    var nextDue: Int64? { delayed.first?.due }
    var readyCount: Int { ready.count }
    var delayedCount: Int { delayed.count }
    var waitingCount: Int { ready.count + delayed.count }
    var outCount: Int { unsettled.count - waitingCount }

    /// Whether a segment holds nothing that this queue still needs.
    func isThrough(_ segment: TopicLog.Segment) -> Bool {
        cursor >= segment.end
            && !unsettled.contains { $0.value.end > segment.base && $0.key < segment.end }
    }

    // MARK: Delivering

    /// Hands out the next message that was delivered before.
    mutating func takeReady() -> (start: UInt64, entry: Unsettled)? {
        while let start = ready.first {
            guard let entry = unsettled[start], entry.phase == .ready else {
                _ = ready.popFirst()
                continue
            }
            if entry.isSuspect {
                guard outCount == 0 else { return nil }
                suspect = start
            }
            _ = ready.popFirst()
            unsettled[start]?.phase = .out
            return (start, entry)
        }
        return nil
    }

    /// Whether nothing may be handed out now, because a suspect is out or about to be.
    var isIsolating: Bool {
        if let suspect, unsettled[suspect]?.phase == .out { return true }
        guard let next = ready.first, let entry = unsettled[next] else { return false }
        return entry.isSuspect && outCount > 0
    }

    /// Hands out the message at the cursor.
    mutating func takeNew(record: UInt64, end: UInt64) -> UInt64 {
        let start = cursor
        unsettled[start] = Unsettled(record: record, end: end, earlier: 0, phase: .out)
        cursor = end
        return start
    }

    /// Moves the cursor over what is no message, or over segments that are gone.
    mutating func skip(to position: UInt64) { cursor = max(cursor, position) }

    // MARK: Settling

    mutating func accept(_ start: UInt64) {
        guard let entry = unsettled.removeValue(forKey: start) else { return }
        settled.append((start, entry.end))
        done += 1
    }

    mutating func giveBack(_ start: UInt64) {
        guard unsettled[start] != nil else { return }
        unsettled[start]?.phase = .ready
        ready.append(start)
    }

    /// - Returns: How often it was delivered now; nil for one that is settled.
    mutating func retry(_ start: UInt64, due: Int64) -> Int? {
        guard let entry = unsettled[start] else { return nil }
        unsettled[start]?.earlier = entry.earlier + 1
        unsettled[start]?.phase = .later(due: due)
        delayed.insert(due: due, start: start)
        return entry.earlier + 1
    }

    mutating func move(_ start: UInt64) { unsettled[start]?.phase = .moving }

    /// Puts those whose time has come among the ready ones.
    mutating func wake(now: Int64) {
        while let first = delayed.first, first.due <= now {
            delayed.removeFirst()
            guard unsettled[first.start]?.phase == .later(due: first.due) else { continue }
            unsettled[first.start]?.phase = .ready
            ready.append(first.start)
        }
    }

    /// What was settled since the last call, neighbours run together.
    mutating func takeSettled() -> [Range] {
        guard !settled.isEmpty else { return [] }
        settled.sort { $0.start < $1.start }
        var ranges: [Range] = []
        for (start, end) in settled {
            if let last = ranges.last, last.end == start {
                ranges[ranges.count - 1].end = end
                ranges[ranges.count - 1].messages += 1
            } else {
                ranges.append(Range(start: start, end: end, messages: 1))
            }
        }
        settled.removeAll(keepingCapacity: true)
        return ranges
    }
}

/// Starts by the time at which they are due; earliest first.
struct DueHeap {
    private var items: [(due: Int64, start: UInt64)] = []

    var count: Int { items.count }
    var first: (due: Int64, start: UInt64)? { items.first }

    mutating func insert(due: Int64, start: UInt64) {
        items.append((due, start))
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if items[parent].due <= items[child].due { return }
            items.swapAt(parent, child)
            child = parent
        }
    }

    mutating func removeFirst() {
        guard let last = items.popLast(), !items.isEmpty else { return }
        items[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count {
                if items[child].due < items[least].due { least = child }
            }
            if least == parent { return }
            items.swapAt(parent, least)
            parent = least
        }
    }
}
