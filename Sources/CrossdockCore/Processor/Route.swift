internal import Synchronization

/// A consumer and the steps that its messages go through.
public final class Route: Sendable {
    public let context: RouteContext
    public let consumer: any Consumer
    public let pipeline: any Processor
    /// What wants to know of every exchange: metrics, history.
    private let observers: [any RouteObserver]
    /// Whether some step of the hub goes back to messages as they entered it.
    private let keepsOriginals: Bool
    private let inFlight = Atomic<Int>(0)

    public var id: String { context.routeID }

    public init(
        _ context: RouteContext, consumer: any Consumer, pipeline: any Processor,
        observers: [any RouteObserver] = [], keepsOriginals: Bool = true
    ) {
        self.context = context
        self.consumer = consumer
        self.pipeline = pipeline
        self.observers = observers
        self.keepsOriginals = keepsOriginals
    }

    /// How many exchanges are on their way through the route.
    public var exchangesInFlight: Int { inFlight.load(ordering: .relaxed) }

    /// Receives until the stop is requested.
    public func run() async throws {
        try await consumer.run { received in await self.process(received) }
    }

    /// Exchange in, outcome out: the one place that decides it.
    public func process(_ received: Exchange) async -> Outcome {
        inFlight.wrappingAdd(1, ordering: .relaxed)
        defer { inFlight.wrappingSubtract(1, ordering: .relaxed) }
        var exchange = received
        if keepsOriginals, exchange.unitOfWork == nil {
            exchange.unitOfWork = UnitOfWork(original: exchange.message, fromRoute: id)
        }
        guard !observers.isEmpty else { return await outcome(of: &exchange) }
        let started = context.clock.elapsed
        let outcome = await outcome(of: &exchange)
        let took = context.clock.elapsed - started
        for observer in observers { observer.finished(outcome, route: id, took: took) }
        return outcome
    }

    private func outcome(of exchange: inout Exchange) async -> Outcome {
        do {
            try await pipeline.process(&exchange)
            return .completed(exchange)
        } catch is CancellationError {
            return .interrupted  // shutting down never costs a message
        } catch {
            return .failed(exchange, error)
        }
    }
}

/// Is told how each exchange of a route ended.
public protocol RouteObserver: Sendable {
    func finished(_ outcome: Outcome, route: String, took: Duration)
}
