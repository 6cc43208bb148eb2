public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
public import CrossdockSettings

/// Runs steps, catches their failure and cleans up after them.
///
/// Inside, the route's error handler has no say: nothing is repeated, nothing handled but by `doCatch`.
///
/// - Source: Camel manual, "doTry".
public struct DoTry: CompositeProcessor {
    public static let name = "doTry"
    public static let summary = "Runs steps, catches their failure and cleans up after them."

    public struct Catch: Settings {
        @Setting("Names of exceptions; all when absent.")
        public var exception: [String] = []
        @Setting("What must hold besides.")
        public var onWhen: Predicate?
        @Setting("What is done about it.")
        public var steps = UnguardedPipeline(Pipeline([]))
        @Setting("Names the branch.")
        public var id: String?
        @Setting("Says what the branch is for.")
        public var description: String?
        @Setting("A remark.")
        public var note: String?
        @Setting("Leaves the branch out.")
        public var disabled = false

        public init() {}
    }

    public struct Finally: Settings {
        @Setting("What is done in any case.")
        public var steps = UnguardedPipeline(Pipeline([]))
        @Setting("Names the branch.")
        public var id: String?
        @Setting("Says what the branch is for.")
        public var description: String?
        @Setting("A remark.")
        public var note: String?
        @Setting("Leaves the branch out.")
        public var disabled = false

        public init() {}
    }

    public struct Options: Settings {
        @Setting("What is tried.")
        public var steps = UnguardedPipeline(Pipeline([]))
        @Setting("What is done about failures, the first that fits.")
        public var doCatch: [Catch] = []
        @Setting("What is done in any case.")
        public var doFinally: Finally?

        public init() {}
    }

    private struct Clause {
        let classes: [String]
        let options: Catch
    }

    private let steps: Pipeline
    private let clauses: [Clause]
    private let cleanUp: Pipeline?
    private let routeID: String

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        guard !options.doCatch.isEmpty || options.doFinally != nil else {
            throw SettingProblem("doTry needs 'doCatch' or 'doFinally'")
        }
        steps = options.steps.pipeline
        clauses = options.doCatch.filter { !$0.disabled }.map { clause in
            let names = clause.exception.isEmpty ? ["java.lang.Exception"] : clause.exception
            return Clause(
                classes: names.map { CaughtClass.resolved($0, builder) }, options: clause)
        }
        cleanUp = options.doFinally.flatMap { $0.disabled ? nil : $0.steps.pipeline }
        routeID = builder.route.routeID
    }

    public func process(_ exchange: inout Exchange) async throws {
        var failure: (any Error)?
        do { try await steps.process(&exchange) } catch is CancellationError {
            throw CancellationError()
        } catch {
            failure = error
        }
        if let error = failure { failure = try await caught(error, &exchange) }
        if let cleanUp { try await run(cleanUp, after: failure, &exchange) }
        if let failure { throw failure }
    }

    /// - Returns: The failure that is left.
    private func caught(
        _ error: any Error, _ exchange: inout Exchange
    ) async throws -> (any Error)? {
        exchange.failure = Failure(
            error, endpoint: exchange.failure?.endpoint ?? exchange.lastEndpoint, routeID: routeID,
            handlers: exchange.failure?.handlers ?? [])
        guard let clause = try clause(for: error, &exchange) else { return error }
        do { try await clause.options.steps.pipeline.process(&exchange) } catch is CancellationError
        {
            throw CancellationError()
        } catch {
            return error
        }
        return nil
    }

    /// The first clause of which one class fits the error or something that led to it.
    private func clause(for error: any Error, _ exchange: inout Exchange) throws -> Clause? {
        let names = ExceptionName.chain(error).map { ExceptionName.of($0) }
        for clause in clauses {
            let fits = names.contains { name in
                clause.classes.contains { ExceptionName.distance(from: name, to: $0) != nil }
            }
            if fits, try clause.options.onWhen?.matches(&exchange) ?? true { return clause }
        }
        return nil
    }

    /// Runs even where a step has stopped the exchange, which then stays stopped.
    private func run(
        _ cleanUp: Pipeline, after failure: (any Error)?, _ exchange: inout Exchange
    ) async throws {
        let (wasStopped, wasHandled) = (exchange.isStopped, exchange.isHandled)
        if wasStopped { exchange.resume() }
        if let failure, exchange.failure == nil { exchange.caught = failure }
        try await cleanUp.process(&exchange)
        if wasHandled { exchange.endHandled() } else if wasStopped { exchange.stop() }
    }
}

/// Names of exceptions as `doCatch` has them.
enum CaughtClass {
    static func resolved(_ name: String, _ builder: any RouteBuilding) -> String {
        if let known = ExceptionName.resolve(name) { return known }
        builder.warn(
            Diagnostic(
                .javaClass,
                "the exception '\(name)' is not known; it counts as a direct child of "
                    + "java.lang.Exception",
                severity: .warning, help: Suggestion.help(for: name, in: ExceptionName.known)))
        return name
    }
}
