internal import CRabbitMQ
internal import CrossdockCore
internal import Synchronization

/// Receives from one queue into a feed, and tells the broker what was settled, in batches.
///
/// - Threads: the receiver's thread; ``moved(_:isDone:)`` and the feed from any.
final class AMQPSubscription<Payload: Sendable>: AMQPSubscribing, @unchecked Sendable {
    struct Options: Sendable {
        var queue: String
        var prefetch: Int
        var consumerTag: String
        var isExclusive = false
        var arguments: [AMQPField] = []
        /// Unit: bytes.
        var maxMessageSize: Int
        /// What cannot be read goes to the queue's dead letters; without any it would be destroyed.
        var rejectsUnreadable: Bool
        /// The broker puts rejected messages with its dead letters; else they are moved there.
        var rejectsDeadLetters = false
        /// Whether the queue's loss is repaired by declaring it again, or ends the subscription.
        var reopens = true
        /// Its place in a feed that it shares.
        var lane = 0
    }

    let options: Options
    let feed: DeliveryFeed<Payload>
    let prepare: (@Sendable (AMQPLink) throws(AMQPFailure) -> Void)?
    private let convert: @Sendable (AMQPMessage, Receipt) -> Delivery<Payload>
    /// A message that is to be put elsewhere.
    struct Moving: Sendable {
        let payload: Payload
        let settlement: Settlement
        let earlierDeliveries: Int
    }

    /// Puts a message elsewhere: the dead letters, or where it waits for its next attempt.
    private let move: @Sendable (Moving, @escaping @Sendable (Bool) -> Void) -> Void
    private let onProblem: @Sendable (BusError) -> Void
    private let wakeup: Wakeup
    private let movements = Mutex<[(receipt: Receipt, isDone: Bool)]>([])
    /// Answered once, when the first channel is open or cannot be.
    private let whenOpen: Mutex<(@Sendable (BusError?) -> Void)?>

    // Of the thread.
    private(set) var channel: UInt16?
    private(set) var opensAfter: Int64 = 0
    private var epoch: UInt64 = 0
    private var failures = 0
    private var isCancelled = false
    private var tags = TagWindow()
    private var assembly: AMQPAssembly
    private var batch: [Delivery<Payload>] = []
    private var lastFlush: Int64 = 0
    private var movesUnderWay = 0
    /// Moves that failed, to be given back at a time.
    private var givenBackLater: [(due: Int64, tag: UInt64)] = []

    init(
        _ options: Options, feed: DeliveryFeed<Payload>, wakeup: Wakeup,
        prepare: (@Sendable (AMQPLink) throws(AMQPFailure) -> Void)?,
        convert: @escaping @Sendable (AMQPMessage, Receipt) -> Delivery<Payload>,
        move: @escaping @Sendable (Moving, @escaping @Sendable (Bool) -> Void) -> Void,
        onProblem: @escaping @Sendable (BusError) -> Void,
        whenOpen: @escaping @Sendable (BusError?) -> Void
    ) {
        self.options = options
        assembly = AMQPAssembly(limit: options.maxMessageSize)
        self.feed = feed
        self.wakeup = wakeup
        self.prepare = prepare
        self.convert = convert
        self.move = move
        self.onProblem = onProblem
        self.whenOpen = Mutex(whenOpen)
    }

    var queue: String { options.queue }
    var hasEnded: Bool { feed.hasEnded }
    var isMoving: Bool { movesUnderWay > 0 }

    // MARK: Channel

    func open(_ link: AMQPLink, channel: UInt16, epoch: UInt64) throws(AMQPFailure) {
        try link.setPrefetch(options.prefetch, on: channel)
        try link.consume(
            options.queue, tag: options.consumerTag, exclusive: options.isExclusive,
            arguments: options.arguments, on: channel)
        self.channel = channel
        self.epoch = epoch
        (failures, isCancelled, tags) = (0, false, TagWindow())
        assembly = AMQPAssembly(limit: options.maxMessageSize)
        answer(nil)
    }

    private func answer(_ error: BusError?) { whenOpen.withLock { $0.take() }?(error) }

