import CrossdockCore
import CrossdockData
import CrossdockHTTP
import CrossdockSandbox
import CrossdockSettings
import CrossdockTesting
import Logging
import SAPConnector
import Synchronization
import Testing

/// A sandbox system with a hub's connector in front of it.
struct Plant {
    let sandbox: Sandbox
    let store: MemoryStateStore
    let component: SAPComponent

    init(password: String? = nil, store: MemoryStateStore = MemoryStateStore()) async throws {
        var options = SandboxOptions(["sap"])
        options.tlsPort = nil
        sandbox = try await Sandbox.start(options)
        self.store = store
        let access = try #require(sandbox.ready["sap"])
        var auth = AuthSettings()
        auth.kind = .basic
        auth.username = access["username"]
        auth.password = (password ?? access["password"]).map { Secret($0) }
        var settings = ConnectionSettings()
        settings.system = "sap"
        settings.url = access.http
        settings.auth = auth
        component = SAPComponent(
            ConnectorServices(connections: Connections(["sap": settings]), store: store))
    }

    static let partners = "API_BUSINESS_PARTNER/A_BusinessPartner?"
    static let upsert = partners + "operation=upsert&matchOn=BusinessPartnerIDByExtSystem"

    func producer(_ address: String) throws -> any Producer {
        let endpoint = try component.endpoint(at: EndpointAddress("sap:" + address))
        let producing = try #require(endpoint as? any ProducingEndpoint)
        return try producing.makeProducer(for: context("test"))
    }

    @discardableResult
    func send(
        _ body: Value, to address: String, record: RecordIdentity? = nil
    ) async throws -> Value {
        try await reply(of: producer(address), to: body, record: record)
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

    func records(_ set: String = "A_BusinessPartner") throws -> [Value] {
        try lines(sandbox.records(of: set, in: "sap"))
    }

    func effects() throws -> [Value] {
        try lines(sandbox.journal(of: "sap")).filter { $0["kind"]?.string == "effect" }
    }

    func requests(_ path: String, _ method: String? = nil) throws -> [Value] {
        try lines(sandbox.journal(of: "sap")).filter {
            $0["kind"]?.string == "request" && $0["path"]?.string?.contains(path) == true
                && (method == nil || $0["method"]?.string == method)
        }
    }

    func faults(_ json: String) throws { try sandbox.setFaults(Array(json.utf8), of: "sap") }

    private func lines(_ bytes: [UInt8]) throws -> [Value] {
        try bytes.split(separator: 0x0A).map { try Value(json: Array($0)) }
    }

    /// A customer with an address and a role.
    static func customer(_ number: Int, city: String = "Berlin") -> Value {
        [
            "BusinessPartnerCategory": "2", "BusinessPartnerGrouping": "BP02",
            "OrganizationBPName1": .string("Customer \(number)"),
            "BusinessPartnerIDByExtSystem": .string("C-\(number)"),
            "to_BusinessPartnerAddress": [
                "results": [["Country": "DE", "CityName": .string(city), "PostalCode": "10115"]]
            ],
            "to_BusinessPartnerRole": ["results": [["BusinessPartnerRole": "FLCU01"]]],
        ]
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

func failure(_ body: () async throws -> Void) async -> ConnectorError? {
    do {
        try await body()
        Issue.record("it succeeded")
        return nil
    } catch let error as ConnectorError {
        return error
    } catch {
        Issue.record(error)
        return nil
    }
}
