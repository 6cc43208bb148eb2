internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockExpressions
internal import CrossdockSettings

/// Steps that run before every step of a route.
struct Intercept: Sendable {
    struct Options: Settings {
        @Setting("What must hold.")
        var onWhen: Predicate?
        @Setting("What is done.")
        var steps = UnguardedPipeline(Pipeline([]))
        @Setting("Names the intercept.")
        var id: String?
        @Setting("Says what it is for.")
        var description: String?
        @Setting("A remark.")
        var note: String?
        @Setting("Leaves it out.")
        var disabled = false

        init() {}
    }

    private let options: Options

    init(_ node: YAMLNode, _ builder: any RouteBuilding) throws {
        options = try Options.decode(
            SettingMembers(node.mapping ?? [], at: node.span, environment: builder))
    }

    func run(_ exchange: inout Exchange) async throws {
        guard !options.disabled, try options.onWhen?.matches(&exchange) ?? true else { return }
        try await options.steps.pipeline.process(&exchange)
    }
}

struct AllIntercepts: Processor {
    let intercepts: [Intercept]

    func process(_ exchange: inout Exchange) async throws {
        for intercept in intercepts where !exchange.isStopped { try await intercept.run(&exchange) }
    }
}

/// Which addresses an intercept is for: all, a pattern with `*`, or a regular expression.
struct InterceptedAddresses: Sendable {
    private enum Form: Sendable {
        case all
        case wildcard(AddressPattern)
        case expression(Pattern)
    }

    private let form: Form

    init(_ text: String?) {
        guard let text, text != "*" else {
            form = .all
            return
        }
        // Slashes behind the scheme and the order of options do not tell addresses apart.
        let plain = text.replacing("://", with: ":")
        let needsExpression = plain.contains { "[](){}^$+|\\".contains($0) } || plain.contains(".*")
        if needsExpression, let pattern = try? Pattern(plain) {
            form = .expression(pattern)
        } else {
            form = .wildcard(AddressPattern(plain))
        }
    }

    func matches(_ address: EndpointAddress) -> Bool {
        let options = address.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let whole = options.isEmpty ? address.name : "\(address.name)?\(options)"
        switch form {
        case .all: return true
        case .wildcard(let pattern): return pattern.matches(whole) || pattern.matches(address.name)
        case .expression(let pattern):
            return pattern.matchesWhole(whole) || pattern.matchesWhole(address.name)
        }
    }
}

/// Steps that run when a route receives from certain addresses.
struct SourceIntercept: Processor {
    struct Options: Settings {
        @Setting("Which addresses; all when absent.")
        var uri: String?
        @Setting("What must hold.")
        var onWhen: Predicate?
        @Setting("What is done.")
        var steps = UnguardedPipeline(Pipeline([]))
        @Setting("Names the intercept.")
        var id: String?
        @Setting("Says what it is for.")
        var description: String?
        @Setting("A remark.")
        var note: String?
        @Setting("Leaves it out.")
        var disabled = false

        init() {}
    }

    private let options: Options
    private let addresses: InterceptedAddresses

    init(_ node: YAMLNode, _ builder: any RouteBuilding) throws {
        if let text = node.text {
            var plain = Options()
            plain.uri = text
            options = plain
        } else {
            options = try Options.decode(
                SettingMembers(node.mapping ?? [], at: node.span, environment: builder))
        }
        addresses = InterceptedAddresses(options.uri)
    }

    func matches(_ address: EndpointAddress) -> Bool {
        !options.disabled && addresses.matches(address)
    }

    func process(_ exchange: inout Exchange) async throws {
        guard try options.onWhen?.matches(&exchange) ?? true else { return }
        try await options.steps.pipeline.process(&exchange)
    }
}

/// Steps that run before a message is sent to certain addresses.
struct SendIntercept: Sendable {
    struct Options: Settings {
        @Setting("Which addresses.")
        var uri: String
        @Setting("What must hold.")
        var onWhen: Predicate?
        @Setting("Whether the message is not sent after all.")
        var skipSendToOriginalEndpoint = false
        @Setting("Where the message goes after it was sent.")
        var afterUri: String?
        @Setting("What is done.")
        var steps = UnguardedPipeline(Pipeline([]))
        @Setting("Names the intercept.")
        var id: String?
        @Setting("Says what it is for.")
        var description: String?
        @Setting("A remark.")
        var note: String?
        @Setting("Leaves it out.")
        var disabled = false

        init() {}
    }

    private let options: Options
    private let addresses: InterceptedAddresses
    private let after: (any Producer)?

    init(_ node: YAMLNode, _ builder: any RouteBuilding) throws {
        options = try Options.decode(
            SettingMembers(node.mapping ?? [], at: node.span, environment: builder))
        addresses = InterceptedAddresses(options.uri)
        after = try options.afterUri.map { uri in
            try builder.producer(at: builder.address(uri: uri, parameters: nil, at: node.span))
        }
    }

    func matches(_ address: EndpointAddress) -> Bool {
        !options.disabled && addresses.matches(address)
    }

    /// - Returns: Whether the message is still to be sent.
    func run(_ exchange: inout Exchange) async throws -> Bool {
        guard try options.onWhen?.matches(&exchange) ?? true else { return true }
        try await options.steps.pipeline.process(&exchange)
        return !options.skipSendToOriginalEndpoint
    }

    func runAfter(_ exchange: inout Exchange) async throws { try await after?.process(&exchange) }
}

/// A producer with detours before it.
struct InterceptedProducer: Producer {
    private let producer: any Producer
    private let intercepts: [SendIntercept]
    private let name: String

    init(_ producer: any Producer, _ intercepts: [SendIntercept], _ name: String) {
        self.producer = producer
        self.intercepts = intercepts
        self.name = name
    }

    func process(_ exchange: inout Exchange) async throws {
        exchange.properties["CamelInterceptedEndpoint"] = .string(name)
        var isSent = true
        for intercept in intercepts {
            isSent = try await intercept.run(&exchange) && isSent
            if exchange.isStopped { return }
        }
        if isSent { try await producer.process(&exchange) }
        for intercept in intercepts where !exchange.isStopped {
            try await intercept.runAfter(&exchange)
        }
    }
}
