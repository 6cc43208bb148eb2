internal import CrossdockCore
internal import Synchronization

/// One queue in the hands of the dispatcher: reads for its consumers, and notes what they settle.
///
/// - Threads: the dispatcher's alone, once adopted.
final class DispatchedQueue: @unchecked Sendable {
    typealias Feed = DeliveryFeed<BusMessage>

    let name: String
    let topic: TopicLog
    let journal: QueueJournal
    private(set) var state: QueueState
    /// Where its failed messages go.
    var deadLetters: TopicLog?
    private(set) var feeds: [Feed] = []
    private(set) var failure: BusError?
    /// Something was settled since segments were last looked at.
    var hasProgressed = true
    private(set) var lastDelivery: Int64 = 0

    private var sequential: LogReader
    private var random: LogReader
    /// Read already, but the consumer it is for has no room.
    private var heldBack: Delivery<BusMessage>?
    /// The consumers changed, so keys may change hands: nothing goes out until all is back.
    private var mustDrain = false

    /// How much goes out at once, so that no queue keeps the others waiting.
    private static let batch = 512

    init(name: String, topic: TopicLog, journal: QueueJournal, state: QueueState) {
        self.name = name
        self.topic = topic
        self.journal = journal
        self.state = state
        sequential = LogReader(topic)
        random = LogReader(topic)
    }

    // MARK: Consumers

    func attach(_ feed: Feed) {
        if let failure {
            feed.end(.failed(failure))
            return
        }
        feeds.append(feed)
        mustDrain = feeds.count > 1
    }

    func detach(_ feed: Feed, now: Int64) -> [Move] {
        let moves = collect(now: now)
        feeds.removeAll { $0 === feed }
        mustDrain = feeds.count > 1
        return moves
    }

    /// Ends the work with the queue because it cannot be read.
    func fail(_ error: BusError) {
        failure = error
        for feed in feeds { feed.end(.failed(error)) }
    }

    // MARK: Settling

    /// A message on its way to the dead letters.
    struct Move {
        let start: UInt64
        let message: BusMessage
        let reason: DeadLetterReason
    }

    /// Takes over what consumers settled.
    ///
    /// - Returns: What is to be put with the dead letters.
    func collect(now: Int64) -> [Move] {
        var moves: [Move] = []
        for feed in feeds {
            for item in feed.takeSettled() {
                let start = item.receipt.tag
                switch item.settlement {
                case .accept: state.accept(start)
                case .giveBack: state.giveBack(start)
                case .retry(let delay): retry(start, due: now + max(0, delay.wholeMilliseconds))
                case .deadLetter(let reason):
                    guard let message = item.payload else { continue }
                    state.move(start)
                    moves.append(Move(start: start, message: message, reason: reason))
                }
            }
        }
        return moves
    }

    func retry(_ start: UInt64, due: Int64) {
        if let earlier = state.retry(start, due: due) {
            journal.noteRetry(start, earlier: earlier, due: due)
        }
    }

    func moved(_ start: UInt64) { state.accept(start) }

    // MARK: Delivering

    /// Delivers what consumers have room for, after noting it.
    ///
    /// - Returns: Whether there is more to deliver at once.
    func step(now: Int64) throws(DiskError) -> Bool {
        state.wake(now: now)
        var outgoing = feeds.map { _ in [Delivery<BusMessage>]() }
        var problem: BusError?
        do throws(BusError) { try fill(&outgoing) } catch { problem = error }
        let count = outgoing.reduce(0) { $0 + $1.count }
        let settled = state.takeSettled()
        if count > 0 || !settled.isEmpty {
            journal.note(delivered: state.cursor, settled: settled)
            hasProgressed = hasProgressed || !settled.isEmpty
        }
        try journal.write()
        for (feed, deliveries) in zip(feeds, outgoing) { feed.offer(deliveries) }
        if let problem { fail(problem) }
        if count > 0 { lastDelivery = now }
        return count >= Self.batch
    }

    private func fill(_ outgoing: inout [[Delivery<BusMessage>]]) throws(BusError) {
        guard !feeds.isEmpty, failure == nil, !journal.isStuck else { return }
        if mustDrain {
            guard state.outCount == 0 || heldBack != nil && state.outCount == 1 else { return }
            mustDrain = false
        }
        var rooms = feeds.map(\.room)
        let end = topic.end
        for _ in 0..<Self.batch {
            guard rooms.contains(where: { $0 > 0 }), !state.isIsolating else { return }
            guard let delivery = try takeNext(to: end) else { return }
            let target = consumer(for: delivery, rooms)
            guard rooms[target] > 0 else {
                heldBack = delivery
                return
            }
            outgoing[target].append(delivery)
            rooms[target] -= 1
        }
    }

    private func takeNext(to end: UInt64) throws(BusError) -> Delivery<BusMessage>? {
        if let delivery = heldBack.take() { return delivery }
        if let (start, entry) = state.takeReady() {
            let message = try random.message(at: entry.record)
            return delivery(message, start: start, earlier: entry.earlier)
        }
        guard let found = try sequential.next(from: state.cursor, to: end) else { return nil }
        let start = state.takeNew(record: found.record, end: found.end)
        return delivery(found.message, start: start, earlier: 0)
    }

    private func delivery(
        _ message: BusMessage, start: UInt64, earlier: Int
    ) -> Delivery<BusMessage> {
        Delivery(
            payload: message, earlierDeliveries: earlier, receipt: Receipt(tag: start, epoch: 0),
            orderKey: message.orderKey, size: message.body.count + 512)
    }

    /// Messages of one key go to one consumer, others to whoever has most room.
    private func consumer(for delivery: Delivery<BusMessage>, _ rooms: [Int]) -> Int {
        guard feeds.count > 1 else { return 0 }
        if delivery.orderKey != nil {
            return BusName.partition(of: delivery.orderKey, among: feeds.count)
        }
        return rooms.indices.max { rooms[$0] < rooms[$1] } ?? 0
    }

    // MARK: Rest

    /// Whether a consumer could get something at once.
    var canDeliver: Bool {
        !feeds.isEmpty && failure == nil && (state.readyCount > 0 || state.cursor < topic.end)
    }

    var isHungry: Bool { feeds.contains { $0.isHungry } }

    func backlog() -> BusBacklog {
        let total = Int(clamping: topic.view.withLock { $0.messages } &- state.done)
        let out = state.outCount
        return BusBacklog(ready: max(0, total - out), unsettled: out)
    }

    /// Lets go of buffers that nobody will read from soon.
    func rest() {
        sequential.rest()
        random.rest()
    }
}

extension Duration {
    /// Unit: milliseconds, cut.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        guard !overflow else { return seconds < 0 ? .min / 4 : .max / 4 }
        return product + attoseconds / 1_000_000_000_000_000
    }
}
