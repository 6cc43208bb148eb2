public import CrossdockCore
internal import CrossdockData
public import CrossdockSettings

/// Sends a copy of the message through each of the nested steps.
///
/// The last copy that came through is the message that goes on, unless a strategy says otherwise.
public struct Multicast: CompositeProcessor, SharingUnitOfWork {
    public static let name = "multicast"
    public static let summary = "Sends a copy of the message through each of the nested steps."
    public static var takesFollowingSteps: Bool { true }

    public struct Options: Settings, BranchingOptions {
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
        @Setting("A processor made in Java; not offered.")
        public var onPrepare: String?
        @Setting("Accepted for Camel's sake.")
        public var executorService: String?
        @Setting("Each of them gets a copy.")
        public var steps: [BranchSteps] = []

        public init() {}

        public func validate() throws {
            if onPrepare != nil {
                throw SettingProblem("'onPrepare' names a processor made in Java")
            }
        }
    }

    private let options: Options
    private let branching: Branching

    public init(_ options: Options, _ builder: any RouteBuilding) {
        self.options = options
        var branching = Branching(options, builder.route.clock)
        branching.strategy = branching.strategy ?? UseLatest()
        self.branching = branching
    }

    var sharesUnitOfWork: Bool { options.shareUnitOfWork }

    public func process(_ exchange: inout Exchange) async throws {
        let count = options.steps.count
        let branches = options.steps.enumerated().map { index, steps in
            var copy = exchange.branch()
            copy.properties[Exchange.PropertyName.multicastIndex] = .integer(index)
            copy.properties[Exchange.PropertyName.multicastComplete] = .bool(index == count - 1)
            enter(&copy, from: exchange)
            return Branching.Branch(exchange: copy, steps: steps.pipeline)
        }
        try await branching.run(branches, on: &exchange)
    }
}

/// One step of a list whose steps do not follow each other: a branch of its own.
public struct BranchSteps: SettingValue {
    let pipeline: Pipeline

    public static var typeName: String { "step" }
    public var settingText: String? { nil }

    public init(setting input: SettingInput) throws {
        guard let builder = input.environment as? any RouteBuilding, let node = input.node else {
            throw SettingProblem("steps have no place here")
        }
        pipeline = try builder.pipeline(YAMLNode(.sequence([node]), at: node.span))
    }
}
