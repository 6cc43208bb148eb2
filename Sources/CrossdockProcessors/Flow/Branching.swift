internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics

/// Runs branches of an exchange, one after the other or beside each other, and makes one of them.
///
/// - Source: Camel's `MulticastProcessor`.
struct Branching: Sendable {
    /// One branch before it runs.
    struct Branch: Sendable {
        var exchange: Exchange
        let steps: any Processor
    }

    /// Nil keeps the exchange as it was.
    var strategy: (any AggregationStrategy)?
    var isParallel = false
    /// Results count as they come, not in the order of the branches.
    var isStreaming = false
    var stopsOnException = false
    var timeout: Duration?
    let clock: any HubClock

    /// How many branches run beside each other: Camel's default pool.
    static let width = 10

    /// - Parameter branches: Asked for one after the other, so that they need not all exist at once.
    func run(
        _ branches: [Branch], on exchange: inout Exchange
    ) async throws {
        let strategy = strategy ?? UseOriginal(exchange)
        var collected = Collected(strategy: strategy, stops: stopsOnException)
        if isParallel {
            try await runBesideEachOther(branches, &collected)
        } else {
            for (index, branch) in branches.enumerated() {
                let result = try await Self.result(of: branch)
                if try collected.add(result, number: index) { break }
            }
        }
        try finish(collected, &exchange)
    }

    private static func result(of branch: Branch) async throws -> Branched {
        var exchange = branch.exchange
        do {
            try await branch.steps.process(&exchange)
            return Branched(exchange)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return Branched(exchange, error: error)
        }
    }

    private enum Event: Sendable {
        case result(Int, Branched)
        case timeout
    }

    private func runBesideEachOther(
        _ branches: [Branch], _ collected: inout Collected
    ) async throws {
        // The group's closure may not capture an inout value: it works on a copy and gives it back.
        let start = collected
        collected = try await withThrowingTaskGroup(of: Event.self) { group in
            var collected = start
            var next = 0
            func startNext() {
                guard next < branches.count else { return }
                let (index, branch) = (next, branches[next])
                next += 1
                group.addTask { .result(index, try await Self.result(of: branch)) }
            }
            if let timeout {
                let clock = clock
                group.addTask {
                    try await clock.timeout(after: timeout)
                    return .timeout
                }
            }
            for _ in 0..<min(Self.width, branches.count) { startNext() }
            var waiting: [Int: Branched] = [:]
            var expected = 0
            var done = 0
            while done < branches.count, let event = try await group.next() {
                guard case .result(let index, let result) = event else { break }
                done += 1
                startNext()
                if isStreaming {
                    if try collected.add(result, number: index) { break }
                    continue
                }
                waiting[index] = result
                var isOver = false
                while !isOver, let ready = waiting.removeValue(forKey: expected) {
                    isOver = try collected.add(ready, number: expected)
                    expected += 1
                }
                if isOver { break }
            }
            // What came out of order before a time-out still counts.
            for index in waiting.keys.sorted() {
                if let late = waiting[index] { _ = try collected.add(late, number: index) }
            }
            group.cancelAll()
            return collected
        }
    }

    /// What the branches have become so far.
    private struct Collected: Sendable {
        let strategy: any AggregationStrategy
        let stops: Bool
        var result: Branched?
        var stoppedBy: (any Error)?
        var endedBy: Exchange?

        /// - Returns: Whether the branches that are still to come are left out.
        mutating func add(_ branch: Branched, number: Int) throws -> Bool {
            if stops {
                if let error = branch.error {
                    stoppedBy = RouteError(
                        "Multicast processing failed for number \(number).", cause: error,
                        exceptionClass: "org.apache.camel.CamelExchangeException")
                    return true
                }
                if branch.exchange.isHandled {
                    endedBy = branch.exchange
                    return true
                }
            }
            result = try strategy.aggregate(result, branch)
            return false
        }
    }

    private func finish(_ collected: Collected, _ exchange: inout Exchange) throws {
        if let error = collected.stoppedBy { return try fail(error, &exchange) }
        if let ended = collected.endedBy {
            exchange.take(ended)
            return
        }
        guard let result = collected.result else { return }
        if strategy != nil { exchange.take(result.exchange) }
        if let error = result.error { try fail(error, &exchange) }
    }

    /// The branches' own handlers have had their say.
    private func fail(_ error: any Error, _ exchange: inout Exchange) throws {
        exchange.failure = Failure(
            error, endpoint: exchange.lastEndpoint,
            routeID: exchange.failure?.routeID, isExhausted: true,
            handlers: exchange.failure?.handlers ?? [])
        throw error
    }
}

extension Exchange {
    /// Goes on as another exchange, which was made of this one, under this one's name.
    mutating func take(_ other: Exchange) {
        message = other.message
        for (name, value) in other.properties where !Self.branchNames.contains(name) {
            properties[name] = value
        }
        for (name, value) in other.variables { variables[name] = value }
        failure = other.failure
        lastEndpoint = other.lastEndpoint
        if other.isHandled { endHandled() } else if other.isStopped { stop() }
    }

    private static let branchNames: Set<String> = [
        PropertyName.splitIndex, PropertyName.splitSize, PropertyName.splitComplete,
        PropertyName.multicastIndex, PropertyName.multicastComplete, "CamelCorrelationId",
    ]
}

/// Options that all branching steps share.
protocol BranchingOptions {
    var aggregationStrategy: StrategyChoice? { get }
    var parallelProcessing: Bool { get }
    var streaming: Bool { get }
    var stopOnException: Bool { get }
    var timeout: Duration { get }
    var shareUnitOfWork: Bool { get }
}

extension Branching {
    init(_ options: some BranchingOptions, _ clock: any HubClock) {
        strategy = options.aggregationStrategy?.strategy
        isParallel = options.parallelProcessing
        isStreaming = options.streaming
        stopsOnException = options.stopOnException
        timeout = options.timeout > .zero && options.parallelProcessing ? options.timeout : nil
        self.clock = clock
    }
}
