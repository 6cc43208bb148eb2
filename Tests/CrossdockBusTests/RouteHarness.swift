internal import CrossdockCore
internal import Logging
internal import Synchronization
internal import Testing

@testable internal import CrossdockBus

/// Runs one consumer as a route would.
final class RouteHarness: Sendable {
    let context: RouteContext
    let consumer: any Consumer
    private let task: Mutex<Task<Void, any Error>?> = Mutex(nil)
    private let exchanges = Shared<[Exchange]>([])

    init(_ id: String, from endpoint: any Endpoint) throws {
        context = RouteContext(
            routeID: id, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let consuming = try #require(endpoint as? any ConsumingEndpoint)
        consumer = try consuming.makeConsumer(for: context)
    }

    /// Every exchange delivered so far.
    var received: [Exchange] { exchanges.withLock { $0 } }
    var bodies: [String] { received.map { $0.message.body.text ?? "" } }

    func start(_ outcome: @escaping @Sendable (Exchange) async -> Outcome = { .completed($0) }) {
        let task = Task { [consumer, exchanges] in
            try await consumer.run { exchange in
                exchanges.withLock { $0.append(exchange) }
                return await outcome(exchange)
            }
        }
        self.task.withLock { $0 = task }
    }

    /// Asks for the stop and waits for it.
    func stop() async throws {
        context.stop.request()
        try await wait()
    }

    /// Waits for the end of the consumer.
    func wait() async throws {
        try await task.withLock { $0 }?.value
    }

    func cancel() { task.withLock { $0 }?.cancel() }
}

/// Sends exchanges as a route would.
struct SendHarness {
    let producer: any Producer

    init(_ id: String, to endpoint: any Endpoint) throws {
        let context = RouteContext(
            routeID: id, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let producing = try #require(endpoint as? any ProducingEndpoint)
        producer = try producing.makeProducer(for: context)
    }

    @discardableResult
    func send(_ exchange: Exchange) async throws -> Exchange {
        var exchange = exchange
        try await producer.process(&exchange)
        return exchange
    }

    func send(_ text: String) async throws { try await send(Exchange(Message(.text(text)))) }
}
