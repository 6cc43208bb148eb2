public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings
internal import Synchronization

/// Keeps what it receives, for tests and for routes that lead nowhere yet.
public struct MockComponent: Component {
    public static let scheme = "mock"
    public static let summary = "Keeps what it receives, for tests."
    public static let syntax = "mock:name"
    public static var options: [SettingDeclaration] { MockOptions.declarations }

    private let store: MockStore

    public init() { store = MockStore() }

    /// What the endpoint of that address has received, in order.
    ///
    /// - Parameter address: With or without its scheme, without options.
    public func received(at address: String) -> [Exchange] {
        store.received(at: address.hasPrefix("mock:") ? String(address.dropFirst(5)) : address)
    }

    /// How many messages all mocks have received.
    public var count: Int { store.count }

    /// Forgets everything.
    public func reset() { store.reset() }

    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        guard !address.path.isEmpty else {
            throw DiagnosticsError(
                Diagnostic(.badAddress, "'mock:' needs a name", at: address.span))
        }
        return MockEndpoint(
            name: address.path, options: try address.inProcessOptions(), store: store)
    }
}

struct MockOptions: Settings {
    @Setting("How many messages are kept, the first ones; negative keeps all.")
    var retainFirst = -1
    @Setting("How many messages are kept, the last ones; negative keeps all.")
    var retainLast = -1
    @Setting("Accepted for Camel's sake: tests say what they expect.")
    var expectedCount: Int?
    @Setting("Accepted for Camel's sake.")
    var resultWaitTime: String?
    @Setting("Accepted for Camel's sake.")
    var resultMinimumWaitTime: String?
    @Setting("Accepted for Camel's sake.")
    var assertPeriod: String?
    @Setting("Accepted for Camel's sake.")
    var sleepForEmptyTest: String?
    @Setting("Accepted for Camel's sake.")
    var failFast: String?
    @Setting("Accepted for Camel's sake.")
    var copyOnExchange: String?
    @Setting("Accepted for Camel's sake.")
    var reportGroup: String?
    @Setting("Accepted for Camel's sake.")
    var log: String?
    @Setting("Accepted for Camel's sake.")
    var browseLimit: String?

    init() {}
}

/// What the mocks of a hub have received.
final class MockStore: Sendable {
    private struct State {
        var received: [String: [Exchange]] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.count } }

    func received(at name: String) -> [Exchange] { state.withLock { $0.received[name] ?? [] } }
    func reset() { state.withLock { $0 = State() } }

    func add(_ exchange: Exchange, to name: String, first: Int, last: Int) {
        state.withLock { state in
            state.count += 1
            if first >= 0, state.received[name]?.count ?? 0 >= first { return }
            state.received[name, default: []].append(exchange)
            if last >= 0, let count = state.received[name]?.count, count > last {
                state.received[name]?.removeFirst(count - last)
            }
        }
    }
}

struct MockEndpoint: ProducingEndpoint {
    let name: String
    let options: MockOptions
    let store: MockStore

    func makeProducer(for route: RouteContext) -> any Producer {
        MockProducer(name: name, options: options, store: store)
    }
}

struct MockProducer: Producer {
    let name: String
    let options: MockOptions
    let store: MockStore

    func process(_ exchange: inout Exchange) async throws {
        store.add(exchange, to: name, first: options.retainFirst, last: options.retainLast)
    }
}

/// Takes messages and does nothing with them.
public struct StubComponent: Component {
    public static let scheme = "discard"
    public static let summary = "Takes messages and does nothing with them."
    public static let syntax = "discard:name"
    public static var options: [SettingDeclaration] { [] }

    public init() {}

    public func endpoint(at address: EndpointAddress) throws -> any Endpoint { DiscardEndpoint() }
}

struct DiscardEndpoint: ProducingEndpoint {
    func makeProducer(for route: RouteContext) -> any Producer { DiscardProducer() }
}

struct DiscardProducer: Producer {
    func process(_ exchange: inout Exchange) async throws {}
}
