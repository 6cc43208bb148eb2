public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockHTTP
public import CrossdockSettings
internal import Synchronization

/// Reads and writes business objects of SAP systems over OData V2.
public struct SAPComponent: Component {
    public static let scheme = "sap"
    public static let summary = "Reads, writes and follows business objects of SAP over OData."
    public static let syntax = "sap:service"
    public static var options: [SettingDeclaration] { SAPOptions.declarations }

    private let services: ConnectorServices
    private let systems: SAPSystems

    public init(_ services: ConnectorServices) {
        self.services = services
        systems = SAPSystems(services)
    }

    /// - Parameter address: `sap:<Service>/<EntitySet>?operation=…`, for example
    ///   `sap:API_BUSINESS_PARTNER/A_BusinessPartner?operation=upsert&matchOn=SearchTerm1`.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        func refuse(_ message: String) -> DiagnosticsError {
            DiagnosticsError(
                Diagnostic(
                    .badAddress, message, at: address.span,
                    help: "write sap:Service/EntitySet?operation=…"))
        }
        if address.path == "idoc" { throw refuse("sap:idoc is not offered yet") }
        let options: SAPOptions = try address.options()
        let parts = address.path.split(separator: "/", omittingEmptySubsequences: false)
        let names = parts.map(String.init)
        guard names.count == 2 || names.count == 1 && options.operation == .function,
            names.allSatisfy(ODataName.isName)
        else { throw refuse("'\(address.path)' does not name a service and an entity set") }
        let service = try systems.service(names[0], options, at: address.span)
        let set = names.count == 2 ? names[1] : ""
        if options.operation == .changes {
            return SAPChangesEndpoint(
                set: set, options: options, service: service, services: services)
        }
        return SAPCallEndpoint(
            address: address, set: set, options: options, service: service, services: services)
    }
}

struct SAPChangesEndpoint: ConsumingEndpoint {
    let set: String
    let options: SAPOptions
    let service: SAPService
    let services: ConnectorServices

    func makeConsumer(for route: RouteContext) throws -> any Consumer {
        ChangeConsumer(
            SAPChanges(set: set, options: options, service: service, clock: services.clock),
            ChangeConsumer.Options(delay: options.delay, maxInFlight: options.maxInFlight),
            outbox: services.store, route: route)
    }
}

struct SAPCallEndpoint: ProducingEndpoint {
    let address: EndpointAddress
    let set: String
    let options: SAPOptions
    let service: SAPService
    let services: ConnectorServices

    func makeProducer(for route: RouteContext) throws -> any Producer {
        let target = [
            address.name, service.system.name, options.operation.rawValue, options.matchOn ?? "",
        ].joined(separator: "|")
        return SAPProducer(
            set: set, options: options, service: service,
            recorder: EffectRecorder(
                journal: services.store, route: route.routeID, target: target),
            clock: route.clock)
    }
}

/// The services of all connections, each made when it is first asked for; those of one connection
/// share log-in, session and connections.
final class SAPSystems: Sendable {
    private struct State {
        var systems: [String: RemoteSystem] = [:]
        var services: [String: SAPService] = [:]
    }

    private let hub: ConnectorServices
    private let state = Mutex(State())

    init(_ services: ConnectorServices) { hub = services }

    func service(
        _ name: String, _ options: SAPOptions, at span: SourceSpan?
    ) throws -> SAPService {
        let connection = options.connection ?? "sap"
        let settings = try hub.connections.connection(options.connection, system: "sap", at: span)
        let key = [connection, name, options.client ?? "", options.language ?? ""]
            .joined(separator: "|")
        return try state.withLock { state throws in
            if let service = state.services[key] { return service }
            let system =
                try state.systems[connection]
                ?? SAPLogin.system(connection, settings, hub, at: span)
            state.systems[connection] = system
            let service = SAPService(
                name: name, system: system, userName: settings.auth?.username,
                client: options.client, language: options.language, clock: hub.clock)
            state.services[key] = service
            return service
        }
    }
}
