public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
public import CrossdockSettings

/// Sends the message to the addresses of a list, one after the other, each getting what the one before
/// made of it.
public struct RoutingSlip: CompositeProcessor {
    public static let name = "routingSlip"
    public static let summary = "Sends the message through the addresses of a list."

    public struct Options: Settings {
        @Setting("Yields the addresses, once.", example: "header: slip")
        public var expression: Expression
        @Setting("What divides the addresses of a text.")
        public var uriDelimiter = ","
        @Setting("Whether addresses that cannot be used are passed over.")
        public var ignoreInvalidEndpoints = false
        @Setting("How many producers are kept; -1 keeps none.")
        public var cacheSize = 0

        public init() {}
    }

    private let options: Options
    private let slip: Slip

    public init(_ options: Options, _ builder: any RouteBuilding) {
        self.options = options
        slip = Slip(
            producers: builder.dynamicProducers(cacheSize: options.cacheSize),
            ignoresInvalid: options.ignoreInvalidEndpoints)
    }

    public func process(_ exchange: inout Exchange) async throws {
        let addresses = try RecipientAddresses.list(
            options.expression, delimiter: options.uriDelimiter, &exchange)
        for address in addresses where !exchange.isStopped {
            try await slip.send(&exchange, to: address)
        }
    }
}

/// Asks again after every address where the message goes next.
public struct DynamicRouter: CompositeProcessor {
    public static let name = "dynamicRouter"
    public static let summary = "Asks after every address where the message goes next."

    public struct Options: Settings {
        @Setting("Yields the next addresses; nothing ends the way.")
        public var expression: Expression
        @Setting("What divides the addresses of a text.")
        public var uriDelimiter = ","
        @Setting("Whether addresses that cannot be used are passed over.")
        public var ignoreInvalidEndpoints = false
        @Setting("How many producers are kept; -1 keeps none.")
        public var cacheSize = 0

        public init() {}
    }

    private let options: Options
    private let slip: Slip

    /// An expression that never yields nothing must not keep a message for ever.
    private static let maximumRounds = 10_000

    public init(_ options: Options, _ builder: any RouteBuilding) {
        self.options = options
        slip = Slip(
            producers: builder.dynamicProducers(cacheSize: options.cacheSize),
            ignoresInvalid: options.ignoreInvalidEndpoints)
    }

    public func process(_ exchange: inout Exchange) async throws {
        for _ in 0..<Self.maximumRounds {
            try Task.checkCancellation()
            let addresses = try RecipientAddresses.list(
                options.expression, delimiter: options.uriDelimiter, &exchange)
            if addresses.isEmpty { return }
            for address in addresses {
                try await slip.send(&exchange, to: address)
                if exchange.isStopped { return }
            }
        }
        throw RouteError(
            "dynamicRouter: the way of the message has no end",
            exceptionClass: "java.lang.IllegalStateException")
    }
}

/// One sending of a slip.
struct Slip: Sendable {
    let producers: any DynamicProducing
    let ignoresInvalid: Bool

    func send(_ exchange: inout Exchange, to address: String) async throws {
        let producer: any Producer
        do { producer = try await producers.producer(at: address) } catch {
            if ignoresInvalid { return }
            throw error
        }
        exchange.properties["CamelSlipEndpoint"] = .string(address)
        try await NamedSend(producer: producer, address: address).process(&exchange)
    }
}
