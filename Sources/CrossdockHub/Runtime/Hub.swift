internal import CrossdockBus
internal import CrossdockCore
public import CrossdockDiagnostics
internal import CrossdockObservability
internal import CrossdockRouting
internal import CrossdockSettings
public import Logging
internal import Synchronization

/// A hub: the routes of a project, with everything they stand on.
///
/// ``open(_:in:routes:logger:)`` reads and builds, ``start()`` makes ready and listens, ``run(untilIdle:)``
/// moves messages until ``stop()``, ``close()`` lets go of everything.
public final class Hub: Sendable {
    private struct State {
        /// What makes it wrong to go on.
        var fatal: (any Error)?
        var running: Task<Void, any Error>?
        var management: ManagementServer?
    }

    /// What was found in the routes and does not keep them from running.
    public let warnings: [Diagnostic]
    let services: HubServices
    private let configuration: HubConfiguration
    private let controller: RouteController
    private let metrics: HubMetrics
    private let logger: Logger
    private let state: Mutex<State>

    /// Opens the services and builds the routes. Nothing is connected to yet.
    ///
    /// - Parameter routes: Files and folders with routes, relative to the project's folder.
    /// - Throws: ``DiagnosticsError`` with everything that is wrong with the routes; whatever keeps
    ///   state or bus from being opened.
    public static func open(
        _ configuration: HubConfiguration, in folder: ProjectFolder = ProjectFolder(),
        routes: [String], logger: Logger
    ) async throws -> Hub {
        try await open(
            configuration, in: folder, routes: routes, logger: logger, stepObservers: [])
    }

    static func open(
        _ configuration: HubConfiguration, in folder: ProjectFolder, routes: [String],
        logger: Logger, stepObservers: [any StepObserver]
    ) async throws -> Hub {
        let files = try folder.routes(at: routes, placeholders: configuration.placeholders)
        let fatal = FatalError()
        let services = try await HubServices.open(
            configuration, in: folder, clock: SystemClock(), logger: logger,
            onFatal: { fatal.report($0) })
        let metrics = HubMetrics()
        let background = BackgroundTasks()
        let assembly = RouteAssembly(
            catalog: services.catalog, placeholders: configuration.placeholders, logger: logger,
            background: background, routeObservers: { metrics.observers(of: $0) },
            stepObservers: stepObservers,
            dynamicAddresses: try configuration.security.patterns(),
            kamelets: folder.kamelets(configuration.placeholders))
        let (built, findings) = assembly.build(files)
        let errors = findings.filter { $0.severity == .error }
        guard errors.isEmpty else {
            await services.close()
            throw DiagnosticsError(findings)
        }
        let bus = services.bus
        let controller = RouteController(
            built, logger: logger, background: background,
            shutdownTimeout: configuration.shutdown.timeout,
            idleConditions: [
                {
                    let backlogs = await bus.backlogs()
                    return bus.queues.allSatisfy { backlogs[$0]?.isEmpty == true }
                }
            ])
        let hub = Hub(
            configuration, services, controller, metrics, logger,
            warnings: findings.filter { $0.severity != .error })
        fatal.tell { [weak hub] in hub?.fail($0) }
        return hub
    }

    private init(
        _ configuration: HubConfiguration, _ services: HubServices, _ controller: RouteController,
        _ metrics: HubMetrics, _ logger: Logger, warnings: [Diagnostic]
    ) {
        self.configuration = configuration
        self.services = services
        self.controller = controller
        self.metrics = metrics
        self.logger = logger
        self.warnings = warnings
        state = Mutex(State())
    }

    /// Makes every endpoint ready and opens the management listener.
    ///
    /// - Throws: What keeps an endpoint or the listener from being ready; the hub is closed then.
    public func start() async throws {
        do {
            try await controller.prepare()
            metrics.watch(controller, services)
            let server = try await ManagementServer.start(
                configuration.management, logger: logger, health: { await self.health() },
                metrics: { self.metrics.rendered() })
            state.withLock { $0.management = server }
        } catch {
            await services.close()
            throw error
        }
    }

    /// The port of the management listener; nil before ``start()``.
    public var managementPort: Int? { state.withLock { $0.management?.port } }

    /// Runs the routes until ``stop()`` or, with `untilIdle`, until nothing is left to do.
    ///
    /// - Throws: What made it wrong to go on, such as a state store that failed.
    public func run(untilIdle: Bool = false) async throws {
        let task = Task { try await controller.run(untilIdle: untilIdle) }
        let fatal = state.withLock { state in
            state.running = task
            return state.fatal
        }
        if fatal != nil { task.cancel() }
        let result = await task.result
        if let fatal = state.withLock({ $0.fatal }) { throw fatal }
        do { try result.get() } catch is CancellationError {}
    }

