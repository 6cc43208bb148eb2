internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

/// Deals with the failure of a step as the route says: repeats it, handles it, dead-letters it or lets
/// it out.
///
/// - Source: Camel manual, "Error handler" and "Exception clause".
struct ErrorHandler: StepGuard {
    let route: RouteContext
    /// Where failures go that no clause deals with; nil lets them out.
    let channel: DeadLetterChannel?
    let policy: RedeliveryPolicy
    let clauses: ExceptionClauses
    private let log: FailureLog
    private let mayRepeat: Bool
    /// Stands around a step whose branches have left their failures to it.
    private var isBoundary = false

    init(
        route: RouteContext, channel: DeadLetterChannel?, policy: RedeliveryPolicy,
        clauses: ExceptionClauses
    ) {
        self.route = route
        self.channel = channel
        self.policy = policy
        self.clauses = clauses
        log = FailureLog(route)
        mayRepeat = policy.repeats || clauses.mayRepeat
    }

    /// The same handler for a step whose branches have left their failures to it.
    var ofBoundary: ErrorHandler {
        var handler = self
        handler.isBoundary = true
        return handler
    }

    func run(_ step: any Processor, on exchange: inout Exchange) async throws {
        if isBoundary { return try await runBoundary(step, on: &exchange) }
        // A copy is only kept where it could be needed: it makes every change of a header copy them all.
        let original = mayRepeat ? exchange : nil
        var failures = 0
        while true {
            do {
                return try await step.process(&exchange)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // A handler further in has had its say.
                if exchange.failure?.isExhausted == true { throw error }
                failures += 1
                note(error, in: &exchange)
                let clause = try clauses.clause(for: error, &exchange)
                guard let original, try await isRepeated(error, failures, clause, &exchange) else {
                    return try await exhausted(error, clause, failures, &exchange)
                }
                let failure = exchange.failure
                exchange = original
                exchange.failure = failure
                mark(&exchange, failures, clause)
            }
        }
    }

    private func runBoundary(_ step: any Processor, on exchange: inout Exchange) async throws {
        do {
            try await step.process(&exchange)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            note(error, in: &exchange)
            try await exhausted(error, try clauses.clause(for: error, &exchange), 1, &exchange)
        }
    }

    private func note(_ error: any Error, in exchange: inout Exchange) {
        exchange.failure = Failure(
            error, endpoint: exchange.lastEndpoint, routeID: route.routeID,
            handlers: exchange.failure?.handlers ?? [])
    }

    private func effective(_ clause: OnException?) -> RedeliveryPolicy { clause?.policy ?? policy }

    // MARK: Again

    /// Decides on another attempt and waits for its time.
    private func isRepeated(
        _ error: any Error, _ failures: Int, _ clause: OnException?, _ exchange: inout Exchange
    ) async throws -> Bool {
        let policy = effective(clause)
        if let retryWhile = clause?.retryWhile {
            guard try retryWhile.matches(&exchange) else { return false }
        } else {
            guard policy.allows(failures: failures) else { return false }
        }
        if route.stop.isRequested, !policy.allowRedeliveryWhileStopping { return false }
        log.attempt(error, failures, policy, exchange)
        let delay = delay(after: error, failures, policy, exchange)
        if delay > .zero { try await route.clock.sleep(for: delay) }
        return true
    }

    /// The policy's wait, but no shorter than the other side asked for.
    private func delay(
        after error: any Error, _ failures: Int, _ policy: RedeliveryPolicy, _ exchange: Exchange
    ) -> Duration {
        if let given = exchange.message.control["CamelRedeliveryDelay"]?.scalarText,
            let delay = Duration(settingText: given)
        {
            return delay
        }
        let delay = policy.delay(failures: failures)
        guard case .transient(let retryAfter?) = (error as? any Classified)?.disposition else {
            return delay
        }
        return max(delay, retryAfter)
    }

