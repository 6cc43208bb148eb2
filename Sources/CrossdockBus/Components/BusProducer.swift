internal import CrossdockCore
internal import CrossdockDiagnostics

/// Sends to a topic of the bus; returns when the message is durable.
///
/// Gathering is the bus's: exchanges that are under way at once share a flush, or a window of confirms.
struct BusProducer: Producer {
    let topic: String
    let options: BusOptions
    let services: BusServices
    let route: RouteContext

    func prepare() async throws {
        if options.requireConsumer, !services.hasConsumer(topic) {
            throw DiagnosticsError(
                Diagnostic(
                    .busTopicUnheard,
                    "route '\(route.routeID)' sends to bus:\(topic), which no route consumes",
                    help: "start a route from bus:\(topic), or set requireConsumer=false"))
        }
        _ = try await services.bus.declare(BusTopology(topics: [services.topic(topic)]))
    }

    func process(_ exchange: inout Exchange) async throws {
        try Task.checkCancellation()
        let message = BusEnvelope.message(
            exchange, topic: topic, route: route.routeID, orderedBy: options,
            at: services.clock.now)
        try await services.bus.publish(
            message, to: topic, requiresQueue: options.requireConsumer)
    }
}
