internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

/// Steps that run on a copy of an exchange when it is through.
///
/// - Source: Camel manual, "OnCompletion".
struct OnCompletion: Sendable {
    enum Mode: String, SettingChoice { case AfterConsumer, BeforeConsumer }

    struct Options: Settings {
        @Setting("Whether the consumer settles its message before these steps or after them.")
        var mode = Mode.AfterConsumer
        @Setting("Only for exchanges without a failure.")
        var onCompleteOnly = false
        @Setting("Only for exchanges that failed.")
        var onFailureOnly = false
        @Setting("What must hold.")
        var onWhen: Predicate?
        @Setting("Accepted for Camel's sake: after the consumer, these steps always run beside it.")
        var parallelProcessing = false
        @Setting("Accepted for Camel's sake.")
        var executorService: String?
        @Setting("Whether the steps get the message as it entered the hub.")
        var useOriginalMessage = false
        @Setting("What is done.")
        var steps: Pipeline
        @Setting("Names the completion.")
        var id: String?
        @Setting("Says what it is for.")
        var description: String?
        @Setting("A remark.")
        var note: String?
        @Setting("Leaves it out.")
        var disabled = false

        init() {}

        func validate() throws {
            if onCompleteOnly, onFailureOnly {
                throw SettingProblem("only one of 'onCompleteOnly' and 'onFailureOnly' can be set")
            }
        }
    }

    let options: Options
    /// A route's own completions run for every pass through it; others once for each message.
    let isOfRoute: Bool

    init(_ node: YAMLNode, isOfRoute: Bool, _ builder: any RouteBuilding) throws {
        options = try Options.decode(
            SettingMembers(node.mapping ?? [], at: node.span, environment: builder))
        self.isOfRoute = isOfRoute
    }

    func isFor(_ exchange: inout Exchange, failed: Bool) throws -> Bool {
        if options.disabled || (failed && options.onCompleteOnly)
            || (!failed && options.onFailureOnly)
        {
            return false
        }
        return try options.onWhen?.matches(&exchange) ?? true
    }
}

/// Runs the steps of a route and, when they are through, its completions.
struct CompletionScope: Processor {
    let steps: any Processor
    let completions: [OnCompletion]
    let routeID: String
    let background: BackgroundTasks

    func process(_ exchange: inout Exchange) async throws {
        do { try await steps.process(&exchange) } catch is CancellationError {
            throw CancellationError()
        } catch {
            try await complete(&exchange, failed: true)
            throw error
        }
        try await complete(&exchange, failed: false)
    }

    private func complete(_ exchange: inout Exchange, failed: Bool) async throws {
        let isRoot = exchange.unitOfWork?.fromRoute == routeID
        for completion in completions where completion.isOfRoute || isRoot {
            var copy = exchange.branch()
            copy.properties["CamelOnCompletion"] = .bool(true)
            if !failed { copy.failure = nil }
            if completion.options.useOriginalMessage, let original = exchange.unitOfWork?.original {
                copy.message = original
            }
            guard try completion.isFor(&copy, failed: failed) else { continue }
            copy.failure = copy.failure?.with(isExhausted: false)
            let steps = completion.options.steps
            switch completion.options.mode {
            case .AfterConsumer:
                let waiting = copy
                background.start {
                    var exchange = waiting
                    // Its own error handler has logged what went wrong; nobody waits for it.
                    try? await steps.process(&exchange)
                }
            case .BeforeConsumer:
                try await steps.process(&copy)
                exchange.message = copy.message
            }
        }
    }
}