    private func mark(_ exchange: inout Exchange, _ count: Int, _ clause: OnException?) {
        exchange.message.control["CamelRedelivered"] = .bool(count > 0)
        exchange.message.control["CamelRedeliveryCounter"] = .integer(count)
        let most = effective(clause).maximumRedeliveries
        if most > 0 { exchange.message.control["CamelRedeliveryMaxCounter"] = .integer(most) }
    }

    // MARK: When nothing repeats it any more

    private func exhausted(
        _ error: any Error, _ clause: OnException?, _ failures: Int, _ exchange: inout Exchange
    ) async throws {
        let isContinued = try clause?.continued?.matches(&exchange) ?? false
        let isHandled = try clause?.handled?.matches(&exchange) ?? false
        let usesChannel = channel != nil && clause?.hasSteps != true
        if isHandled || isContinued || usesChannel {
            for name in ["CamelRedelivered", "CamelRedeliveryCounter", "CamelRedeliveryMaxCounter"]
            {
                exchange.message.control[name] = nil
            }
        } else if mayRepeat {
            mark(&exchange, failures - 1, clause)
        }
        // The message that this is a branch of deals with it.
        if exchange.sharesUnitOfWork, !isBoundary { return try letOut(error, &exchange) }
        // A handler that fails into itself must not run for ever.
        let handlers = exchange.failure?.handlers ?? []
        guard !handlers.contains(route.routeID) else { return try letOut(error, &exchange) }
        log.exhausted(
            error, failures, effective(clause), exchange, isHandled: isHandled || usesChannel,
            isContinued: isContinued)
        let failure = exchange.failure
        if let clause, clause.hasSteps {
            restore(clause.useOriginalMessage, clause.useOriginalBody, &exchange)
            try await run(clause.steps, &exchange, effective(clause))
        } else if let channel, !isContinued {
            restore(
                clause?.useOriginalMessage == true || channel.useOriginalMessage,
                clause?.useOriginalBody == true || channel.useOriginalBody, &exchange)
            try await deadLetter(channel, &exchange, effective(clause))
        }
        exchange.failure = failure
        if isContinued { return }
        if isHandled || usesChannel || exchange.isHandled { return exchange.endHandled() }
        try letOut(error, &exchange)
    }

    private func letOut(_ error: any Error, _ exchange: inout Exchange) throws {
        exchange.failure = exchange.failure?.with(isExhausted: true)
        throw error
    }

    /// Runs a clause's steps; an error of theirs takes the place of the one they were for.
    private func run(
        _ steps: Pipeline, _ exchange: inout Exchange, _ policy: RedeliveryPolicy
    ) async throws {
        let handlers = exchange.failure?.handlers ?? []
        exchange.failure = exchange.failure?.with(handlers: handlers + [route.routeID])
        do { try await steps.process(&exchange) } catch is CancellationError {
            throw CancellationError()
        } catch {
            log.second(error, policy, exchange)
            exchange.failure = Failure(
                error, endpoint: exchange.lastEndpoint, routeID: route.routeID, isExhausted: true,
                handlers: handlers)
            throw error
        }
    }

    private func deadLetter(
        _ channel: DeadLetterChannel, _ exchange: inout Exchange, _ policy: RedeliveryPolicy
    ) async throws {
        let pattern = exchange.pattern
        exchange.pattern = .inOnly
        defer { exchange.pattern = pattern }
        let failedEndpoint = exchange.lastEndpoint
        exchange.lastEndpoint = channel.name
        do {
            try await run(channel.pipeline, &exchange, policy)
        } catch let error {
            // What could not be made durable may not count as dealt with.
            let mustStop = error is CancellationError || error is StateError
            guard channel.handlesNewException, !mustStop else { throw error }
        }
        exchange.lastEndpoint = failedEndpoint
    }

    private func restore(_ message: Bool, _ body: Bool, _ exchange: inout Exchange) {
        guard message || body, let original = exchange.unitOfWork?.original else { return }
        if message {
            exchange.message = original
        } else {
            exchange.message.body = original.body
        }
    }
}
