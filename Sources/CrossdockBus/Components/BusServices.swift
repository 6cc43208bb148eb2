public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings
internal import Synchronization

/// What the `bus:` component stands on: one bus for all routes of a hub, and who uses which topic.
public final class BusServices: Sendable {
    private struct State {
        /// Topics with the consumers of this hub, each the name of a route or group.
        var consumers: [String: Set<String>] = [:]
        var partitions: [String: Int] = [:]
        var queues: Set<String> = []
        var warned: Set<Diagnostic> = []
    }

    public let bus: any BusTransport
    public let clock: any HubClock
    private let state = Mutex(State())

    public init(bus: any BusTransport, clock: any HubClock = SystemClock()) {
        self.bus = bus
        self.clock = clock
    }

    /// Notes a consuming route while routes are built; its queue is made when it is prepared.
    func add(consumer: String, of topic: String) {
        state.withLock { state in
            _ = state.consumers[topic, default: []].insert(consumer)
            state.queues.insert(BusName.queue(topic: topic, consumer: consumer))
        }
    }

    /// Notes over how many partitions a topic is spread.
    ///
    /// - Throws: ``SettingProblem`` when two endpoints of one topic disagree.
    func setPartitions(_ count: Int, of topic: String) throws {
        try state.withLock { state in
            let known = state.partitions[topic] ?? count
            guard known == count else {
                throw SettingProblem(
                    "topic '\(topic)' has \(known) partitions elsewhere and \(count) here")
            }
            state.partitions[topic] = count
        }
    }

    func topic(_ name: String) -> BusTopic {
        BusTopic(name, partitions: state.withLock { $0.partitions[name] ?? 1 })
    }

    /// Whether a route of this hub consumes the topic.
    public func hasConsumer(_ topic: String) -> Bool {
        state.withLock { !($0.consumers[topic] ?? []).isEmpty }
    }

    /// The queues of this hub's routes.
    public var queues: [String] { state.withLock { $0.queues.sorted() } }

    /// How much waits in each queue of this hub's routes.
    public func backlogs() async -> [String: BusBacklog] {
        var backlogs: [String: BusBacklog] = [:]
        for queue in queues { backlogs[queue] = try? await bus.backlog(of: queue) }
        return backlogs
    }

    /// Returns those that were not returned before: a warning per hub, not per route.
    func news(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        state.withLock { state in
            diagnostics.filter { state.warned.insert($0).inserted }
        }
    }
}

/// Which bus a hub uses, as its configuration says.
public struct BusConfiguration: Sendable {
    /// Empty for the embedded bus; else `amqp://` or `amqps://`.
    public var url: String
    /// Instead of one in ``url``.
    public var password: Secret?
    /// Of the embedded bus.
    public var folder: String
    public var maxSize: ByteCount
    public var confirmWindow: Int
    public var tls: BrokerSettings.TLS

    public init(
        url: String = "", password: Secret? = nil, folder: String,
        maxSize: ByteCount = .mebibytes(10 << 10), confirmWindow: Int = 1_000,
        tls: BrokerSettings.TLS = BrokerSettings.TLS()
    ) {
        self.url = url
        self.password = password
        self.folder = folder
        self.maxSize = maxSize
        self.confirmWindow = confirmWindow
        self.tls = tls
    }

    /// How to reach the broker; nil for the embedded bus.
    ///
    /// - Throws: ``BusError`` with CD6126 or CD6127 for an address that cannot be used.
    public func broker(named connection: String = "crossdock") throws(BusError) -> BrokerSettings? {
        guard !url.isEmpty else { return nil }
        var address = try BrokerAddress(url)
        if let password { address.password = password }
        return BrokerSettings(
            address: address, tls: tls, connectionName: connection, publishWindow: confirmWindow)
    }

    /// Opens the bus.
    ///
    /// - Parameters:
    ///   - onFatal: The disk of the embedded bus failed; the hub must stop at once.
    ///   - onProblem: Something that deserves a warning in the log.
    public func open(
        clock: any HubClock = SystemClock(), onFatal: @escaping @Sendable (BusError) -> Void,
        onProblem: @escaping @Sendable (BusError) -> Void
    ) throws(BusError) -> any BusTransport {
        if let broker = try broker() {
            return try RabbitMQBus(broker, clock: clock, onProblem: onProblem)
        }
        var options = EmbeddedBus.Options(folder: folder)
        options.maxBytes = maxSize
        return try EmbeddedBus(options, clock: clock, onFatal: onFatal, onProblem: onProblem)
    }
}
