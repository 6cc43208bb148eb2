internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockSettings

/// What is done around the steps of a route: its error handler, intercepts and completions.
struct RouteSurroundings: Sendable {
    /// Nil where failures go to the caller as they are.
    let guarding: ErrorHandler?
    /// Runs before every step.
    let before: Pipeline.Step?
    private let sends: [SendIntercept]
    private let sources: [SourceIntercept]
    private let completions: [YAMLNode]
    private let areCompletionsOwn: Bool

    /// - Parameter scopes: The nearest first.
    init(
        _ scopes: [RouteHandling], _ context: RouteContext, _ builder: RouteBuilder
    ) throws {
        guarding = try Self.errorHandler(scopes, builder)
        let intercepts = try scopes.flatMap(\.intercepts).map { try Intercept($0, builder) }
        before =
            intercepts.isEmpty
            ? nil : Pipeline.Step(AllIntercepts(intercepts: intercepts), id: "intercept")
        sends = try scopes.flatMap(\.interceptSends).map { try SendIntercept($0, builder) }
        sources = try scopes.flatMap(\.interceptFroms).map { try SourceIntercept($0, builder) }
        // A route's own completions stand in for those of wider scopes.
        let own = scopes.first?.onCompletions ?? []
        areCompletionsOwn = !own.isEmpty
        completions = own.isEmpty ? scopes.dropFirst().flatMap(\.onCompletions) : own
        if !completions.isEmpty { builder.needsOriginalMessage() }
    }

    private static func errorHandler(
        _ scopes: [RouteHandling], _ builder: RouteBuilder
    ) throws -> ErrorHandler? {
        let node = scopes.lazy.compactMap(\.errorHandler).first
        let choice =
            try node.map { try ErrorHandlerChoice($0, builder) }
            ?? .standard(RedeliveryPolicy())
        var channel: DeadLetterChannel?
        let policy: RedeliveryPolicy
        switch choice {
        case .none: return nil
        case .standard(let standard): policy = standard
        case .deadLetter(let letters, let own): (channel, policy) = (letters, own)
        }
        let clauses = ExceptionClauses(
            ofRoute: try (scopes.first?.onExceptions ?? []).compactMap {
                try OnException($0, over: policy, builder)
            },
            wider: try scopes.dropFirst().flatMap(\.onExceptions).compactMap {
                try OnException($0, over: policy, builder)
            })
        return ErrorHandler(
            route: builder.route, channel: channel, policy: policy, clauses: clauses)
    }

    /// The producer with the detours that hold for its address.
    func intercepted(_ producer: any Producer, at address: EndpointAddress) -> any Producer {
        let matching = sends.filter { $0.matches(address) }
        return matching.isEmpty ? producer : InterceptedProducer(producer, matching, address.name)
    }

    /// The route's steps with what comes before and after all of them.
    func wrapped(
        _ steps: Pipeline, from definition: RouteDefinition, _ builder: RouteBuilder
    ) throws -> any Processor {
        var first: [Pipeline.Step] = []
        if let variable = definition.variableReceive {
            first.append(Pipeline.Step(ReceiveIntoVariable(variable, builder.variables)))
        }
        let address = try EndpointAddress(
            definition.uri.contains(":") ? definition.uri : "\(definition.uri):",
            at: definition.uriSpan)
        for source in sources where source.matches(address) {
            first.append(Pipeline.Step(source))
        }
        if let delayer = definition.options.delayer, let text = delayer.text {
            let delay = try builder.expression(
                text, language: "simple", options: nil, at: delayer.span)
            first.append(Pipeline.Step(Delayer(delay: delay, clock: builder.route.clock)))
        }
        var pipeline: any Processor =
            first.isEmpty ? steps : Pipeline(first + [Pipeline.Step(steps)])
        guard !completions.isEmpty else { return pipeline }
        pipeline = CompletionScope(
            steps: pipeline,
            completions: try completions.map {
                try OnCompletion($0, isOfRoute: areCompletionsOwn, builder)
            },
            routeID: builder.route.routeID, background: builder.background)
        return pipeline
    }
}

/// Puts the body that a route receives into a variable; the message itself stays empty.
private struct ReceiveIntoVariable: Processor {
    private let name: VariableName
    private let shared: VariableStore

    init(_ name: String, _ shared: VariableStore) {
        self.name = VariableName(name)
        self.shared = shared
    }

    func process(_ exchange: inout Exchange) async throws {
        name.set(exchange.message.body, in: &exchange, shared)
        for (header, value) in exchange.message.headers {
            VariableName("header:\(name.text).\(header)").set(.value(value), in: &exchange, shared)
        }
        exchange.message.body = .empty
    }
}

/// Waits before each message of a route.
private struct Delayer: Processor {
    let delay: Expression
    let clock: any HubClock

    func process(_ exchange: inout Exchange) async throws {
        guard let text = try delay.text(in: &exchange), let duration = Duration(settingText: text)
        else { return }
        if duration > .zero { try await clock.sleep(for: duration) }
    }
}
