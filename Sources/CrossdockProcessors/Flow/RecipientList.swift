public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockExpressions
public import CrossdockSettings

/// Sends a copy of the message to each of the addresses that an expression yields.
public struct RecipientList: CompositeProcessor, SharingUnitOfWork {
    public static let name = "recipientList"
    public static let summary = "Sends a copy of the message to each address of a list."

    public struct Options: Settings, BranchingOptions {
        @Setting("Yields the addresses.", example: "header: recipients")
        public var expression: Expression
        @Setting("What divides the addresses of a text; false leaves text whole.")
        public var delimiter = ","
        @Setting("Makes one message of the copies; without it the last one goes on.")
        public var aggregationStrategy: StrategyChoice?
        @Setting("A method of a strategy made in Java; not offered.")
        public var aggregationStrategyMethodName: String?
        @Setting("Accepted for Camel's sake.")
        public var aggregationStrategyMethodAllowNull: String?
        @Setting("Whether copies run beside each other.")
        public var parallelProcessing = false
        @Setting("Accepted for Camel's sake: results are always collected one after the other.")
        public var parallelAggregate = false
        @Setting("Accepted for Camel's sake.")
        public var synchronous = false
        @Setting("Whether results count as they come.")
        public var streaming = false
        @Setting("End at the first copy that fails.")
        public var stopOnException = false
        @Setting("How long copies that run beside each other may take.")
        public var timeout: Duration = .zero
        @Setting("Whether a failed copy is a failure of the whole message.")
        public var shareUnitOfWork = false
        @Setting("Whether addresses that cannot be used are passed over.")
        public var ignoreInvalidEndpoints = false
        @Setting("How many producers are kept; -1 keeps none.")
        public var cacheSize = 0
        @Setting("A processor made in Java; not offered.")
        public var onPrepare: String?
        @Setting("Accepted for Camel's sake.")
        public var executorService: String?

        public init() {}
    }

    private let options: Options
    private let branching: Branching
    private let producers: any DynamicProducing

    public init(_ options: Options, _ builder: any RouteBuilding) {
        self.options = options
        producers = builder.dynamicProducers(cacheSize: options.cacheSize)
        var branching = Branching(options, builder.route.clock)
        branching.strategy = branching.strategy ?? UseLatest()
        self.branching = branching
    }

    var sharesUnitOfWork: Bool { options.shareUnitOfWork }

    public func process(_ exchange: inout Exchange) async throws {
        let delimiter = options.delimiter == "false" ? nil : options.delimiter
        let addresses = try RecipientAddresses.list(
            options.expression, delimiter: delimiter, &exchange)
        // All must exist before anything is sent.
        var targets: [(address: String, producer: any Producer)] = []
        for address in addresses {
            do { targets.append((address, try await producers.producer(at: address))) } catch {
                guard options.ignoreInvalidEndpoints else { throw error }
            }
        }
        let count = targets.count
        let branches = targets.enumerated().map { index, target in
            var copy = exchange.branch()
            copy.properties[Exchange.PropertyName.multicastIndex] = .integer(index)
            copy.properties[Exchange.PropertyName.multicastComplete] = .bool(index == count - 1)
            copy.properties["CamelRecipientListEndpoint"] = .string(target.address)
            enter(&copy, from: exchange)
            return Branching.Branch(
                exchange: copy,
                steps: NamedSend(producer: target.producer, address: target.address))
        }
        try await branching.run(branches, on: &exchange)
    }
}

/// Sends, and notes where to.
struct NamedSend: Processor {
    let producer: any Producer
    let address: String

    func process(_ exchange: inout Exchange) async throws {
        exchange.lastEndpoint = String(address.prefix { $0 != "?" })
        try await producer.process(&exchange)
    }
}

/// The addresses that an expression yields.
enum RecipientAddresses {
    static func list(
        _ expression: Expression, delimiter: String?, _ exchange: inout Exchange
    ) throws -> [String] {
        let body = try expression.body(in: &exchange)
        return try body.elements(delimiter: delimiter).compactMap { part in
            let text = part.text.map { String($0.trimmingBlanks()) }
            return text?.isEmpty == false ? text : nil
        }
    }
}

extension StringProtocol {
    func trimmingBlanks() -> SubSequence {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
