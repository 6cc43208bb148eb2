public import CrossdockSettings

/// Steps in order.
public struct Pipeline: Processor {
    /// Whether a failed step is repeated is decided when the route is built, not per message.
    public struct Step: Sendable {
        public let processor: any Processor
        /// Nil for composites, whose inner steps are guarded, and for routes without error handling.
        public let guarding: (any StepGuard)?

        public init(_ processor: any Processor, guarding: (any StepGuard)? = nil) {
            self.processor = processor
            self.guarding = guarding
        }
    }

    public let steps: [Step]

    public init(_ steps: [Step]) { self.steps = steps }

    public func process(_ exchange: inout Exchange) async throws {
        for step in steps where !exchange.isStopped {
            if let guarding = step.guarding {
                try await guarding.run(step.processor, on: &exchange)
            } else {
                try await step.processor.process(&exchange)
            }
        }
    }
}

/// Runs a step and deals with its failure: repeats it, handles it, or lets it out.
public protocol StepGuard: Sendable {
    func run(_ step: any Processor, on exchange: inout Exchange) async throws
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
