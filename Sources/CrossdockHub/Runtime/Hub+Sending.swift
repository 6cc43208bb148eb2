internal import CrossdockBus
public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockRouting
internal import CrossdockSettings
public import Logging

extension Hub {
    /// Sends one message from outside and waits for its way to end.
    ///
    /// - Parameters:
    ///   - headers: Control names direct components, as in a route; who sends is the operator.
    /// - Returns: The message as it came back.
    /// - Throws: ``DiagnosticsError`` for an address that cannot be sent to; what the route failed with.
    public func send(
        _ message: Message, to address: String, pattern: ExchangePattern, logger: Logger
    ) async throws -> Message {
        let parsed = try EndpointAddress(address)
        guard let component = services.catalog.component(parsed.scheme) else {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownScheme, "there is no component '\(parsed.scheme)'",
                    help: Suggestion.help(for: parsed.scheme, in: services.catalog.schemes)
                        ?? "`crossdock list components` shows all"))
        }
        guard let endpoint = try component.endpoint(at: parsed) as? any ProducingEndpoint else {
            throw DiagnosticsError(
                Diagnostic(.badAddress, "nothing can be sent to '\(parsed.name)'"))
        }
        let producer = try endpoint.makeProducer(
            for: RouteContext(routeID: "send", logger: logger))
        var exchange = Exchange(message, pattern: pattern)
        do {
            try await producer.prepare()
            try await producer.process(&exchange)
        } catch {
            await producer.close()
            throw error
        }
        await producer.close()
        return exchange.message
    }

    /// Waits until no message is under way and none waits on the bus.
    ///
    /// Unlike a run until idle, sources that could still bring something are not waited for.
    public func settle() async throws {
        var quiet = 0
        var last = routes.map(\.received)
        while quiet < 5 {
            try await Task.sleep(for: .milliseconds(10))
            let now = routes.map(\.received)
            let backlogs = await services.bus.backlogs()
            let isBusy =
                routes.contains { $0.inFlight > 0 } || backlogs.values.contains { !$0.isEmpty }
            quiet = isBusy || now != last ? 0 : quiet + 1
            last = now
        }
    }
}
