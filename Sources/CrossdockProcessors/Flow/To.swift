public import CrossdockCore
internal import CrossdockData
public import CrossdockDiagnostics
public import CrossdockSettings

/// Sends the message to an endpoint; a reply becomes the message.
public struct To: NamedProcessor {
    public static let name = "to"
    public static let summary = "Sends the message to an endpoint."
    public static var shorthand: String? { "uri" }

    public struct Options: Settings {
        @Setting("The address, whole or its scheme alone.", example: "bus:accounts")
        public var uri: AddressText
        @Setting("Options of the address; parts of its path too where uri is a scheme.")
        public var parameters: YAMLNode?
        @Setting("InOnly or InOut, for this step alone.")
        public var pattern: PatternChoice?
        @Setting("A variable to send in place of the body.")
        public var variableSend: String?
        @Setting("A variable that takes the reply, so that the message stays as it is.")
        public var variableReceive: String?

        public init() {}
    }

    private let producer: any Producer
    private let endpoint: String
    private let transfer: VariableTransfer

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        let address = try builder.address(
            uri: options.uri.text, parameters: options.parameters, at: options.uri.span)
        producer = try builder.producer(at: address)
        endpoint = address.name
        transfer = VariableTransfer(
            options.pattern, send: options.variableSend, receive: options.variableReceive,
            builder.variables)
    }

    public func process(_ exchange: inout Exchange) async throws {
        exchange.lastEndpoint = endpoint
        if transfer.isPlain { return try await producer.process(&exchange) }
        try await transfer.run(producer, on: &exchange)
    }
}

/// Sends the message to an endpoint whose address is found per message.
public struct ToDynamic: NamedProcessor {
    public static let name = "toD"
    public static let summary = "Sends the message to an endpoint whose address depends on it."
    public static var shorthand: String? { "uri" }

    public struct Options: Settings {
        @Setting("The address, with simple expressions.", example: "bus:orders-${header.region}")
        public var uri: AddressText
        @Setting("Options of the address.")
        public var parameters: YAMLNode?
        @Setting("InOnly or InOut, for this step alone.")
        public var pattern: PatternChoice?
        @Setting("How many producers are kept; -1 keeps none.")
        public var cacheSize = 0
        @Setting("Whether an address that cannot be used is passed over.")
        public var ignoreInvalidEndpoint = false
        @Setting("Accepted for Camel's sake.")
        public var allowOptimisedComponents = true
        @Setting("Accepted for Camel's sake.")
        public var autoStartComponents = true
        @Setting("A variable to send in place of the body.")
        public var variableSend: String?
        @Setting("A variable that takes the reply, so that the message stays as it is.")
        public var variableReceive: String?

        public init() {}
    }

    private let address: Expression
    private let producers: any DynamicProducing
    private let ignoresInvalid: Bool
    private let transfer: VariableTransfer

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        address = try builder.expression(
            DynamicAddress.text(options.uri.text, options.parameters), language: "simple",
            options: nil, at: options.uri.span)
        producers = builder.dynamicProducers(cacheSize: options.cacheSize)
        ignoresInvalid = options.ignoreInvalidEndpoint
        transfer = VariableTransfer(
            options.pattern, send: options.variableSend, receive: options.variableReceive,
            builder.variables)
    }

    public func process(_ exchange: inout Exchange) async throws {
        guard let text = try address.text(in: &exchange), !text.isEmpty else {
            if ignoresInvalid { return }
            throw RouteError(
                .badAddress, "toD: the address is empty",
                exceptionClass: "org.apache.camel.NoSuchEndpointException")
        }
        let producer: any Producer
        do { producer = try await producers.producer(at: text) } catch  where ignoresInvalid {
            return
        }
        exchange.lastEndpoint = String(text.prefix { $0 != "?" })
        try await transfer.run(producer, on: &exchange)
    }
}

/// The text of an address with its place.
public struct AddressText: SettingValue {
    public let text: String
    public let span: SourceSpan?

    public static var typeName: String { "address" }
    public var settingText: String? { text }

    public init(setting input: SettingInput) throws {
        guard let text = input.text else {
            throw SettingProblem("an address is expected, not \(input.shown)")
        }
        self.text = text
        span = input.node?.span ?? input.span
    }
}

/// Whether a step waits for a reply.
public enum PatternChoice: String, SettingChoice {
    case InOnly, InOut

    var pattern: ExchangePattern { self == .InOnly ? .inOnly : .inOut }
}

/// What of the exchange is sent, and where the reply goes.
struct VariableTransfer: Sendable {
    private let pattern: ExchangePattern?
    private let sent: VariableName?
    private let received: VariableName?
    private let shared: VariableStore

    init(
        _ pattern: PatternChoice?, send: String?, receive: String?, _ shared: VariableStore
    ) {
        self.pattern = pattern?.pattern
        sent = send.map { VariableName($0) }
        received = receive.map { VariableName($0) }
        self.shared = shared
    }

    /// The message goes and the reply comes back, nothing else.
    var isPlain: Bool { pattern == nil && sent == nil && received == nil }

    func run(_ producer: any Processor, on exchange: inout Exchange) async throws {
        let before = exchange.message
        let patternBefore = exchange.pattern
        if let sent {
            guard let value = sent.value(in: exchange, shared) else {
                throw RouteError(
                    "there is no variable '\(sent.text)' to send",
                    exceptionClass: "org.apache.camel.NoSuchVariableException")
            }
            exchange.message.body = value
        }
        if let pattern { exchange.pattern = pattern }
        do { try await producer.process(&exchange) } catch {
            exchange.pattern = patternBefore
            if sent != nil { exchange.message.body = before.body }
            throw error
        }
        exchange.pattern = patternBefore
        if let received {
            let reply = exchange.message
            exchange.message = before
            received.set(reply.body, in: &exchange, shared)
            for (name, value) in reply.headers {
                VariableName("header:\(received.text).\(name)")
                    .set(.value(value), in: &exchange, shared)
            }
        }
    }
}
