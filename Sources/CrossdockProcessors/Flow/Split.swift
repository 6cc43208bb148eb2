public import CrossdockCore
internal import CrossdockData
internal import CrossdockExpressions
public import CrossdockSettings

/// Sends each part of a message through the nested steps, in the order of the parts.
///
/// A part that fails does not keep the others from running unless `stopOnException` is set; either way
/// the exchange then fails with the first failure. Without an aggregation strategy the exchange goes on
/// as it was.
public struct Split: CompositeProcessor, SharingUnitOfWork {
    public static let name = "split"
    public static let summary = "Sends each part of a message through the nested steps."
    public static var takesFollowingSteps: Bool { true }

    public struct Options: Settings, BranchingOptions {
        @Setting("Yields the parts.", example: "jsonpath: \"$.lines[*]\"")
        public var expression: Expression
        @Setting("What divides a text; false leaves text whole.")
        public var delimiter = ","
        @Setting("Makes one message of the parts; without it the message goes on as it was.")
        public var aggregationStrategy: StrategyChoice?
        @Setting("A method of a strategy made in Java; not offered.")
        public var aggregationStrategyMethodName: String?
        @Setting("Accepted for Camel's sake.")
        public var aggregationStrategyMethodAllowNull: String?
        @Setting("Whether parts run beside each other.")
        public var parallelProcessing = false
        @Setting("Accepted for Camel's sake: results are always collected one after the other.")
        public var parallelAggregate = false
        @Setting("Accepted for Camel's sake.")
        public var synchronous = false
        @Setting(
            "Whether results count as they come; the size is then known with the last part alone.")
        public var streaming = false
        @Setting("End at the first part that fails.")
        public var stopOnException = false
        @Setting("How long parts that run beside each other may take.")
        public var timeout: Duration = .zero
        @Setting("Whether a failed part is a failure of the whole message.")
        public var shareUnitOfWork = false
        @Setting("How many parts make one list.")
        public var group = 0
        @Setting("A processor made in Java; not offered.")
        public var onPrepare: String?
        @Setting("Accepted for Camel's sake.")
        public var executorService: String?
        @Setting("What every part goes through.")
        public var steps = Pipeline([])

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
        branching = Branching(options, builder.route.clock)
    }

    var sharesUnitOfWork: Bool { options.shareUnitOfWork }

    public func process(_ exchange: inout Exchange) async throws {
        let parts = try parts(of: &exchange)
        var branches: [Branching.Branch] = []
        branches.reserveCapacity(parts.count)
        for (index, body) in parts.enumerated() {
            var part = exchange.part(body: body)
            let isLast = index == parts.count - 1
            part.properties[Exchange.PropertyName.splitIndex] = .integer(index)
            part.properties[Exchange.PropertyName.splitComplete] = .bool(isLast)
            if !options.streaming || isLast {
                part.properties[Exchange.PropertyName.splitSize] = .integer(parts.count)
            }
            part.properties["CamelCorrelationId"] = .string(exchange.id.description)
            enter(&part, from: exchange)
            branches.append(Branching.Branch(exchange: part, steps: options.steps))
        }
        try await branching.run(branches, on: &exchange)
    }

    private func parts(of exchange: inout Exchange) throws -> [Body] {
        let delimiter = options.delimiter == "false" ? nil : options.delimiter
        let found = try options.expression.list(in: &exchange)
        // One text is divided at its delimiter; so is a body that an expression passed on whole.
        let parts = found.count == 1 ? try found[0].elements(delimiter: delimiter) : found
        guard options.group > 0 else { return parts }
        return try stride(from: 0, to: parts.count, by: options.group).map { start in
            let slice = parts[start..<min(parts.count, start + options.group)]
            return .value(.array(try slice.map { try parsedValue($0) }))
        }
    }
}

/// A step whose branches are part of the message's unit of work: what fails in one is dealt with once,
/// for the whole message.
protocol SharingUnitOfWork: FailureBoundary {
    var sharesUnitOfWork: Bool { get }
}

extension SharingUnitOfWork {
    public var isBoundary: Bool { sharesUnitOfWork }

    /// Where a branch's unit of work begins.
    func enter(_ branch: inout Exchange, from exchange: Exchange) {
        if sharesUnitOfWork {
            branch.sharesUnitOfWork = true
        } else if let unit = exchange.unitOfWork {
            branch.unitOfWork = UnitOfWork(original: branch.message, fromRoute: unit.fromRoute)
        }
    }
}
