internal import CrossdockData
internal import CrossdockDiagnostics
public import CrossdockCore
public import CrossdockSettings

/// Sends the message to an endpoint; a reply becomes the message.
public struct To: NamedProcessor {
    public static let name = "to"
    public static let summary = "Sends the message to an endpoint."
    public static var shorthand: String? { "uri" }

    public struct Options: Settings {
        @Setting("The address, whole or its scheme alone.", example: "bus:accounts")
        public var uri: String
        @Setting("Options of the address; parts of its path too where uri is a scheme.")
        public var parameters: YAMLNode?
        @Setting("InOnly or InOut, for this step alone.")
        public var pattern: String?
        @Setting("A variable to send in place of the body.")
        public var variableSend: String?
        @Setting("A variable that takes the reply, so that the message stays as it is.")
        public var variableReceive: String?

        public init() {}
    }

    private let producer: any Producer
    private let endpoint: String
    private let send: VariableTransfer

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        let address = try builder.address(
            uri: options.uri, parameters: options.parameters, at: nil)
        producer = try builder.producer(at: address)
        endpoint = address.name
        send = try VariableTransfer(options, builder.variables)
    }

    public func process(_ exchange: inout Exchange) async throws {
        exchange.lastEndpoint = endpoint
        if send.isPlain { return try await producer.process(&exchange) }
        try await send.run(producer, on: &exchange)
    }
}

/// Sends the message to an endpoint whose address is found per message.
public struct ToDynamic: NamedProcessor {
    public static let name = "toD"
    public static let summary = "Sends the message to an endpoint whose address depends on it."
    public static var shorthand: String? { "uri" }

    public struct Options: Settings {
        @Setting("The address, with simple expressions.", example: "bus:orders-${header.region}")
        public var uri: String
        @Setting("Options of the address.")
        public var parameters: YAMLNode?
        @Setting("InOnly or InOut, for this step alone.")
        public var pattern: String?
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
    private let send: VariableTransfer

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        var text = options.uri
        let parameters = (options.parameters?.mapping ?? []).map { member in
            "\(member.key)=\(member.value.text ?? "")"
        }
        if !parameters.isEmpty {
            text += (text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?")
                + parameters.joined(separator: "&")
        }
        address = try builder.expression(text, language: "simple", options: nil, at: nil)
        producers = builder.dynamicProducers(cacheSize: options.cacheSize)
        ignoresInvalid = options.ignoreInvalidEndpoint
        var plain = To.Options()
        plain.pattern = options.pattern
        plain.variableSend = options.variableSend
        plain.variableReceive = options.variableReceive
        send = try VariableTransfer(plain, builder.variables)
    }

    public func process(_ exchange: inout Exchange) async throws {
        guard let text = try address.text(in: &exchange), !text.isEmpty else {
            throw RouteError(
                .badAddress, "toD: the address is empty",
                exceptionClass: "org.apache.camel.NoSuchEndpointException")
        }
        let producer: any Producer
        do { producer = try await producers.producer(at: text) } catch where ignoresInvalid {
            return
        }
        exchange.lastEndpoint = String(text.prefix { $0 != "?" })
        try await send.run(producer, on: &exchange)
    }

}

/// What of the exchange is sent, and where the reply goes.
struct VariableTransfer: Sendable {
    private let pattern: ExchangePattern?
    private let sent: VariableName?
    private let received: VariableName?
    private let shared: VariableStore

    init(_ options: To.Options, _ shared: VariableStore) throws {
        pattern = try options.pattern.map { text in
            guard let pattern = ExchangePattern(rawValue: text) else {
                throw SettingProblem("pattern: InOnly or InOut is expected, not '\(text)'")
            }
            return pattern
        }
        sent = options.variableSend.map { VariableName($0) }
        received = options.variableReceive.map { VariableName($0) }
        self.shared = shared
    }

    /// The message goes and the reply comes back, nothing else.
    var isPlain: Bool { pattern == nil && sent == nil && received == nil }

    func run(_ producer: any Producer, on exchange: inout Exchange) async throws {
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
