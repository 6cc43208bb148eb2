internal import CrossdockBus
internal import CrossdockCatalog
internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockHTTP
internal import CrossdockModels
internal import CrossdockSettings
internal import CrossdockStore
internal import Logging
internal import Synchronization

/// What the routes of a hub stand on: state, bus, connections, mappings, models.
struct HubServices: Sendable {
    let store: any StateStore
    let bus: BusServices
    let rabbitMQ: RabbitMQServices
    let models: ModelShelf
    let catalog: Catalog

    /// Opens everything.
    ///
    /// - Parameter onFatal: What was written last may not be durable: the hub must end at once.
    /// - Throws: Whatever cannot be opened, with the rest closed again.
    static func open(
        _ configuration: HubConfiguration, in folder: ProjectFolder, clock: any HubClock,
        logger: Logger, onFatal: @escaping @Sendable (any Error) -> Void
    ) async throws -> HubServices {
        guard configuration.state.url.isEmpty else {
            throw DiagnosticsError(
                Diagnostic(
                    .badSetting, "state.url is set, but a shared database is not offered yet",
                    help: "leave it empty: the state is then kept in state.dir"))
        }
        let directory = folder.path(configuration.state.dir)
        let store = try SQLiteStateStore.open(
            directory: directory, clock: clock, onFailure: { onFatal($0) })
        do {
            let bus = try configuration.busConfiguration(folder: "\(directory)/bus").open(
                clock: clock, onFatal: { onFatal($0) },
                onProblem: { Self.warn($0, logger) })
            return try HubServices(
                configuration, folder, store: store, bus: bus, clock: clock, logger: logger)
        } catch {
            await store.close()
            throw error
        }
    }

    /// What is needed to build routes and not to run them.
    static func unopened(
        _ configuration: HubConfiguration, in folder: ProjectFolder
    ) throws -> HubServices {
        try HubServices(
            configuration, folder, store: try SQLiteStateStore.inMemory(), bus: UnopenedBus(),
            clock: SystemClock(), logger: Logger(label: "crossdock"))
    }

    private init(
        _ configuration: HubConfiguration, _ folder: ProjectFolder, store: any StateStore,
        bus: any BusTransport, clock: any HubClock, logger: Logger
    ) throws {
        self.store = store
        self.bus = BusServices(bus: bus, clock: clock)
        rabbitMQ = RabbitMQServices(
            brokers: try configuration.brokers(), parking: store, clock: clock,
            onProblem: { Self.warn($0, logger) })
        models = ModelShelf(ModelRegistry(directory: folder.path("models")))
        catalog = HubCatalog.make(
            HubCatalog.Services(
                connectors: ConnectorServices(
                    connections: configuration.connections, store: store, clock: clock),
                bus: self.bus, rabbitMQ: rabbitMQ, mappings: MappingFolder(folder).library,
                models: models))
    }

    /// Closes everything; what was settled is durable before.
    func close() async {
        await rabbitMQ.close()
        await bus.bus.close()
        await store.close()
    }

    private static func warn(_ error: BusError, _ logger: Logger) {
        logger.warning(
            "the bus has a problem",
            metadata: ["error.code": "\(error.code.id)", "error": "\(error.message)"])
    }
}

extension HubConfiguration {
    func busConfiguration(folder: String) -> BusConfiguration {
        BusConfiguration(
            url: bus.url, password: bus.password, folder: folder, maxSize: bus.maxSize,
            confirmWindow: bus.confirmWindow, tls: BrokerSettings.TLS(caFile: bus.caFile))
    }

    /// The brokers that `spring-rabbitmq:` may use: connections of the system `rabbitmq`, and the bus's
    /// own broker where no connection bears that name.
    func brokers() throws -> [String: BrokerSettings] {
        var brokers: [String: BrokerSettings] = [:]
        for (name, connection) in connections.byName where connection.system == "rabbitmq" {
            var address = try BrokerAddress(connection.url)
            if let user = connection.auth?.username { address.user = user }
            if let password = connection.auth?.password { address.password = password }
            brokers[name] = BrokerSettings(
                address: address,
                tls: BrokerSettings.TLS(
                    caFile: connection.tls.caFile, certFile: connection.tls.certFile,
                    keyFile: connection.tls.keyFile))
        }
        if brokers["rabbitmq"] == nil {
            brokers["rabbitmq"] = try busConfiguration(folder: "").broker()
        }
        return brokers
    }
}
