internal import CrossdockCore
internal import Glibc
internal import Synchronization

/// Reads queues for their consumers, notes what is settled, removes what nobody needs any more.
///
/// - Threads: one of its own, on which all queues live; others send it commands.
final class QueueDispatcher: @unchecked Sendable {
    typealias Feed = DeliveryFeed<BusMessage>
    typealias Reply<Value> = @Sendable (Value) -> Void

    enum Command {
        case adopt(DispatchedQueue)
        case deadLetters(queue: String, TopicLog)
        case attach(Feed, queue: String)
        case detach(Feed, queue: String, Reply<Void>)
        case moved(queue: String, start: UInt64, BusError?)
        case backlog(queue: String, Reply<BusBacklog?>)
        /// Answers when everything settled before is on disk.
        case sync(Reply<Void>)
        case close(Reply<Void>)
    }

    private let commands = Mutex<[Command]>([])
    private let wakeup: Wakeup
    private let clock: any HubClock
    private let writer: LogWriter
    private let onFatal: @Sendable (BusError) -> Void
    private let onProblem: @Sendable (BusError) -> Void

    // Of the thread.
    private var queues: [String: DispatchedQueue] = [:]
    private var closing: Reply<Void>?
    private var hasFailed = false
    private var lastMaintenance: Int64 = 0
    private var lastRound: Int64 = 0

    /// Unit: milliseconds.
    private static let maintenanceInterval: Int64 = 200

    init(
        writer: LogWriter, wakeup: Wakeup, clock: any HubClock,
        onFatal: @escaping @Sendable (BusError) -> Void,
        onProblem: @escaping @Sendable (BusError) -> Void
    ) {
        self.writer = writer
        self.wakeup = wakeup
        self.clock = clock
        self.onFatal = onFatal
        self.onProblem = onProblem
    }

    func start() throws(BusError) -> BusThread {
        try BusThread("bus-queues") { [self] in run() }
    }

    func post(_ command: Command) {
        commands.withLock { $0.append(command) }
        wakeup.signal()
    }

    func newFeed(capacity: Int) -> Feed {
        Feed(capacity: capacity) { [wakeup] in wakeup.signal() }
    }

    // MARK: The thread

    private func run() {
        var timeout = -1
        while true {
            wakeup.wait(milliseconds: timeout)
            pause()
            takeCommands()
            let now = clock.now.millisecondsSince1970
            do throws(DiskError) {
                let hasMore = try round(now: now)
                timeout = hasMore ? 0 : nextTimeout(now: now)
                if let closing {
                    try finish(now: now)
                    closing(())
                    return
                }
            } catch {
                fail(error.asFatal)
                timeout = -1
                if let closing {
                    closing(())
                    return
                }
            }
        }
    }

    /// Lets settlements gather for a moment while no consumer waits for more.
    private func pause() {
        defer { lastRound = Monotonic.milliseconds }
        guard Monotonic.milliseconds - lastRound < 1 else { return }
        guard !queues.values.contains(where: { $0.isHungry && $0.canDeliver }) else { return }
        usleep(500)
    }

    private func takeCommands() {
        let taken = commands.withLock { commands in
            defer { commands = [] }
            return commands
        }
        for command in taken { perform(command) }
    }

    private func perform(_ command: Command) {
        switch command {
        case .adopt(let queue): queues[queue.name] = queue
        case .deadLetters(let name, let topic): queues[name]?.deadLetters = topic
        case .attach(let feed, let name): queues[name]?.attach(feed)
        case .detach(let feed, let name, let reply):
            if let queue = queues[name] {
                start(queue.detach(feed, now: clock.now.millisecondsSince1970), of: queue)
            }
            reply(())
        case .moved(let name, let start, let error):
            guard let queue = queues[name] else { return }
            if let error {
                onProblem(error)
                queue.retry(start, due: clock.now.millisecondsSince1970 + 1_000)
            } else {
                queue.moved(start)
            }
        case .backlog(let name, let reply): reply(queues[name]?.backlog())
        case .sync(let reply):
            do throws(DiskError) {
                _ = try round(now: clock.now.millisecondsSince1970)
                try flushJournals()
            } catch { fail(error.asFatal) }
            reply(())
        case .close(let reply): closing = reply
        }
    }

    /// - Returns: Whether another round would deliver more at once.
    private func round(now: Int64) throws(DiskError) -> Bool {
        guard !hasFailed else { return false }
        var hasMore = false
        for queue in queues.values {
            start(queue.collect(now: now), of: queue)
            let before = queue.failure
            let more = try queue.step(now: now)
            hasMore = hasMore || more
            if let failure = queue.failure, before == nil { onProblem(failure) }
        }
        if now - lastMaintenance >= Self.maintenanceInterval || now < lastMaintenance {
            lastMaintenance = now
            try maintain(now: now)
        }
        return hasMore
    }

    private func start(_ moves: [DispatchedQueue.Move], of queue: DispatchedQueue) {
        for move in moves {
            guard let deadLetters = queue.deadLetters else {
                queue.retry(move.start, due: clock.now.millisecondsSince1970 + 60_000)
                continue
            }
            let letter = move.message.deadLetter(
                move.reason, queue: queue.name, topic: queue.topic.name, at: clock.now)
            writer.submit([letter], to: deadLetters) { [weak self, name = queue.name] error in
                self?.post(.moved(queue: name, start: move.start, error))
            }
        }
    }

    private func nextTimeout(now: Int64) -> Int {
        var next = Int64.max
        for queue in queues.values {
            if let due = queue.state.nextDue { next = min(next, max(0, due - now)) }
            if queue.journal.isDirty || queue.hasProgressed || queue.journal.isStuck {
                next = min(next, max(1, lastMaintenance + Self.maintenanceInterval - now))
            }
        }
        return next == .max ? -1 : Int(min(next, 60_000))
    }

    // MARK: Maintenance

    private func maintain(now: Int64) throws(DiskError) {
        for queue in queues.values where queue.journal.wantsCompaction {
            try queue.journal.compact(queue.state, isClean: false)
        }
        try flushJournals()
        try removeSegments()
        for queue in queues.values where now - queue.lastDelivery > 1_000 { queue.rest() }
    }

    private func flushJournals() throws(DiskError) {
        for queue in queues.values { try queue.journal.flush() }
    }

    /// Removes the segments that all queues of a topic are through with; only after a flush, so that
    /// no queue will look for them again.
    private func removeSegments() throws(DiskError) {
        let byTopic = Dictionary(grouping: queues.values) { ObjectIdentifier($0.topic) }
        for queues in byTopic.values where queues.contains(where: \.hasProgressed) {
            for queue in queues { queue.hasProgressed = false }
            _ = try queues[0].topic.removeSegments { segment in
                queues.allSatisfy { $0.state.isThrough(segment) }
            }
        }
    }

    private func finish(now: Int64) throws(DiskError) {
        for queue in queues.values {
            for feed in queue.feeds { feed.end(.stopped) }
            start(queue.collect(now: now), of: queue)
            try queue.journal.compact(queue.state, isClean: true)
        }
    }

    private func fail(_ error: BusError) {
        hasFailed = true
        for queue in queues.values { queue.fail(error) }
        onFatal(error)
    }
}
