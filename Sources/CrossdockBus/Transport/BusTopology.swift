public import CrossdockSettings

/// The topics and queues that routes need; declared before any route starts.
public struct BusTopology: Sendable, Hashable {
    public var topics: [BusTopic]
    public var queues: [BusQueue]

    public init(topics: [BusTopic] = [], queues: [BusQueue] = []) {
        self.topics = topics
        self.queues = queues
    }

    public static func + (one: Self, other: Self) -> Self {
        BusTopology(
            topics: one.topics + other.topics.filter { !one.topics.contains($0) },
            queues: one.queues + other.queues.filter { !one.queues.contains($0) })
    }
}

/// A name to which messages are sent; every queue of the topic gets each of them.
public struct BusTopic: Sendable, Hashable {
    public var name: String
    /// Over how many queues a broker spreads order keys, so that several hubs can share ordered work;
    /// 1 for one queue per route.
    public var partitions: Int

    public init(_ name: String, partitions: Int = 1) {
        self.name = name
        self.partitions = partitions
    }
}

/// What one route, or one group of routes that share the work, receives from.
public struct BusQueue: Sendable, Hashable {
    /// `crossdock.<topic>.<route or group>`.
    public var name: String
    public var topic: String
    /// As many as its topic has.
    public var partitions: Int
    /// Where messages go that cannot be processed; nil for such a place itself.
    public var deadLetters: String?
    /// After how many deliveries without settlement a broker gives up on a message by itself.
    public var deliveryLimit: Int
    /// How much may wait; nil leaves it to the bus.
    public var maxBytes: ByteCount?

    public init(
        _ name: String, topic: String, partitions: Int = 1, deadLetters: String?,
        deliveryLimit: Int = 100, maxBytes: ByteCount? = nil
    ) {
        self.name = name
        self.topic = topic
        self.partitions = partitions
        self.deadLetters = deadLetters
        self.deliveryLimit = deliveryLimit
        self.maxBytes = maxBytes
    }

    /// The names of the queues behind it on a broker.
    var partitionNames: [String] {
        partitions <= 1 ? [name] : (0..<partitions).map { "\(name).\($0)" }
    }
}

/// Names of the bus's objects.
public enum BusName {
    /// The queue of a route or group at a topic.
    public static func queue(topic: String, consumer: String) -> String {
        "crossdock.\(topic).\(consumer)"
    }

    /// Where a route's failed messages go.
    public static func deadLetters(of route: String) -> String { "crossdock.dlq.\(route)" }

    /// - Throws: ``BusError`` for a name that no bus could carry.
    public static func check(_ name: String) throws(BusError) {
        let bytes = name.utf8
        let isUsable =
            !bytes.isEmpty && bytes.count <= 200 && !name.hasPrefix("amq.")
            && !name.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }
        guard isUsable else {
            throw BusError(
                .busName, "'\(name.prefix(80))' cannot be the name of a topic or queue")
        }
    }

    /// Which of `count` partitions a key belongs to: the same on every hub and in every version.
    ///
    /// - Source: FNV-1a, 64 bits (Fowler, Noll, Vo), modulo the number of partitions.
    public static func partition(of key: String?, among count: Int) -> Int {
        guard count > 1, let key else { return 0 }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(hash % UInt64(count))
    }
}
