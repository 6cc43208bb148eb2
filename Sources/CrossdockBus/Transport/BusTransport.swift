public import CrossdockDiagnostics

/// A durable place between routes: the embedded bus, or a RabbitMQ broker.
///
/// Both keep the same promises. What is published is on disk before the call returns; every queue of
/// the topic gets it at least once; what is accepted does not come again; what is given back, or was
/// under way when the process died, does.
public protocol BusTransport: Sendable {
    /// Makes topics and queues exist as declared, and checks those that exist.
    ///
    /// - Returns: Warnings about what could not be checked.
    /// - Throws: ``BusError`` with CD6124 for a queue with other arguments.
    func declare(_ topology: BusTopology) async throws(BusError) -> [Diagnostic]

    /// Sends messages; each is durable, or its error says why not.
    ///
    /// - Parameter requiresQueue: Whether a topic without any queue is an error.
    /// - Returns: One entry per message, nil for those that the bus has taken.
    func publish(
        _ messages: [BusMessage], to topic: String, requiresQueue: Bool
    ) async -> [BusError?]

    /// Receives from a queue that was declared.
    ///
    /// - Parameter prefetch: How many deliveries may be unsettled at once.
    func subscribe(to queue: String, prefetch: Int) async throws(BusError) -> BusSubscription

    /// How much waits in a queue.
    func backlog(of queue: String) async throws(BusError) -> BusBacklog

    /// How the bus is, for health and back-pressure; does not wait.
    var health: BusHealth { get }

    /// Finishes what was settled, then lets go of everything.
    func close() async
}

extension BusTransport {
    /// Sends one message; durable on return.
    public func publish(
        _ message: BusMessage, to topic: String, requiresQueue: Bool = true
    ) async throws(BusError) {
        let results = await publish([message], to: topic, requiresQueue: requiresQueue)
        if let error = results.first ?? nil { throw error }
    }
}

public struct BusBacklog: Sendable, Hashable {
    /// Messages that nobody has in hand.
    public var ready: Int
    /// Messages that were delivered and are not settled.
    public var unsettled: Int

    public init(ready: Int, unsettled: Int) {
        self.ready = ready
        self.unsettled = unsettled
    }

    public var isEmpty: Bool { ready == 0 && unsettled == 0 }
}

public enum BusHealth: Sendable, Hashable {
    case up
    /// Works, but takes no messages now: an alarm of the broker, a full disk.
    case blocked(BusError)
    /// Cannot be reached or has failed.
    case down(BusError)
}

/// Deliveries of one queue, as they come.
///
/// Several subscriptions to one queue share its messages.
public final class BusSubscription: Sendable {
    public typealias Delivered = Delivery<BusMessage>

    let feed: DeliveryFeed<BusMessage>
    private let onCancel: @Sendable () async -> Void

    init(feed: DeliveryFeed<BusMessage>, onCancel: @escaping @Sendable () async -> Void) {
        self.feed = feed
        self.onCancel = onCancel
    }

    /// Works on deliveries with at most `limit` tasks at once until the subscription ends.
    ///
    /// - Throws: What ended the subscription, if not ``stop()``.
    public func work(
        limit: Int, _ body: @escaping @Sendable (Delivered) async -> Void
    ) async throws(BusError) {
        await feed.work(limit: limit, body)
        if let failure = feed.failure { throw failure }
    }

    /// Returns the next delivery; nil when the subscription has ended.
    public func next() async throws(BusError) -> Delivered? {
        if let delivery = await feed.next() { return delivery }
        if let failure = feed.failure { throw failure }
        return nil
    }

    /// Says how a delivery ended. Call it exactly once per delivery.
    public func settle(_ delivery: Delivered, _ settlement: Settlement) {
        feed.settle(delivery, settlement)
    }

    /// Takes no more deliveries; what nobody holds is given back. What is under way can be settled.
    public func stop() { feed.end(.stopped) }

    /// Ends the subscription: waits until everything handed out is settled and the bus knows it.
    public func cancel() async {
        stop()
        await feed.waitUntilSettled()
        await onCancel()
    }
}
