public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings
internal import Logging

/// Sends a copy of the message somewhere, beside the route, and does not wait for it.
public struct WireTap: NamedProcessor {
    public static let name = "wireTap"
    public static let summary = "Sends a copy of the message beside the route."
    public static var shorthand: String? { "uri" }

    public struct Options: Settings {
        @Setting("The address.", example: "bus:audit")
        public var uri: AddressText
        @Setting("Options of the address.")
        public var parameters: YAMLNode?
        @Setting("Whether the message is copied; an empty one goes otherwise.")
        public var copy = true
        @Setting("Whether the address may hold simple expressions.")
        public var dynamicUri = true
        @Setting("Accepted for Camel's sake: a tap is always InOnly.")
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
        @Setting("Accepted for Camel's sake: nothing comes back.")
        public var variableReceive: String?
        @Setting("A processor made in Java; not offered.")
        public var onPrepare: String?
        @Setting("Accepted for Camel's sake.")
        public var executorService: String?

        public init() {}
    }

    private let target: SendTarget
    private let options: Options
    private let sent: VariableName?
    private let shared: VariableStore
    private let background: BackgroundTasks
    private let route: RouteContext

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        target = try SendTarget(
            uri: options.uri, options.parameters, isDynamic: options.dynamicUri,
            cacheSize: options.cacheSize, builder)
        self.options = options
        sent = options.variableSend.map { VariableName($0) }
        shared = builder.variables
        background = builder.background
        route = builder.route
    }

    public func process(_ exchange: inout Exchange) async throws {
        let found: SendTarget.Found
        do { found = try await target.producer(&exchange) } catch {
            if options.ignoreInvalidEndpoint { return }
            throw error
        }
        var copy = options.copy ? exchange.branch() : Exchange(Message())
        copy.pattern = .inOnly
        copy.unitOfWork = nil
        copy.failure = nil
        if let sent { copy.message.body = sent.value(in: exchange, shared) ?? .empty }
        let (tapped, route) = (copy, route)
        background.start {
            var exchange = tapped
            do {
                try await NamedSend(producer: found.producer, address: found.address)
                    .process(&exchange)
            } catch is CancellationError {
            } catch {
                route.logger.warning(
                    "a tapped message failed",
                    metadata: [
                        "endpoint": "\(found.address)", "error": "\(ExceptionName.describe(error))",
                    ])
            }
        }
    }
}

/// Where a step sends to: one producer, or one for each message.
enum SendTarget: Sendable {
    case fixed(any Producer, String)
    case dynamic(Expression, any DynamicProducing)

    struct Found: Sendable {
        let producer: any Producer
        let address: String
    }

    init(
        uri: AddressText, _ parameters: YAMLNode?, isDynamic: Bool, cacheSize: Int,
        _ builder: any RouteBuilding
    ) throws {
        guard isDynamic, uri.text.contains("${") || uri.text.contains("$simple{") else {
            let address = try builder.address(
                uri: uri.text, parameters: parameters, at: uri.span)
            self = .fixed(try builder.producer(at: address), address.name)
            return
        }
        let text = DynamicAddress.text(uri.text, parameters)
        self = .dynamic(
            try builder.expression(text, language: "simple", options: nil, at: uri.span),
            builder.dynamicProducers(cacheSize: cacheSize))
    }

    func producer(_ exchange: inout Exchange) async throws -> Found {
        switch self {
        case .fixed(let producer, let address): return Found(producer: producer, address: address)
        case .dynamic(let expression, let producers):
            let text = try expression.text(in: &exchange) ?? ""
            return Found(producer: try await producers.producer(at: text), address: text)
        }
    }
}

/// An address with expressions in it, as one text.
enum DynamicAddress {
    static func text(_ uri: String, _ parameters: YAMLNode?) -> String {
        let pairs = (parameters?.mapping ?? []).compactMap { member in
            member.value.scalar.map { "\(member.key)=\($0.text)" }
        }
        guard !pairs.isEmpty else { return uri }
        return uri + (uri.contains("?") ? "&" : "?") + pairs.joined(separator: "&")
    }
}
