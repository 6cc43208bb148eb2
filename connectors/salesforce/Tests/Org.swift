import CrossdockCore
import CrossdockData
import CrossdockHTTP
import CrossdockSandbox
import CrossdockSettings
import CrossdockTesting
import Logging
import SalesforceConnector
import Synchronization
import Testing

/// A sandbox org with a hub's connector in front of it.
struct Org {
    let sandbox: Sandbox
    let store: MemoryStateStore
    let component: SalesforceComponent

    /// - Parameter auth: Changes the log-in of the connection.
    init(
        records: Int? = nil, store: MemoryStateStore = MemoryStateStore(),
        auth change: (inout AuthSettings, SandboxReady.Access) -> Void = { _, _ in }
    ) async throws {
        var options = SandboxOptions(["salesforce"])
        options.tlsPort = nil
        options.records = records
        sandbox = try await Sandbox.start(options)
        self.store = store
        let access = try #require(sandbox.ready["salesforce"])
        var auth = AuthSettings()
        auth.kind = .clientCredentials
        auth.clientId = access["clientId"]
        auth.clientSecret = access["clientSecret"].map { Secret($0) }
        change(&auth, access)
        var settings = ConnectionSettings()
        settings.system = "salesforce"
        settings.url = access.http
        settings.auth = auth
        component = SalesforceComponent(
            ConnectorServices(connections: Connections(["salesforce": settings]), store: store))
        try sandbox.declareFields(
            Array(
                #"""
                [{"name":"CustomerNumber__c","type":"string","length":20,"externalId":true,"unique":true},
                 {"name":"Score__c","type":"double"}]
                """#.utf8), of: "Account", in: "salesforce")
    }

    func producer(_ address: String, route: String = "test") async throws -> any Producer {
        let endpoint = try component.endpoint(at: EndpointAddress("salesforce:" + address))
        let producing = try #require(endpoint as? any ProducingEndpoint)
        let producer = try producing.makeProducer(for: context(route))
        try await producer.prepare()
        return producer
    }

    /// Sends one body and returns the reply.
    @discardableResult
    func send(_ body: Value, to address: String, record: RecordIdentity? = nil) async throws
        -> Value
    {
        let producer = try await producer(address)
        return try await reply(of: producer, to: body, record: record)
    }

    func reply(
        of producer: any Producer, to body: Value, record: RecordIdentity? = nil
    ) async throws -> Value {
        var exchange = Exchange(
            Message(body.isNull ? .empty : .value(body)), pattern: .inOut, record: record)
        try await producer.process(&exchange)
        var reply = exchange.message.body
        return reply.isEmpty ? .null : try reply.json().root.value()
    }

    func context(_ route: String, stop: StopSignal = StopSignal()) -> RouteContext {
        RouteContext(routeID: route, logger: Logger(label: "test"), stop: stop)
    }

    func load(_ lines: String, into object: String = "Account") throws {
        try sandbox.load(Array(lines.utf8), into: object, of: "salesforce")
    }

    func records(_ object: String = "Account") throws -> [Value] {
        try lines(sandbox.records(of: object, in: "salesforce"))
    }

    func effects() throws -> [Value] {
        try lines(sandbox.journal(of: "salesforce")).filter { $0["kind"]?.string == "effect" }
    }

    func requests(_ path: String) throws -> [Value] {
        try lines(sandbox.journal(of: "salesforce")).filter {
            $0["kind"]?.string == "request" && $0["path"]?.string?.contains(path) == true
        }
    }

    func faults(_ json: String) throws {
        try sandbox.setFaults(Array(json.utf8), of: "salesforce")
    }

    private func lines(_ bytes: [UInt8]) throws -> [Value] {
        try bytes.split(separator: 0x0A).map { try Value(json: Array($0)) }
    }
}

/// A running `changes` consumer and what it has delivered.
final class Follower: Sendable {
    private final class Seen: Sendable {
        let exchanges = Mutex<[Exchange]>([])
    }

    private let seen = Seen()
    private let stop = StopSignal()
    let source: SourceStatus
    private let task: Task<Void, any Error>

    /// - Parameter outcome: How the route ends for each exchange; nil is completed.
    init(
        _ org: Org, _ options: String, route: String = "accounts",
        outcome: @escaping @Sendable (Exchange) async -> Outcome? = { _ in nil }
    ) throws {
        let endpoint = try org.component.endpoint(
            at: EndpointAddress("salesforce:changes?sObjectName=Account&" + options))
        let consuming = try #require(endpoint as? any ConsumingEndpoint)
        let context = org.context(route, stop: stop)
        let consumer = try consuming.makeConsumer(for: context)
        source = context.source
        let seen = self.seen
        task = Task {
            try await consumer.prepare()
            try await consumer.run { exchange in
                let outcome = await outcome(exchange) ?? .completed(exchange)
                seen.exchanges.withLock { $0.append(exchange) }
                return outcome
            }
        }
    }

    var exchanges: [Exchange] { seen.exchanges.withLock { $0 } }

    func untilDelivered(_ count: Int) async {
        await eventually { exchanges.count >= count }
    }

    func end() async throws {
        stop.request()
        try await task.value
    }
}

/// Waits until something becomes true that another task brings about.
func eventually(
    _ condition: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async rethrows {
    let deadline = ContinuousClock.now + .seconds(15)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try? await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("it did not come true", sourceLocation: sourceLocation)
}

final class Attempts: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

final class UnderWay: Sendable {
    private let state = Mutex((keys: Set<String>(), clashed: false))

    func enter(_ key: String) {
        state.withLock { if !$0.keys.insert(key).inserted { $0.clashed = true } }
    }
    func leave(_ key: String) { state.withLock { _ = $0.keys.remove(key) } }
    var hasClashed: Bool { state.withLock { $0.clashed } }
}
