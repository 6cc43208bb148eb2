public import CrossdockCore
public import CrossdockSettings

/// Runs the steps of the first branch whose predicate holds.
public struct Choice: CompositeProcessor {
    public static let name = "choice"
    public static let summary = "Runs the steps of the first branch whose predicate holds."

    public struct When: Settings {
        @Setting("What must hold.")
        public var expression: Predicate
        @Setting("What the branch does.")
        public var steps = Pipeline([])
        @Setting("Names the branch.")
        public var id: String?
        @Setting("Says what the branch is for.")
        public var description: String?
        @Setting("Leaves the branch out.")
        public var disabled = false

        public init() {}
    }

    public struct Otherwise: Settings {
        @Setting("What the branch does.")
        public var steps = Pipeline([])
        @Setting("Names the branch.")
        public var id: String?
        @Setting("Says what the branch is for.")
        public var description: String?
        @Setting("Leaves the branch out.")
        public var disabled = false

        public init() {}
    }

    public struct Options: Settings {
        @Setting("The branches, tried in order.")
        public var when: [When] = []
        @Setting("What happens when no branch holds.")
        public var otherwise: Otherwise?
        @Setting("Whether the branch is chosen once, when the route starts.")
        public var precondition = false

        public init() {}
    }

    private let branches: [(predicate: Predicate, steps: Pipeline)]
    private let otherwise: Pipeline?

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        let branches = options.when.filter { !$0.disabled }.map {
            (predicate: $0.expression, steps: $0.steps)
        }
        let otherwise = options.otherwise.flatMap { $0.disabled ? nil : $0.steps }
        guard options.precondition else {
            self.branches = branches
            self.otherwise = otherwise
            return
        }
        var probe = Exchange(Message())
        let chosen = try branches.first { try $0.predicate.matches(&probe) }?.steps
        self.branches = []
        self.otherwise = chosen ?? otherwise
    }

    public func process(_ exchange: inout Exchange) async throws {
        for branch in branches where try branch.predicate.matches(&exchange) {
            return try await branch.steps.process(&exchange)
        }
        try await otherwise?.process(&exchange)
    }
}
