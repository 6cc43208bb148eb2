public import CrossdockCore
public import CrossdockSettings

/// Runs its steps in order: a group with a name.
public struct PipelineStep: CompositeProcessor {
    public static let name = "pipeline"
    public static let summary = "Runs its steps in order."

    public struct Options: Settings {
        @Setting("The steps.")
        public var steps = Pipeline([])

        public init() {}
    }

    private let steps: Pipeline

    public init(_ options: Options, _ builder: any RouteBuilding) { steps = options.steps }

    public func process(_ exchange: inout Exchange) async throws {
        try await steps.process(&exchange)
    }
}

/// A group of steps that appears as one in traces; Camel's `step`.
public struct GroupStep: CompositeProcessor {
    public static let name = "step"
    public static let summary = "A group of steps that appears as one."

    public typealias Options = PipelineStep.Options

    private let steps: Pipeline

    public init(_ options: Options, _ builder: any RouteBuilding) { steps = options.steps }

    public func process(_ exchange: inout Exchange) async throws {
        try await steps.process(&exchange)
    }
}
