internal import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings

/// What may be set behind `spring-rabbitmq:exchange?`; names and defaults are Camel's.
///
/// - Source: Camel catalog, component `spring-rabbitmq`. Options that name Java objects are left out.
public struct RabbitMQOptions: Settings {
    public enum ExchangeType: String, SettingChoice { case direct, fanout, headers, topic }
    public enum AcknowledgeMode: String, SettingChoice { case AUTO, MANUAL, NONE }
    public enum Confirm: String, SettingChoice { case auto, enabled, disabled }

    @Setting("Connection of crossdock.yaml to use.")
    public var connection = "rabbitmq"

    @Setting("Queues to consume from, separated by commas.", example: "orders.in")
    public var queues: [String] = []
    @Setting("Routing key: of sent messages, and of the binding that is declared.")
    public var routingKey = ""
    @Setting("Type of the exchange, where it is declared.")
    public var exchangeType = ExchangeType.direct

    @Setting("Whether a consumer makes the exchange, queue and binding that are not there.")
    public var autoDeclare = true
    @Setting("Whether a producer makes the exchange, queue and binding that are not there.")
    public var autoDeclareProducer = false

    @Setting("Exchange to which the broker sends rejected messages.")
    public var deadLetterExchange: String?
    @Setting("Type of that exchange, where it is declared.")
    public var deadLetterExchangeType = ExchangeType.direct
    @Setting("Queue bound to that exchange.")
    public var deadLetterQueue: String?
    @Setting("Routing key to that exchange.")
    public var deadLetterRoutingKey: String?

    @Setting("Exchanges under way at once.", in: 1...65_535)
    public var concurrentConsumers = 1
    @Setting("Deliveries the broker sends ahead, per consumer.", in: 1...65_535, unit: .messages)
    public var prefetchCount = 250
    @Setting("How messages are acknowledged; the hub settles each from its outcome.")
    public var acknowledgeMode = AcknowledgeMode.AUTO
    @Setting("Whether nobody else may consume from the queue.")
    public var exclusive = false
    @Setting("Attempts at a message before it is rejected.", in: 1...1_000, unit: .attempts)
    public var maximumRetryAttempts = 5
    @Setting("Wait between attempts.", unit: .milliseconds)
    public var retryDelay: Duration = .seconds(1)
    @Setting("Whether a rejected message goes to the dead letters instead of back to its queue.")
    public var rejectAndDontRequeue = true

    @Setting("Whether no reply is sent or awaited, whatever the pattern.")
    public var disableReplyTo = false
    @Setting("Time to wait for a reply.", unit: .milliseconds)
    public var replyTimeout: Duration = .seconds(5)
    @Setting("Whether to send messages without a body.")
    public var allowNullBody = false
    @Setting("Confirms; the hub always asks for them.")
    public var confirm = Confirm.auto
    @Setting("Time for a message to be confirmed.", unit: .milliseconds)
    public var confirmTimeout: Duration = .seconds(5)
    @Setting("Whether the route starts only when the broker is there.")
    public var testConnectionOnStartup = false
    @Setting("Whether the consumer starts with the hub.")
    public var autoStartup = true

    public init() {}

    public func validate() throws {
        for queue in queues where queue.isEmpty || queue.utf8.count > 255 {
            throw SettingProblem("the name of a queue has 1 to 255 bytes")
        }
    }
}

/// `arg.queue.x-…=…` and its kin: arguments of what is declared.
struct RabbitMQArguments: Sendable {
    enum Element: String, CaseIterable {
        case consumer, exchange, queue, binding
        case deadLetterExchange = "dlq.exchange"
        case deadLetterQueue = "dlq.queue"
        case deadLetterBinding = "dlq.binding"
    }

    private var values: [Element: [AMQPField]] = [:]
    private var flags: [Element: [String: Bool]] = [:]

    private static let flagNames: Set<String> = ["durable", "autoDelete", "exclusive"]

    /// Takes the arguments out of an address's parameters.
    init(
        taking parameters: inout [(name: String, value: String)], at span: SourceSpan?
    ) throws(DiagnosticsError) {
        var rest: [(name: String, value: String)] = []
        for parameter in parameters {
            guard parameter.name.hasPrefix("arg.") else {
                rest.append(parameter)
                continue
            }
            let name = parameter.name.dropFirst("arg.".count)
            guard
                let element = Element.allCases.last(where: { name.hasPrefix($0.rawValue + ".") }),
                name.count > element.rawValue.count + 1
            else {
                throw DiagnosticsError(
                    Diagnostic(
                        .badAddress, "'\(parameter.name)' names nothing that has arguments",
                        at: span,
                        help:
                            "write arg.queue.x-message-ttl=60000, or arg.exchange.…, arg.binding.…")
                )
            }
            let key = String(name.dropFirst(element.rawValue.count + 1))
            if Self.flagNames.contains(key) {
                flags[element, default: [:]][key] = parameter.value == "true"
            } else {
                values[element, default: []].append(
                    AMQPField(key, Self.value(parameter.value)))
            }
        }
        parameters = rest
    }

    /// Brokers tell numbers from texts; an address cannot.
    private static func value(_ text: String) -> AMQPValue {
        switch text {
        case "true": .bool(true)
        case "false": .bool(false)
        default: Int64(text).map { .integer($0) } ?? .text(text)
        }
    }

    subscript(element: Element) -> [AMQPField] { values[element] ?? [] }

    func flag(_ name: String, of element: Element, otherwise: Bool) -> Bool {
        flags[element]?[name] ?? otherwise
    }
}
