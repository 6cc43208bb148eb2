internal import CrossdockCore
internal import CrossdockDiagnostics
internal import Synchronization

/// Producers for addresses that depend on messages, made when first asked for.
///
/// - Trust: the address may hold message data. What names hosts, commands, credentials or file roots
///   must be on the route's allow-list; `direct`, `seda`, `bus`, `mock` and `log` reach nothing outside.
final class DynamicProducers: DynamicProducing, ManagedProcessor {
    private struct State {
        var producers: [String: any Producer] = [:]
        var order: [String] = []
    }

    private let route: RouteContext
    private let assembly: RouteAssembly
    private let capacity: Int
    private let surroundings: RouteSurroundings?
    private let state = Mutex(State())

    private static let innerSchemes: Set<String> = [
        "direct", "seda", "bus", "mock", "log", "mapping", "model", "xref",
    ]

    init(
        _ route: RouteContext, _ assembly: RouteAssembly, cacheSize: Int,
        surroundings: RouteSurroundings?
    ) {
        self.route = route
        self.assembly = assembly
        self.surroundings = surroundings
        capacity = cacheSize < 0 ? 0 : cacheSize == 0 ? 1_000 : cacheSize
    }

    func producer(at text: String) async throws -> any Producer {
        if let known = state.withLock({ $0.producers[text] }) { return known }
        let address: EndpointAddress
        do { address = try EndpointAddress(text) } catch {
            throw RouteError(
                .badAddress, error.message, cause: error,
                exceptionClass: "org.apache.camel.NoSuchEndpointException")
        }
        let target = try assembly.replaced(address)
        guard
            Self.innerSchemes.contains(target.scheme)
                || assembly.allowsDynamic(text, in: route.routeID)
        else {
            throw RouteError(
                .dynamicAddress, "'\(address.scheme):…' may not be chosen by message data here",
                exceptionClass: "java.lang.SecurityException")
        }
        let producer = try makeProducer(target)
        try await producer.prepare()
        await keep(producer, text)
        return producer
    }

    private func makeProducer(_ address: EndpointAddress) throws -> any Producer {
        let endpoint: any Endpoint
        do { endpoint = try assembly.component(for: address).endpoint(at: address) } catch {
            throw RouteError(
                .badAddress, "'\(address.name)' cannot be used: \(ExceptionName.message(error))",
                cause: error, exceptionClass: "org.apache.camel.ResolveEndpointFailedException")
        }
        guard let producing = endpoint as? any ProducingEndpoint else {
            throw RouteError(
                .badAddress, "'\(address.name)' cannot be sent to",
                exceptionClass: "org.apache.camel.NoSuchEndpointException")
        }
        let producer = try producing.makeProducer(for: route)
        return surroundings?.intercepted(producer, at: address) ?? producer
    }

    /// The longest kept goes first.
    private func keep(_ producer: any Producer, _ text: String) async {
        let evicted = state.withLock { state -> (any Producer)? in
            guard capacity > 0 else { return nil }
            if state.producers.updateValue(producer, forKey: text) == nil {
                state.order.append(text)
            }
            guard state.order.count > capacity else { return nil }
            return state.producers.removeValue(forKey: state.order.removeFirst())
        }
        await evicted?.close()
    }

    /// Never a step of its own: it is on the list of what is closed with the route.
    func process(_ exchange: inout Exchange) async throws {}

    func close() async {
        let all = state.withLock { state in
            defer { (state.producers, state.order) = ([:], []) }
            return Array(state.producers.values)
        }
        for producer in all { await producer.close() }
    }
}
