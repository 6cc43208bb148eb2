public import CrossdockCore
public import CrossdockDiagnostics
public import CrossdockSettings
internal import Synchronization

/// The bus in files of this machine: durable topics, no broker.
///
/// One log per topic, in which every message stands once, and one small journal per queue. What is
/// queued costs disk, not memory. A message is flushed to the disk before its sender goes on; all that
/// are sent while one flush runs share the next.
///
/// - Threads: any. Two threads of its own do what blocks.
public final class EmbeddedBus: BusTransport {
    public struct Options: Sendable {
        public var folder: String
        /// When a file of a topic's log is full.
        public var segmentSize: ByteCount = .mebibytes(64)
        /// How much may wait in one topic before senders have to.
        public var maxBytes: ByteCount = .mebibytes(10 << 10)
        public var maxMessageSize: ByteCount = .mebibytes(128)
        /// How long a sender waits for room.
        public var publishTimeout: Duration = .seconds(30)

        public init(folder: String) { self.folder = folder }
    }

    private struct State {
        var topics: [String: TopicLog] = [:]
        var queues: [String: BusQueue] = [:]
        var queueCounts: [String: Int] = [:]
        var isClosed = false
        var failure: BusError?
    }

    private let options: Options
    private let clock: any HubClock
    private let home: Mutex<BusFolder>
    private let state = Mutex(State())
    private let declaring = AsyncLock()
    private let writer: LogWriter
    private let dispatcher: QueueDispatcher
    private let threads: [BusThread]
    private let budget = StageBudget(limit: 32 << 20)

    /// Opens the bus in a folder, or makes it.
    ///
    /// - Parameters:
    ///   - onFatal: Called once when the disk failed and nothing may be acknowledged any more: the
    ///     hub must stop.
    ///   - onProblem: Told what went wrong with single queues and messages.
    /// - Throws: ``BusError``, for instance CD6140 when another process has the folder.
    public convenience init(
        _ options: Options, clock: any HubClock = SystemClock(),
        onFatal: @escaping @Sendable (BusError) -> Void,
        onProblem: @escaping @Sendable (BusError) -> Void = { _ in }
    ) throws(BusError) {
        try self.init(
            options, clock: clock, disk: Disk(), onFatal: onFatal, onProblem: onProblem)
    }

    init(
        _ options: Options, clock: any HubClock, disk: Disk,
        onFatal: @escaping @Sendable (BusError) -> Void,
        onProblem: @escaping @Sendable (BusError) -> Void = { _ in }
    ) throws(BusError) {
        self.options = options
        self.clock = clock
        home = Mutex(try BusFolder.open(options.folder, disk: disk))
        let fatal = OnceOnly(onFatal)
        let wakeup = try Wakeup()
        writer = try LogWriter(
            clock: clock, onDurable: { wakeup.signal() }, onFatal: { fatal.run($0) })
        dispatcher = QueueDispatcher(
            writer: writer, wakeup: wakeup, clock: clock, onFatal: { fatal.run($0) },
            onProblem: onProblem)
        threads = [try writer.start(), try dispatcher.start()]
        fatal.alsoRun { [weak self] error in self?.state.withLock { $0.failure = error } }
        do throws(BusError) { try openAll() } catch {
            writer.close()
            dispatcher.post(.close { _ in })
            for thread in threads { thread.join() }
            throw error
        }
    }

    /// Opens what is on disk: also queues without a consumer today keep their messages.
    private func openAll() throws(BusError) {
        let folder = home.withLock { $0 }
        for name in try folder.topicNames() {
            let topic = try openTopic(name)
            for queue in try folder.queueNames(of: name) {
                try openQueue(queue, of: topic)
            }
        }
    }

    // MARK: Declaring

    public func declare(_ topology: BusTopology) async throws(BusError) -> [Diagnostic] {
        await declaring.lock()
        defer { declaring.unlock() }
        try checkOpen()
        for topic in topology.topics { _ = try openTopic(topic.name) }
        for queue in topology.queues {
            try declareQueue(
                queue.name, of: try openTopic(queue.topic), deadLetters: queue.deadLetters)
            state.withLock { $0.queues[queue.name] = queue }
        }
        return []
    }

    private func declareQueue(
        _ name: String, of topic: TopicLog, deadLetters: String?
    ) throws(BusError) {
        if let known = state.withLock({ $0.queues[name] }), known.topic != topic.name {
            throw BusError(
                .busTopologyDiffers,
                "queue '\(name)' belongs to the topic '\(known.topic)', not '\(topic.name)'")
        }
        try openQueue(name, of: topic)
        guard let deadLetters else { return }
        // A place for dead letters is a topic with one queue, both of its name.
        let place = try openTopic(deadLetters)
        try openQueue(deadLetters, of: place)
        dispatcher.post(.deadLetters(queue: name, place))
    }

    private func openTopic(_ name: String) throws(BusError) -> TopicLog {
        if let topic = state.withLock({ $0.topics[name] }) { return topic }
        let folder = home.withLock { $0 }
        let topic = try TopicLog.open(
            name, folder: try folder.topicFolder(name), disk: folder.disk,
            segmentSize: UInt64(options.segmentSize.bytes), now: clock.now.millisecondsSince1970)
        state.withLock { $0.topics[name] = topic }
        return topic
    }

