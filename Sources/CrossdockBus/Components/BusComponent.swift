public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings

/// Durable topics between routes: in files of this machine, or in a RabbitMQ broker.
///
/// Every consuming route has a queue of its own and gets every message of the topic; routes with the
/// same `group` share one.
public struct BusComponent: Component {
    public static let scheme = "bus"
    public static let summary = "Sends to and receives from durable topics between routes."
    public static let syntax = "bus:topic"
    public static var options: [SettingDeclaration] { BusOptions.declarations }

    private let services: BusServices

    public init(_ services: BusServices) { self.services = services }

    /// - Parameter address: `bus:<topic>?group=…`, for example `bus:accounts`.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        let options: BusOptions = try address.options()
        do {
            try BusName.check(address.path)
            try services.setPartitions(options.partitions, of: address.path)
        } catch let error as BusError {
            throw DiagnosticsError(Diagnostic(error.code, error.message, at: address.span))
        } catch let problem as SettingProblem {
            throw DiagnosticsError(
                Diagnostic(.busTopologyDiffers, problem.message, at: address.span))
        }
        return BusEndpoint(topic: address.path, options: options, services: services)
    }
}

struct BusEndpoint: ConsumingEndpoint, ProducingEndpoint {
    let topic: String
    let options: BusOptions
    let services: BusServices

    func makeConsumer(for route: RouteContext) throws -> any Consumer {
        let consumer = options.group ?? route.routeID
        let queue = BusName.queue(topic: topic, consumer: consumer)
        try BusName.check(queue)
        services.add(consumer: consumer, of: topic)
        return BusConsumer(
            queue: BusQueue(
                queue, topic: topic, partitions: options.partitions,
                deadLetters: BusName.deadLetters(of: consumer)),
            options: options, services: services, route: route)
    }

    func makeProducer(for route: RouteContext) throws -> any Producer {
        BusProducer(topic: topic, options: options, services: services, route: route)
    }
}

/// What may be set behind `bus:topic?`.
public struct BusOptions: Settings {
    @Setting("Routes with the same group share the topic's messages.", example: "erp-writers")
    public var group: String?

    @Setting("Exchanges under way at most, and deliveries held.", in: 1...65_535, unit: .messages)
    public var maxInFlight = 1_600

    @Setting(
        "What keeps messages in order: `record` for the record they are about, the name of a header, "
            + "or `none`.", example: "header.CustomerNumber")
    public var orderedBy = "record"

    @Setting("Deliveries after a failure, before the message is a dead letter.", in: 0...1_000)
    public var redeliveries = 0

    @Setting("Wait before the first of them; it doubles each time.")
    public var redeliveryDelay: Duration = .seconds(1)

    @Setting("The longest wait before one of them.")
    public var maxRedeliveryDelay: Duration = .seconds(3_600)

    @Setting(
        "Deliveries cut short by the end of the hub, before the message is a dead letter.",
        in: 1...99)
    public var deliveryLimit = 20

    @Setting("Whether sending to a topic that no route consumes is an error.")
    public var requireConsumer = true

    @Setting(
        "Over how many queues of a broker ordered work is spread, so that several hubs share it.",
        in: 1...256)
    public var partitions = 1

    public init() {}

    /// The header whose value orders messages; nil when there is none.
    var orderHeader: String? {
        switch orderedBy {
        case "record", "none": nil
        case let name where name.hasPrefix("header."): String(name.dropFirst("header.".count))
        case let name: name
        }
    }
}
