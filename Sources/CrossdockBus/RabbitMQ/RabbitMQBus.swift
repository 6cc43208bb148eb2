public import CrossdockCore
public import CrossdockDiagnostics
internal import CrossdockSettings
internal import Synchronization

/// The bus in a RabbitMQ broker: replicated queues, shared by all hubs.
///
/// A topic is an exchange, a queue a quorum queue that dead-letters at least once; everything is sent
/// with confirms and as mandatory.
public final class RabbitMQBus: BusTransport {
    struct State {
        var topics: [String: BusTopic] = [:]
        var queues: [String: BusQueue] = [:]
        var retryQueues: Set<String> = []
        var feeds: [String: [DeliveryFeed<BusMessage>]] = [:]
        var isClosed = false
    }

    let connections: RabbitMQConnections
    let clock: any HubClock
    let state = Mutex(State())

    /// - Parameter onProblem: Told of lost connections, deleted queues, failed moves.
    /// - Throws: ``BusError`` when threads or descriptors are wanting; an unreachable broker shows when
    ///   it is first asked.
    public init(
        _ settings: BrokerSettings, clock: any HubClock = SystemClock(),
        onProblem: @escaping @Sendable (BusError) -> Void = { _ in }
    ) throws(BusError) {
        self.clock = clock
        connections = try RabbitMQConnections(settings, onProblem: onProblem)
    }

    // MARK: Declaring

    public func declare(_ topology: BusTopology) async throws(BusError) -> [Diagnostic] {
        for topic in topology.topics { try BusName.check(topic.name) }
        for queue in topology.queues { try BusName.check(queue.name) }
        let known = state.withLock(\.topics)
        var topics = Dictionary(topology.topics.map { ($0.name, $0) }) { one, _ in one }
        for queue in topology.queues where topics[queue.topic] == nil {
            topics[queue.topic] = known[queue.topic] ?? BusTopic(queue.topic)
        }
        let (wanted, queues) = (topics, topology.queues)
        try Self.checkPartitions(wanted, queues)
        let version = try await connections.publishing.ask { link throws(AMQPFailure) in
            if link.broker.product == "RabbitMQ", link.broker < .oldest { return link.broker }
            for topic in wanted.values { try RabbitMQObjects.declare(topic, on: link) }
            for queue in queues {
                try RabbitMQObjects.declare(
                    queue, topicPartitions: wanted[queue.topic]?.partitions ?? 1, on: link)
            }
            return link.broker
        }
        guard version.product != "RabbitMQ" || version >= .oldest else {
            throw BusError(.busBrokerTooOld, "the broker is RabbitMQ \(version.text)")
        }
        state.withLock { state in
            for topic in wanted.values { state.topics[topic.name] = topic }
            for queue in queues {
                state.queues[queue.name] = queue
                if let letters = queue.deadLetters {
                    state.queues[letters] = BusQueue(letters, topic: letters, deadLetters: nil)
                }
            }
        }
        return [
            Diagnostic(
                .busUnverified,
                "the effective arguments of \(queues.count) queues were not read back",
                severity: .warning, help: "set bus.managementUrl")
        ]
    }

    private static func checkPartitions(
        _ topics: [String: BusTopic], _ queues: [BusQueue]
    ) throws(BusError) {
        for queue in queues {
            let count = topics[queue.topic]?.partitions ?? 1
            guard queue.partitions == 1 || queue.partitions == count else {
                throw BusError(
                    .busTopologyDiffers,
                    """
                    queue '\(queue.name)' has \(queue.partitions) partitions, its topic \(count)
                    """)
            }
        }
    }

    // MARK: Publishing

    public func publish(
        _ messages: [BusMessage], to name: String, requiresQueue: Bool
    ) async -> [BusError?] {
        guard let topic = state.withLock({ $0.topics[name] }) else {
            return messages.map { _ in requiresQueue ? .unheard(name) : nil }
        }
        let exchange = RabbitMQObjects.exchange(ofTopic: name)
        let batch = PublishBatch(count: messages.count)
        let publishes = messages.enumerated().compactMap { index, message in
            connections.publish(
                AMQPMessage(message), exchange: exchange,
                routingKey: String(
                    BusName.partition(of: message.orderKey, among: topic.partitions)),
                isMandatory: requiresQueue, destination: name
            ) { error in batch.finish(index, error) }
        }
        return await batch.results(cancelling: publishes) {
            if !publishes.isEmpty { connections.publisher.submit(publishes) }
        }
    }