    /// Opens a queue, or starts it at the end of its topic.
    private func openQueue(_ name: String, of topic: TopicLog) throws(BusError) {
        guard state.withLock({ $0.queues[name] }) == nil else { return }
        let folder = home.withLock { $0 }
        let path = try folder.queuePath(name, of: topic.name)
        let queues = try folder.queueFolder(of: topic.name)
        let disk = folder.disk
        try usable { () throws(DiskError) in try disk.makeFolder(queues) }
        var initial = topic.view.withLock { QueueState(cursor: $0.end, done: $0.messages) }
        if disk.exists(path) {
            let bytes = try usable { () throws(DiskError) in try disk.contents(path) }
            initial = try QueueRecovery(bytes, file: path).state(
                of: topic, now: clock.now.millisecondsSince1970)
        }
        let journal = try usable { () throws(DiskError) in
            try QueueJournal.write(initial, to: path, folder: queues, disk: disk, isClean: true)
        }
        dispatcher.post(
            .adopt(
                DispatchedQueue(name: name, topic: topic, journal: journal, state: initial)))
        state.withLock { state in
            state.queues[name] = BusQueue(name, topic: topic.name, deadLetters: nil)
            state.queueCounts[topic.name, default: 0] += 1
        }
    }

    // MARK: Publishing

    public func publish(
        _ messages: [BusMessage], to name: String, requiresQueue: Bool
    ) async -> [BusError?] {
        let size = messages.reduce(0) { $0 + $1.approximateSize }
        if let refusal = refusal(of: messages) { return messages.map { _ in refusal } }
        let (topic, queues) = state.withLock { ($0.topics[name], $0.queueCounts[name] ?? 0) }
        guard let topic, queues > 0 else {
            return messages.map { _ in requiresQueue ? .unheard(name) : nil }
        }
        if let full = await waitForRoom(in: topic) { return messages.map { _ in full } }
        await budget.take(size)
        let error = await withCheckedContinuation { continuation in
            writer.submit(messages, to: topic) { continuation.resume(returning: $0) }
        }
        budget.giveBack(size)
        return [BusError?](repeating: error, count: messages.count)
    }

    private func refusal(of messages: [BusMessage]) -> BusError? {
        if let error = state.withLock({ $0.failure ?? ($0.isClosed ? .closed : nil) }) {
            return error
        }
        let limit = options.maxMessageSize
        return messages.contains { $0.approximateSize > limit.bytes }
            ? BusError(.busMessageTooLarge, "a message has more than \(limit)") : nil
    }

    /// Waits until the topic has room for more.
    ///
    /// - Returns: The error when it got none in time.
    private func waitForRoom(in topic: TopicLog) async -> BusError? {
        let limit = UInt64(options.maxBytes.bytes)
        guard topic.size >= limit else { return nil }
        let end = clock.elapsed + options.publishTimeout
        while topic.size >= limit {
            let left = end - clock.elapsed
            guard left > .zero, !Task.isCancelled else {
                return BusError(
                    .busFull, "topic '\(topic.name)' holds \(options.maxBytes)",
                    .transient(retryAfter: .seconds(5)))
            }
            await topic.roomMade.wait(atMost: min(left, .seconds(1)))
        }
        return nil
    }

    // MARK: Consuming

    public func subscribe(
        to queue: String, prefetch: Int
    ) async throws(BusError) -> BusSubscription {
        try checkOpen()
        guard state.withLock({ $0.queues[queue] }) != nil else {
            throw BusError(.busNotThere, "there is no queue '\(queue)'")
        }
        let feed = dispatcher.newFeed(capacity: prefetch)
        dispatcher.post(.attach(feed, queue: queue))
        return BusSubscription(feed: feed) { [dispatcher] in
            await withCheckedContinuation { continuation in
                dispatcher.post(
                    .detach(feed, queue: queue) { continuation.resume(returning: $0) })
            }
        }
    }

    public func backlog(of queue: String) async throws(BusError) -> BusBacklog {
        try checkOpen()
        let backlog = await withCheckedContinuation { continuation in
            dispatcher.post(.backlog(queue: queue) { continuation.resume(returning: $0) })
        }
        guard let backlog else { throw BusError(.busNotThere, "there is no queue '\(queue)'") }
        return backlog
    }

    /// Returns when everything that was settled before is on disk.
    public func sync() async {
        await withCheckedContinuation { continuation in
            dispatcher.post(.sync { continuation.resume(returning: $0) })
        }
    }

    public var health: BusHealth {
        state.withLock { state in
            if let failure = state.failure { return .down(failure) }
            return state.isClosed ? .down(.closed) : .up
        }
    }

    private func checkOpen() throws(BusError) {
        let problem = state.withLock { $0.failure ?? ($0.isClosed ? .closed : nil) }
        if let problem { throw problem }
    }

    /// Commits what is staged, notes what is settled and closes all files.
    public func close() async {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        guard !wasClosed else { return }
        await sync()
        writer.close()
        threads[0].join()
        await withCheckedContinuation { continuation in
            dispatcher.post(.close { continuation.resume(returning: $0) })
        }
        threads[1].join()
        state.withLock { state in
            state.topics = [:]
            state.queues = [:]
        }
        home.withLock { $0.release() }
    }
}

extension BusMessage {
    /// What it costs in memory and, nearly, on disk. Unit: bytes.
    var approximateSize: Int { body.count + 256 + headers.count * 64 }
}
