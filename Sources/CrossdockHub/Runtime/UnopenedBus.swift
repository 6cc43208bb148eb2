internal import CrossdockBus
internal import CrossdockDiagnostics

/// Stands in for the bus where routes are built and not run: `lint`, `list`, tests.
struct UnopenedBus: BusTransport {
    private static let refusal = BusError(
        .busClosed, "there is no bus here; replace the address in the test")

    func declare(_ topology: BusTopology) async throws(BusError) -> [Diagnostic] {
        throw Self.refusal
    }

    func publish(
        _ messages: [BusMessage], to topic: String, requiresQueue: Bool
    ) async -> [BusError?] {
        messages.map { _ in Self.refusal }
    }

    func subscribe(to queue: String, prefetch: Int) async throws(BusError) -> BusSubscription {
        throw Self.refusal
    }

    func backlog(of queue: String) async throws(BusError) -> BusBacklog { throw Self.refusal }
    var health: BusHealth { .down(Self.refusal) }
    func close() async {}
}