    func needsNoChannel() { answer(nil) }

    func couldNotOpen(_ error: BusError, now: Int64) {
        let isFirst = whenOpen.withLock { $0 != nil }
        if isFirst || !options.reopens {
            answer(error)
            feed.end(.failed(error))
            return
        }
        failures += 1
        opensAfter = now + Int64(min(5_000, 200 << min(failures, 5)))
        if failures == 1 { onProblem(error) }
    }

    func channelLost(_ error: BusError, isFinal: Bool) {
        channel = nil
        batch = []
        givenBackLater = []
        // Those under way come again from the broker; settling the old ones means nothing any more.
        epoch = 0
        feed.forgetUnstarted(lane: options.lane)
        if isFinal {
            answer(error)
            feed.end(error == .closed ? .stopped : .failed(error))
        } else if error.code == .busQueueGone || error.code == .busNotThere {
            onProblem(error)
            if !options.reopens { feed.end(.failed(error)) }
        }
    }

    // MARK: Receiving

    func began(_ method: amqp_method_t) {
        guard let decoded = method.decoded else { return }
        assembly.began(decoded.load(as: amqp_basic_deliver_t.self))
        tags.append(assembly.tag)
    }

    func received(_ header: AMQPHeaderFrame, on link: AMQPLink) throws(AMQPFailure) {
        try take(assembly.received(header, on: link), on: link)
    }

    func received(_ fragment: UnsafeRawBufferPointer, on link: AMQPLink) throws(AMQPFailure) {
        try take(assembly.received(fragment), on: link)
    }

    private func take(
        _ progress: AMQPAssembly.Progress, on link: AMQPLink
    ) throws(AMQPFailure) {
        switch progress {
        case .incomplete: break
        case .complete(let message):
            let receipt = Receipt(tag: assembly.tag, epoch: epoch, lane: options.lane)
            batch.append(convert(message, receipt))
            if batch.count >= 128 { handOver() }
        case .unreadable: try refuse(on: link)
        }
    }

    private func refuse(on link: AMQPLink) throws(AMQPFailure) {
        let error = BusError(
            .busUnreadableMessage,
            "a message in '\(queue)' is too large or its headers are too deep")
        onProblem(error)
        guard options.rejectsUnreadable, let channel else {
            feed.end(.failed(error))
            return
        }
        tags.drop(assembly.tag)
        try link.reject(assembly.tag, requeue: false, on: channel)
    }

    private func handOver() {
        guard !batch.isEmpty else { return }
        feed.offer(batch)
        batch.removeAll(keepingCapacity: true)
    }

    // MARK: Settling

    func moved(_ receipt: Receipt, isDone: Bool) {
        movements.withLock { $0.append((receipt, isDone)) }
        wakeup.signal()
    }

    /// Acknowledgements wait up to a millisecond for company, unless consumers wait for them.
    func pump(_ link: AMQPLink, now: Int64) throws(AMQPFailure) -> Int64 {
        handOver()
        if feed.hasEnded { try cancel(on: link) }
        let (settled, unsettled) = feed.backlog(lane: options.lane)
        let hasMoved = movements.withLock { !$0.isEmpty }
        guard settled > 0 || hasMoved || tags.hasAccepted || !givenBackLater.isEmpty else {
            return 60_000
        }
        if settled < unsettled, now - lastFlush < 1, !hasMoved { return 1 }
        lastFlush = now
        try flush(link)
        let due = givenBackLater.map(\.due).min() ?? .max
        return min(tags.hasAccepted ? 5 : 60_000, max(1, due - now))
    }