    // MARK: Consuming

    public func subscribe(
        to name: String, prefetch: Int
    ) async throws(BusError) -> BusSubscription {
        guard let queue = state.withLock({ $0.queues[name] }) else {
            throw BusError(.busNotThere, "there is no queue '\(name)'")
        }
        let names = queue.partitionNames
        let feed = DeliveryFeed<BusMessage>(
            capacity: prefetch, lanes: names.count
        ) { [wakeup = connections.receiverWakeup] in wakeup.signal() }
        var subscriptions: [AMQPSubscription<BusMessage>] = []
        for (lane, partition) in names.enumerated() {
            let share = max(1, min(65_535, prefetch / names.count))
            do throws(BusError) {
                subscriptions.append(
                    try await open(
                        partition, of: queue, feed: feed, lane: lane, prefetch: share))
            } catch {
                feed.end(.stopped)
                for other in subscriptions { await connections.remove(other) }
                throw error
            }
        }
        state.withLock { $0.feeds[name, default: []].append(feed) }
        let opened = subscriptions
        return BusSubscription(feed: feed) { [weak self] in
            for subscription in opened { await self?.connections.remove(subscription) }
            self?.state.withLock { $0.feeds[name]?.removeAll { $0 === feed } }
        }
    }

    private func open(
        _ partition: String, of queue: BusQueue, feed: DeliveryFeed<BusMessage>, lane: Int,
        prefetch: Int
    ) async throws(BusError) -> AMQPSubscription<BusMessage> {
        let topic = state.withLock { $0.topics[queue.topic] } ?? BusTopic(queue.topic)
        let isDeadLetters = queue.deadLetters == nil
        let options = AMQPSubscription<BusMessage>.Options(
            queue: partition, prefetch: prefetch,
            consumerTag: "crossdock-\(ExchangeID.next())",
            maxMessageSize: connections.settings.maxMessageSize.bytes,
            rejectsUnreadable: !isDeadLetters, lane: lane)
        let declare: @Sendable (AMQPLink) throws(AMQPFailure) -> Void = {
            link throws(AMQPFailure) in
            try RabbitMQObjects.declare(topic, on: link)
            try RabbitMQObjects.declare(queue, topicPartitions: topic.partitions, on: link)
        }
        let opening = OneAnswer<BusError?>()
        let subscription = AMQPSubscription<BusMessage>(
            options, feed: feed, wakeup: connections.receiverWakeup,
            prepare: isDeadLetters ? nil : declare,
            convert: { message, receipt in message.delivery(receipt) },
            move: { [weak self] moving, done in
                guard let self else { return done(false) }
                move(moving, queue: queue, partition: partition, done)
            }, onProblem: connections.onProblem, whenOpen: { opening.give($0) })
        connections.add(subscription)
        if let error = await opening.value(
            within: connections.settings.requestTimeout * 2,
            otherwise: BusError(
                .busUnreachable, "the broker did not open the queue '\(partition)' in time",
                .transient(retryAfter: nil)))
        {
            feed.end(.stopped)
            await connections.remove(subscription)
            throw error
        }
        return subscription
    }

    // MARK: State

    public func backlog(of name: String) async throws(BusError) -> BusBacklog {
        guard let queue = state.withLock({ $0.queues[name] }) else {
            throw BusError(.busNotThere, "there is no queue '\(name)'")
        }
        let names = queue.partitionNames
        let ready = try await connections.publishing.ask { link throws(AMQPFailure) in
            var ready = 0
            for name in names {
                ready += try link.onScratchChannel { channel throws(AMQPFailure) in
                    try link.messageCount(ofQueue: name, on: channel)
                }
            }
            return ready
        }
        let unsettled = state.withLock { state in
            (state.feeds[name] ?? []).reduce(0) { sum, feed in
                let lanes = (0..<names.count).reduce(0) { $0 + feed.backlog(lane: $1).settled }
                return sum + feed.backlog().unsettled + lanes
            }
        }
        return BusBacklog(ready: ready, unsettled: unsettled)
    }

    public var health: BusHealth {
        if state.withLock(\.isClosed) { return .down(.closed) }
        if let problem = connections.problem { return .down(problem) }
        if let blocked = connections.publishing.blocked { return .blocked(blocked) }
        return .up
    }

    public func close() async {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        if !wasClosed { await connections.close() }
    }
}
