public import CrossdockSettings

/// Steps in order.
public struct Pipeline: Processor {
    /// Whether a failed step is repeated is decided when the route is built, not per message.
    public struct Step: Sendable {
        public let processor: any Processor
        /// Nil for composites, whose inner steps are guarded, and for routes without error handling.
        public let guarding: (any StepGuard)?
        /// The step's `id`, or its keyword and number.
        public let id: String

        public init(_ processor: any Processor, guarding: (any StepGuard)? = nil, id: String = "") {
            self.processor = processor
            self.guarding = guarding
            self.id = id
        }
    }

    public let steps: [Step]
    private let observers: [any StepObserver]

    public init(_ steps: [Step], observers: [any StepObserver] = []) {
        self.steps = steps
        self.observers = observers
    }

    public func process(_ exchange: inout Exchange) async throws {
        guard observers.isEmpty else { return try await processObserved(&exchange) }
        for step in steps where !exchange.isStopped {
            if let guarding = step.guarding {
                try await guarding.run(step.processor, on: &exchange)
            } else {
                try await step.processor.process(&exchange)
            }
        }
    }

    private func processObserved(_ exchange: inout Exchange) async throws {
        for step in steps where !exchange.isStopped {
            for observer in observers { observer.enters(step.id, exchange) }
            do {
                if let guarding = step.guarding {
                    try await guarding.run(step.processor, on: &exchange)
                } else {
                    try await step.processor.process(&exchange)
                }
                for observer in observers { observer.leaves(step.id, exchange, error: nil) }
            } catch {
                for observer in observers { observer.leaves(step.id, exchange, error: error) }
                throw error
            }
        }
    }
}

/// Runs a step and deals with its failure: repeats it, handles it, or lets it out.
public protocol StepGuard: Sendable {
    func run(_ step: any Processor, on exchange: inout Exchange) async throws
}

/// Is told of every step of a route: traces, step times, message history.
public protocol StepObserver: Sendable {
    func enters(_ step: String, _ exchange: Exchange)
    func leaves(_ step: String, _ exchange: Exchange, error: (any Error)?)
}

extension Pipeline: SettingValue {
    public static var typeName: String { "steps" }
    public var settingText: String? { nil }

    public init(setting input: SettingInput) throws {
        guard let builder = input.environment as? any RouteBuilding, let node = input.node else {
            throw SettingProblem("steps have no place here")
        }
        self = try builder.pipeline(node)
    }
}

/// Steps whose failures are dealt with by the step that contains them.
public struct UnguardedPipeline: SettingValue {
    public let pipeline: Pipeline

    public init(_ pipeline: Pipeline) { self.pipeline = pipeline }

    public static var typeName: String { "steps" }
    public var settingText: String? { nil }

    public init(setting input: SettingInput) throws {
        guard let builder = input.environment as? any RouteBuilding, let node = input.node else {
            throw SettingProblem("steps have no place here")
        }
        pipeline = try builder.unguardedPipeline(node)
    }
}
