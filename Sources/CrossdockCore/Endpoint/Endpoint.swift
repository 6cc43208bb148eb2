/// One addressable thing: `bus:accounts`, `spring-rabbitmq:orders?queues=orders.in`.
///
/// An endpoint offers only what it can do, by the protocols it conforms to; a route that asks for
/// more fails when it is read, not when it runs.
public protocol Endpoint: Sendable {}

/// An endpoint from which messages can be received.
public protocol ConsumingEndpoint: Endpoint {
    func makeConsumer(for route: RouteContext) throws -> any Consumer
}

/// An endpoint to which messages can be sent.
public protocol ProducingEndpoint: Endpoint {
    /// - Parameter route: The route that sends; its id is part of the name of every effect.
    func makeProducer(for route: RouteContext) throws -> any Producer
}

/// An endpoint from which one message can be taken when it is asked for.
public protocol PollingEndpoint: Endpoint {
    /// - Parameter timeout: How long to wait for a message; nil without end, zero not at all.
    /// - Returns: Nil when there was none in time.
    func poll(timeout: Duration?, clock: any HubClock) async throws -> Exchange?
}
