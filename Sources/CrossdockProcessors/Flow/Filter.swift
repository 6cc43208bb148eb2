public import CrossdockCore
internal import CrossdockData
public import CrossdockSettings

/// Runs its steps for exchanges for which a predicate holds; others go on after them.
public struct Filter: CompositeProcessor {
    public static let name = "filter"
    public static let summary = "Runs its steps only where a predicate holds."
    public static var takesFollowingSteps: Bool { true }

    public struct Options: Settings {
        @Setting("What must hold.", example: "simple: \"${body[Country]} == 'DE'\"")
        public var expression: Predicate
        @Setting("A property that notes whether it held.")
        public var statusPropertyName: String?
        @Setting("What matching exchanges go through.")
        public var steps = Pipeline([])

        public init() {}
    }

    private let predicate: Predicate
    private let status: String?
    private let steps: Pipeline

    public init(_ options: Options, _ builder: any RouteBuilding) {
        predicate = options.expression
        status = options.statusPropertyName
        steps = options.steps
    }

    public func process(_ exchange: inout Exchange) async throws {
        let holds = try predicate.matches(&exchange)
        if let status { exchange.properties[status] = .bool(holds) }
        if holds { try await steps.process(&exchange) }
    }
}