    /// Tells the broker everything that was settled.
    func flush(_ link: AMQPLink) throws(AMQPFailure) {
        let settled = feed.takeSettled(lane: options.lane)
        let moved = movements.withLock { movements in
            defer { movements = [] }
            return movements
        }
        movesUnderWay -= moved.count
        guard let channel else { return }
        for item in settled where item.receipt.epoch == epoch {
            switch item.settlement {
            case .accept: tags.accept(item.receipt.tag)
            case .giveBack:
                tags.drop(item.receipt.tag)
                try link.reject(item.receipt.tag, requeue: true, on: channel)
            case .deadLetter where options.rejectsDeadLetters:
                tags.drop(item.receipt.tag)
                try link.reject(item.receipt.tag, requeue: false, on: channel)
            case .retry, .deadLetter:
                guard let payload = item.payload else { continue }
                let moving = Moving(
                    payload: payload, settlement: item.settlement,
                    earlierDeliveries: item.earlierDeliveries)
                movesUnderWay += 1
                move(moving) { [weak self] isDone in
                    self?.moved(item.receipt, isDone: isDone)
                }
            }
        }
        let now = Monotonic.milliseconds
        for (receipt, isDone) in moved where receipt.epoch == epoch {
            if isDone {
                tags.accept(receipt.tag)
            } else {
                givenBackLater.append((now + 1_000, receipt.tag))
            }
        }
        for (due, tag) in givenBackLater where due <= now || hasEnded {
            tags.drop(tag)
            try link.reject(tag, requeue: true, on: channel)
        }
        givenBackLater.removeAll { $0.due <= now || hasEnded }
        try acknowledge(on: link, channel, now: now)
    }

    private func acknowledge(
        on link: AMQPLink, _ channel: UInt16, now: Int64
    ) throws(AMQPFailure) {
        if let last = tags.takePrefix() {
            try link.acknowledge(last, multiple: true, on: channel)
        }
        // Behind a slow one: alone, when it is many or has waited.
        let mayWait = tags.acceptedCount < options.prefetch / 4 && now - tags.heldSince < 20
        guard tags.hasAccepted, !mayWait || hasEnded else { return }
        for tag in tags.takeAccepted() {
            try link.acknowledge(tag, multiple: false, on: channel)
        }
    }

    /// Takes no more deliveries; those that came nevertheless go back.
    private func cancel(on link: AMQPLink) throws(AMQPFailure) {
        guard let channel, !isCancelled else { return }
        isCancelled = true
        link.arena.reset()
        _ = amqp_basic_cancel(link.connection, channel, link.arena.bytes(options.consumerTag))
        try link.checkReply("cancelling a consumer", on: channel)
    }
}

/// The deliveries of one channel that the broker waits for, in the order of their tags.
struct TagWindow {
    private enum State: UInt8 {
        case out
        /// Accepted, and the broker does not know yet.
        case accepted
        /// The broker knows.
        case gone
    }

    private var states = Fifo<State>()
    private var first: UInt64 = 1
    private(set) var acceptedCount = 0
    /// Since when something accepted waits behind something that is not. Unit: milliseconds.
    private(set) var heldSince: Int64 = 0

    var hasAccepted: Bool { acceptedCount > 0 }

    mutating func append(_ tag: UInt64) {
        if states.isEmpty { first = tag }
        states.append(.out)
    }

    private func index(_ tag: UInt64) -> Int? {
        guard tag >= first, let index = Int(exactly: tag - first), index < states.count else {
            return nil
        }
        return index
    }

    mutating func accept(_ tag: UInt64) {
        guard let index = index(tag), states[index] == .out else { return }
        states[index] = .accepted
        if acceptedCount == 0 { heldSince = Monotonic.milliseconds }
        acceptedCount += 1
    }

    mutating func drop(_ tag: UInt64) {
        guard let index = index(tag), states[index] == .out else { return }
        states[index] = .gone
    }

    /// Takes all from the front that are accepted or gone.
    ///
    /// - Returns: The last accepted one of them, which stands for all.
    mutating func takePrefix() -> UInt64? {
        var last: UInt64?
        while let state = states.first, state != .out {
            _ = states.popFirst()
            if state == .accepted {
                last = first
                acceptedCount -= 1
            }
            first += 1
        }
        if last != nil { heldSince = Monotonic.milliseconds }
        return last
    }

    /// Takes the accepted ones behind others.
    mutating func takeAccepted() -> [UInt64] {
        var tags: [UInt64] = []
        for index in 0..<states.count where states[index] == .accepted {
            states[index] = .gone
            tags.append(first + UInt64(index))
        }
        acceptedCount = 0
        return tags
    }
}
