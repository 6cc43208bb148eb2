public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings

/// Reads queues of, and writes to exchanges of, a RabbitMQ broker (AMQP 0-9-1).
public struct RabbitMQComponent: Component {
    public static let scheme = "spring-rabbitmq"
    public static let aliases = ["rabbitmq"]
    public static let summary = "Consumes from queues and publishes to exchanges of RabbitMQ."
    public static let syntax = "spring-rabbitmq:exchangeName"
    public static var options: [SettingDeclaration] { RabbitMQOptions.declarations }

    private let services: RabbitMQServices

    public init(_ services: RabbitMQServices) { self.services = services }

    /// - Parameter address: `spring-rabbitmq:<exchange>?queues=<queue>`, for example
    ///   `spring-rabbitmq:orders?queues=orders.in`; `default` names the exchange without a name.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        func refuse(_ message: String, _ help: String? = nil) -> DiagnosticsError {
            DiagnosticsError(Diagnostic(.badAddress, message, at: address.span, help: help))
        }
        guard !address.path.isEmpty else {
            throw refuse(
                "spring-rabbitmq: needs the name of an exchange",
                "write 'default' for the unnamed one")
        }
        var parameters = address
        let arguments = try RabbitMQArguments(taking: &parameters.parameters, at: address.span)
        let options: RabbitMQOptions = try parameters.options()
        guard services.knows(options.connection) else {
            throw refuse(
                "there is no connection '\(options.connection)'",
                Suggestion.help(for: options.connection, in: services.names)
                    ?? "name it in crossdock.yaml under connections, with system: rabbitmq")
        }
        if options.acknowledgeMode == .MANUAL {
            throw refuse(
                "acknowledgeMode=MANUAL is for Java code; the hub settles from the outcome")
        }
        return RabbitMQEndpoint(
            exchange: address.path == "default" ? "" : address.path, options: options,
            arguments: arguments, services: services)
    }
}

struct RabbitMQEndpoint: ConsumingEndpoint, ProducingEndpoint {
    /// Empty for the unnamed one.
    let exchange: String
    let options: RabbitMQOptions
    let arguments: RabbitMQArguments
    let services: RabbitMQServices

    func makeConsumer(for route: RouteContext) throws -> any Consumer {
        RabbitMQConsumer(endpoint: self, route: route)
    }

    func makeProducer(for route: RouteContext) throws -> any Producer {
        RabbitMQProducer(endpoint: self, route: route)
    }
}