    /// Asks the routes to take no more input; what is under way finishes. Returns at once.
    public func stop() { controller.stop() }

    /// Closes listener, bus and state.
    public func close() async {
        if let server = state.withLock({ $0.management }) { await server.stop() }
        await services.close()
    }

    /// Ends the run at once: nothing more may be acknowledged.
    private func fail(_ error: any Error) {
        logger.critical(
            "state or bus cannot be written any more; the hub stops",
            metadata: [
                "error.code": "\((error as? any Classified)?.code.id ?? "-")",
                "error": "\((error as? any Classified)?.message ?? "\(error)")",
            ])
        state.withLock { state -> Task<Void, any Error>? in
            if state.fatal == nil { state.fatal = error }
            return state.running
        }?.cancel()
    }

    // MARK: Watching

    /// How each route is doing, in the order in which they start.
    public var routes: [HubRoute] {
        controller.health.map {
            HubRoute(
                id: $0.id, received: $0.received, echoes: $0.echoes,
                inFlight: $0.exchangesInFlight, problem: $0.problem)
        }
    }

    /// Messages that wait for a person's decision.
    func deadLetterCount() async throws -> Int {
        var count = try await services.store.deadLetterCount(route: nil)
        for route in controller.health {
            let queue = BusName.deadLetters(of: route.id)
            // A route that has never failed has no such queue on a broker.
            count += (try? await services.bus.bus.backlog(of: queue))?.ready ?? 0
        }
        return count
    }

    /// How state, bus and routes are. A system that is away degrades its route, not the hub.
    func health() async -> Health {
        var checks: [Health.Check] = []
        do {
            try await services.store.check()
            checks.append(Health.Check("state", .up))
        } catch {
            checks.append(
                Health.Check("state", .down, (error as? any Classified)?.message ?? "\(error)"))
        }
        switch services.bus.bus.health {
        case .up: checks.append(Health.Check("bus", .up))
        case .blocked(let error): checks.append(Health.Check("bus", .degraded, error.message))
        case .down(let error): checks.append(Health.Check("bus", .down, error.message))
        }
        for (name, health) in services.rabbitMQ.health.sorted(by: { $0.key < $1.key }) {
            switch health {
            case .up: checks.append(Health.Check("broker:\(name)", .up))
            case .blocked(let error), .down(let error):
                checks.append(Health.Check("broker:\(name)", .degraded, error.message))
            }
        }
        for route in controller.health {
            let isWell = route.problem == nil && route.status != .failing
            checks.append(
                Health.Check("route:\(route.id)", isWell ? .up : .degraded, route.problem))
        }
        return Health(checks)
    }
}

/// How a route of a running hub is doing.
public struct HubRoute: Sendable {
    public let id: String
    /// Records or messages that came in and were news.
    public let received: UInt64
    /// The hub's own writes that came back.
    public let echoes: UInt64
    public let inFlight: Int
    public let problem: String?
}

/// Hands a failure to a hub that does not exist yet when the failing part is made.
private final class FatalError: Sendable {
    private struct State {
        var error: (any Error)?
        var handler: (@Sendable (any Error) -> Void)?
    }

    private let state = Mutex(State())

    func report(_ error: any Error) {
        let handler = state.withLock { state in
            if state.error == nil { state.error = error }
            return state.handler
        }
        handler?(error)
    }

    func tell(_ handler: @escaping @Sendable (any Error) -> Void) {
        let error = state.withLock { state in
            state.handler = handler
            return state.error
        }
        if let error { handler(error) }
    }
}

extension SecuritySettings {
    /// Patterns of addresses that message data may choose, per route id.
    ///
    /// - Throws: ``DiagnosticsError`` for anything but lists of text under route ids.
    func patterns() throws -> [String: [String]] {
        guard let node = dynamicUris, !node.isNull else { return [:] }
        guard let members = node.mapping else {
            throw DiagnosticsError(
                Diagnostic(
                    .badSetting, "security.dynamicUris is a map from route ids to patterns",
                    at: node.span))
        }
        var patterns: [String: [String]] = [:]
        for member in members {
            let items = member.value.sequence ?? [member.value]
            patterns[member.key] = try items.map { item in
                guard let text = item.text else {
                    throw DiagnosticsError(
                        Diagnostic(.badSetting, "a pattern is text", at: item.span))
                }
                return text
            }
        }
        return patterns
    }
}
