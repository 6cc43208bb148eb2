internal import CrossdockCore
internal import Glibc
internal import Synchronization

/// Makes staged messages durable: one flush for everything that came while the last one ran.
///
/// - Threads: one of its own. Completions run on it and must be short.
final class LogWriter: Sendable {
    private struct State {
        var waiting: [TopicLog] = []
        var isClosing = false
        var hasEnded = false
        var failure: BusError?
    }

    private let state = Mutex(State())
    private let wakeup: Wakeup
    private let clock: any HubClock
    /// Called after every commit, when readers have something to read.
    private let onDurable: @Sendable () -> Void
    private let onFatal: @Sendable (BusError) -> Void

    init(
        clock: any HubClock, onDurable: @escaping @Sendable () -> Void,
        onFatal: @escaping @Sendable (BusError) -> Void
    ) throws(BusError) {
        wakeup = try Wakeup()
        self.clock = clock
        self.onDurable = onDurable
        self.onFatal = onFatal
    }

    func start() throws(BusError) -> BusThread {
        try BusThread("bus-writer") { [self] in run() }
    }

    /// Stages messages for a topic; `completion` runs when they are durable or refused.
    func submit(
        _ messages: [BusMessage], to topic: TopicLog, completion: @escaping TopicLog.Completion
    ) {
        let refusal = state.withLock { state in
            state.isClosing ? (state.failure ?? .closed) : nil
        }
        if let refusal { return completion(refusal) }
        guard topic.stage(messages, completion: completion) else { return }
        let hasEnded = state.withLock { state in
            state.waiting.append(topic)
            return state.hasEnded
        }
        // The thread may have ended since the first look; then nobody else answers.
        if hasEnded { refuseStaged([topic]) } else { wakeup.signal() }
    }

    private func refuseStaged(_ topics: [TopicLog]) {
        let error = state.withLock { $0.failure } ?? .closed
        for topic in topics {
            for completion in topic.takeStaged().completions { completion(error) }
        }
    }

    /// Commits what is staged and ends the thread.
    func close() {
        state.withLock { $0.isClosing = true }
        wakeup.signal()
    }

    private func run() {
        var lastBatch: UInt64 = 0
        while true {
            let topics = takeWaiting()
            if topics.isEmpty {
                if state.withLock({ $0.isClosing }) { break }
                wakeup.wait(milliseconds: -1)
                continue
            }
            gather(topics, expecting: lastBatch)
            lastBatch = commit(topics)
        }
        state.withLock { $0.hasEnded = true }
        refuseStaged(takeWaiting())
    }

    private func takeWaiting() -> [TopicLog] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Publishers that were just released are about to come back: a flush for the first of them alone
    /// would let all the others wait for the next.
    private func gather(_ topics: [TopicLog], expecting expected: UInt64) {
        guard expected >= 16 else { return }
        var before: UInt64 = 0
        for _ in 0..<8 {
            let staged = topics.reduce(0) { $0 + $1.staged.withLock(\.messages) }
            if staged >= expected || staged == before { return }
            before = staged
            usleep(100)
        }
    }

    /// - Returns: How many messages became durable.
    private func commit(_ topics: [TopicLog]) -> UInt64 {
        guard state.withLock({ $0.failure }) == nil else {
            refuseStaged(topics)
            return 0
        }
        var written: [(topic: TopicLog, completions: [TopicLog.Completion])] = []
        var messages: UInt64 = 0
        for topic in topics {
            var staged = topic.takeStaged()
            do throws(SegmentAppender.Failure) {
                try write(&staged, to: topic)
                written.append((topic, staged.completions))
                messages += staged.messages
            } catch {
                switch error {
                case .refused(let cause):
                    for completion in staged.completions { completion(cause.asUnusable) }
                case .fatal(let cause):
                    fail(cause, releasing: written.flatMap(\.completions) + staged.completions)
                    refuseStaged(topics)
                    return 0
                }
            }
        }
        return flush(written) ? messages : 0
    }

    private func write(
        _ staged: inout TopicLog.Staged, to topic: TopicLog
    ) throws(SegmentAppender.Failure) {
        if let begun = try topic.appender.rollIfFull(now: clock.now.millisecondsSince1970) {
            topic.began(begun)
        }
        try topic.appender.append(&staged.bytes, messages: staged.messages)
    }

    private func flush(
        _ written: [(topic: TopicLog, completions: [TopicLog.Completion])]
    ) -> Bool {
        for (topic, _) in written {
            do throws(DiskError) { try topic.appender.flush() } catch {
                fail(error, releasing: written.flatMap(\.completions))
                return false
            }
            topic.becameDurable()
        }
        for (_, completions) in written {
            for completion in completions { completion(nil) }
        }
        if !written.isEmpty { onDurable() }
        return true
    }

    /// Ends everything: nothing staged from now on is taken, nothing under way is acknowledged.
    private func fail(_ cause: DiskError, releasing completions: [TopicLog.Completion]) {
        let error = cause.asFatal
        state.withLock { state in
            state.failure = error
            state.isClosing = true
        }
        for completion in completions { completion(error) }
        onFatal(error)
    }
}

extension TopicLog {
    /// The writer has begun a new segment.
    fileprivate func began(_ segment: Segment) {
        view.withLock { view in
            view.segments[view.segments.count - 1].end = segment.base
            view.segments.append(segment)
            view.end = segment.base
        }
    }

    /// Everything written is durable: readers may have it.
    fileprivate func becameDurable() {
        let (end, messages) = (appender.position, appender.messages)
        view.withLock { view in
            view.segments[view.segments.count - 1].end = end
            view.size += end - view.end
            view.end = end
            view.messages = messages
        }
    }
}
