public import CrossdockCore
internal import CrossdockDiagnostics
public import Logging
internal import Synchronization

/// Runs routes: makes everything ready, starts in order, watches, stops in order.
///
/// A route whose source fails is tried again in the background while the others go on. A state store
/// that fails ends everything: nothing could be acknowledged any more.
public final class RouteController: Sendable {
    private struct State {
        var status: [String: RouteStatus] = [:]
        var isStopping = false
    }

    private let routes: [BuiltRoute]
    private let clock: any HubClock
    private let logger: Logger
    private let background: BackgroundTasks
    private let shutdownTimeout: Duration
    private let idleConditions: [@Sendable () async -> Bool]
    private let state = Mutex(State())
    private let stopped = StopSignal()

    /// - Parameters:
    ///   - background: What steps started and did not wait for.
    ///   - shutdownTimeout: Time for what is under way to finish after a stop was asked for.
    ///   - idleConditions: What must hold besides for nothing to be left to do: an empty outbox, queues
    ///     that are empty.
    public init(
        _ routes: [BuiltRoute], clock: any HubClock = SystemClock(), logger: Logger,
        background: BackgroundTasks = BackgroundTasks(), shutdownTimeout: Duration = .seconds(45),
        idleConditions: [@Sendable () async -> Bool] = []
    ) {
        self.routes = routes.enumerated().sorted {
            ($0.element.options.startupOrder ?? 1_000, $0.offset)
                < ($1.element.options.startupOrder ?? 1_000, $1.offset)
        }.map(\.element)
        self.clock = clock
        self.logger = logger
        self.background = background
        self.shutdownTimeout = shutdownTimeout
        self.idleConditions = idleConditions
        state.withLock { state in
            for route in routes {
                state.status[route.route.id] = route.options.autoStartup ? .waiting : .notStarted
            }
        }
    }

    /// Prepares all endpoints: queues and bindings of every route exist before any route sends.
    ///
    /// - Throws: The first error, with everything closed again.
    public func prepare() async throws {
        do {
            for route in routes where route.options.autoStartup {
                try await route.route.consumer.prepare()
            }
            for route in routes {
                for managed in route.managed { try await managed.prepare() }
            }
        } catch {
            await close()
            throw error
        }
    }

    /// Runs all routes until ``stop()`` or, with `untilIdle`, until nothing is left to do.
    ///
    /// - Throws: ``StateError``, when the hub must end; `CancellationError`.
    public func run(untilIdle: Bool = false) async throws {
        var failure: (any Error)?
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for route in routes where route.options.autoStartup {
                    group.addTask { try await self.supervise(route) }
                }
                group.addTask { try await self.watch(untilIdle: untilIdle) }
                // The first failure cancels what still runs, so that its messages are given back;
                // `waitForAll` would first wait for all the others.
                while try await group.next() != nil {}
            }
        } catch is Overtime {
            logger.warning("the time for finishing is over; what is under way is given back")
        } catch {
            failure = error
        }
        stop()
        for route in routes { route.route.context.stop.request() }
        await background.cancelAll()
        await close()
        if let failure { throw failure }
    }

    /// What is under way did not finish in the time for it.
    private struct Overtime: Error {}

    /// Waits for the stop and lets everything run dry.
    private func watch(untilIdle: Bool) async throws {
        var refusal: (any Error)?
        if untilIdle {
            let watch = IdleWatch(
                routes: routes, background: background, clock: clock, stopped: stopped,
                conditions: idleConditions)
            do { try await watch.wait() } catch { refusal = error }
            stop()
        } else {
            await stopped.wait()
        }
        try Task.checkCancellation()
        try await drain()
        if let refusal { throw refusal }
    }

    /// Asks all routes to take no more input. Returns at once.
    public func stop() {
        state.withLock { $0.isStopping = true }
        stopped.request()
    }

    // MARK: Watching

    /// How each route is doing, in the order in which they start.
    public var health: [RouteHealth] {
        let status = state.withLock { $0.status }
        return routes.map { built in
            let route = built.route
            return RouteHealth(
                id: route.id, status: status[route.id] ?? .waiting,
                problem: route.context.source.failure,
                exchangesInFlight: route.exchangesInFlight,
                received: route.context.source.received, echoes: route.context.source.echoes)
        }
    }

    private func supervise(_ built: BuiltRoute) async throws {
        let route = built.route
        var failures = 0
        while !route.context.stop.isRequested, !Task.isCancelled {
            set(.running, route)
            do {
                try await route.run()
                set(.stopped, route)
                return
            } catch is CancellationError {
                set(.stopped, route)
                return
            } catch let error as StateError {
                throw error
            } catch {
                failures += 1
                report(error, failures, route)
                let wait = Duration.milliseconds(min(60_000, 500 << min(failures, 7)))
                guard await route.context.stop.sleep(for: wait, clock: clock) else { break }
            }
        }
        set(.stopped, route)
    }

    private func report(_ error: any Error, _ failures: Int, _ route: Route) {
        let classified = error as? any Classified
        set(.failing, route)
        route.context.source.failed(classified?.description ?? "\(error)")
        route.context.logger.error(
            "route does not run, it will be tried again",
            metadata: [
                "error.code": "\(classified?.code.id ?? "-")",
                "error": "\(classified?.message ?? "\(error)")", "attempt": "\(failures)",
            ])
    }

    private func set(_ status: RouteStatus, _ route: Route) {
        state.withLock { $0.status[route.id] = status }
    }

    // MARK: Stopping

    /// Sources first, then what only other routes reach; each in the reverse of the starting order.
    private func drain() async throws {
        let deadline = clock.elapsed + shutdownTimeout
        for built in routes.reversed() where !isDeferred(built) {
            built.route.context.stop.request()
        }
        try await waitForQuiet(until: deadline) { !self.isDeferred($0) }
        for built in routes.reversed() { built.route.context.stop.request() }
        try await waitForQuiet(until: deadline) { _ in true }
    }

    private func isDeferred(_ built: BuiltRoute) -> Bool {
        built.route.consumer.isInternal || built.options.shutdownRoute == .Defer
    }

    /// - Parameter isMeant: The routes whose consumers must have ended.
    private func waitForQuiet(
        until deadline: Duration, _ isMeant: @Sendable (BuiltRoute) -> Bool
    ) async throws {
        while true {
            let isBusy = routes.contains { $0.route.exchangesInFlight > 0 } || background.count > 0
            let status = state.withLock { $0.status }
            let runs = routes.contains { isMeant($0) && status[$0.route.id]?.isActive == true }
            if !isBusy, !runs { return }
            guard clock.elapsed < deadline else { throw Overtime() }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func close() async {
        for route in routes.reversed() {
            for managed in route.managed.reversed() { await managed.close() }
        }
    }
}
