public import CrossdockBus
public import CrossdockCore
internal import CrossdockExpressions
public import CrossdockHTTP
public import CrossdockModels
public import CrossdockProcessors
internal import CrossdockRouting
internal import SAPConnector
internal import SalesforceConnector

/// Everything that routes may name: the lists of all modules, written out in one place.
public enum HubCatalog {
    /// What components stand on.
    public struct Services: Sendable {
        public var connectors: ConnectorServices
        public var bus: BusServices
        public var rabbitMQ: RabbitMQServices
        public var mappings: MappingLibrary
        public var models: ModelShelf

        public init(
            connectors: ConnectorServices, bus: BusServices, rabbitMQ: RabbitMQServices,
            mappings: MappingLibrary, models: ModelShelf
        ) {
            self.connectors = connectors
            self.bus = bus
            self.rabbitMQ = rabbitMQ
            self.mappings = mappings
            self.models = models
        }
    }

    /// The catalog of one hub; queues and mocks in it are its own.
    public static func make(_ services: Services) -> Catalog {
        Catalog(
            components: InProcessComponents.all() + components(services),
            processors: RouteSteps.all,
            languages: ExpressionLanguages.all, beans: RouteBeans.all + RoutingBeans.all)
    }

    /// The components that reach beyond the process.
    public static func components(_ services: Services) -> [any Component] {
        [
            BusComponent(services.bus), RabbitMQComponent(services.rabbitMQ),
            SalesforceComponent(services.connectors), SAPComponent(services.connectors),
            MappingComponent(
                mappings: services.mappings, crossReferences: services.connectors.store,
                models: services.models),
            ModelComponent(services.models),
            CrossReferenceComponent(services.connectors.store),
        ]
    }
}
