public import CrossdockCore
public import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockExpressions
internal import CrossdockProcessors
public import CrossdockRouting
internal import CrossdockSettings
public import Logging
internal import Synchronization

/// A hub in a test: routes as they are written, between `direct` and `mock` endpoints, on a clock that
/// stands still.
public final class TestHub: Sendable {
    public let clock: ManualClock
    public let log: LogCapture
    private let catalog: Catalog
    private let controller: RouteController
    private let activity: Activity
    private let mocks: MockComponent
    private let running: Task<Void, any Error>
    private let routes: [BuiltRoute]

    /// What a hub in a test is made of.
    public struct Setup: Sendable {
        public var properties: [String: String] = [:]
        /// Patterns of addresses and what stands in for them.
        public var replace: [(pattern: String, address: String)] = []
        /// What exists besides the steps and components that need nothing from outside.
        public var components: [any Component] = []
        public var processors: [any NamedProcessor.Type] = []
        public var languages: [any Language] = []
        public var logLevel = Logger.Level.info
        public var dynamicAddresses: [String: [String]] = [:]
        public var kamelets: @Sendable (String) -> RouteFile? = { _ in nil }

        public init() {}
    }

    /// Reads, builds and starts routes.
    ///
    /// - Throws: ``DiagnosticsError`` with all that is wrong with them.
    public convenience init(route: String, _ setup: Setup = Setup()) async throws {
        let placeholders = Placeholders(properties: setup.properties)
        let file = RouteFile.read(route, file: "test.camel.yaml", placeholders: placeholders)
        try await self.init([file], setup)
    }

    public init(_ files: [RouteFile], _ setup: Setup = Setup()) async throws {
        let clock = ManualClock()
        let steps = StepClock(clock)
        let log = LogCapture()
        let logger = log.logger("crossdock.test", level: setup.logLevel)
        let mocks = MockComponent()
        let direct = DirectComponent()
        let seda = SedaComponent()
        var catalog = Catalog(
            components: InProcessComponents.all() + setup.components,
            processors: RouteSteps.all + setup.processors,
            languages: ExpressionLanguages.all + setup.languages,
            beans: RouteBeans.all + RoutingBeans.all)
        for component in [mocks, direct, seda] as [any Component] {
            catalog = catalog.with(component)
        }
        let background = BackgroundTasks()
        let assembly = RouteAssembly(
            catalog: catalog, placeholders: Placeholders(properties: setup.properties),
            clock: clock,
            logger: logger, background: background, dynamicAddresses: setup.dynamicAddresses,
            kamelets: setup.kamelets, stepClock: steps,
            standIns: setup.replace.map { AddressStandIn(pattern: $0.pattern, address: $0.address) }
        )
        let (routes, findings) = assembly.build(files)
        let errors = findings.filter { $0.severity == .error }
        guard errors.isEmpty else { throw DiagnosticsError(errors) }
        let controller = RouteController(
            routes, clock: clock, logger: logger, background: background,
            shutdownTimeout: .seconds(2))
        try await controller.prepare()
        self.clock = clock
        self.log = log
        self.catalog = catalog
        self.controller = controller
        self.mocks = mocks
        self.routes = routes
        activity = Activity(
            routes: routes, background: background, clock: clock, steps: steps, mocks: mocks,
            direct: direct, seda: seda)
        running = Task { try await controller.run() }
        await activity.settle(samples: 10)
    }

    /// Stops the routes; what is under way is given back.
    public func stop() async {
        controller.stop()
        running.cancel()
        _ = try? await running.value
    }

    deinit {
        controller.stop()
        running.cancel()
    }

    // MARK: - Sending

    /// Sends a JSON value or text and waits for its way to end.
    @discardableResult
    public func send(
        _ body: Value, headers: [(String, Value)] = [], to address: String,
        pattern: ExchangePattern = .inOnly
    ) async throws -> Exchange {
        let form: Body =
            switch body {
            case .string(let text): .text(text)
            case .null: .empty
            default: .bytes(body.json)
            }
        return try await send(form, headers: headers, to: address, pattern: pattern)
    }

    /// Sends a body and waits for its way to end; the clock moves on where a step waits for it.
    ///
    /// - Returns: The exchange as it came back.
    /// - Throws: What the route failed with.
    @discardableResult
    public func send(
        _ body: Body, headers: [(String, Value)] = [], to address: String,
        pattern: ExchangePattern = .inOnly
    ) async throws -> Exchange {
        let sending = start(body, headers: headers, to: address, pattern: pattern)
        while !sending.isOver {
            await settle()
            if sending.isOver { break }
            if Task.isCancelled { sending.cancel() }
            guard let due = clock.nextDue else { continue }
            clock.move(to: due)
        }
        return try await sending.result()
    }

    /// Sends a body and does not wait.
    public func start(
        _ body: Body, headers: [(String, Value)] = [], to address: String,
        pattern: ExchangePattern = .inOnly
    ) -> Sending {
        var message = Message(body)
        for (name, value) in headers { message[header: name] = value }
        let exchange = Exchange(message, pattern: pattern)
        activity.sendBegan()
        let task = Task { () async throws -> Exchange in
            defer { activity.sendEnded() }
            let parsed = try EndpointAddress(address)
            guard let endpoint = try catalog.component(parsed.scheme)?.endpoint(at: parsed),
                let producing = endpoint as? any ProducingEndpoint
            else {
                throw RouteError(.badAddress, "'\(address)' cannot be sent to")
            }
            let context = RouteContext(
                routeID: "test", logger: log.logger("crossdock.test"), clock: activity.steps)
            let producer = try producing.makeProducer(for: context)
            var copy = exchange
            try await producer.prepare()
            try await producer.process(&copy)
            return copy
        }
        return Sending(task)
    }

    // MARK: - What came out

    /// The messages at a mock once everything is quiet.
    public func received(at address: String) async -> [Message] {
        await settle()
        return mocks.received(at: address).map(\.message)
    }

    /// The exchanges at a mock as they are now.
    public func exchanges(at address: String) -> [Exchange] { mocks.received(at: address) }

    /// Waits until nothing happens any more without the clock moving.
    public func settle() async { await activity.settle(samples: 3) }

    /// Moves the clock from one thing that is due to the next.
    public func advance(by duration: Duration) async {
        let target = clock.elapsed + duration
        await settle()
        while let due = clock.nextDue, due <= target {
            clock.move(to: due)
            await settle()
        }
        clock.move(to: target)
        await settle()
    }

    public var health: [RouteHealth] { controller.health }
}

/// A message on its way.
public final class Sending: Sendable {
    private let task: Task<Exchange, any Error>
    private let over = Atomic<Bool>(false)

    init(_ task: Task<Exchange, any Error>) {
        self.task = task
        Task { [self] in
            _ = try? await task.value
            over.store(true, ordering: .releasing)
        }
    }

    public var isOver: Bool { over.load(ordering: .acquiring) }
    public func result() async throws -> Exchange { try await task.value }
    public func cancel() { task.cancel() }
}

/// Knows whether anything happens in a hub.
final class Activity: Sendable {
    let routes: [BuiltRoute]
    let background: BackgroundTasks
    let clock: ManualClock
    let steps: StepClock
    let mocks: MockComponent
    let direct: DirectComponent
    let seda: SedaComponent
    private let sends = Atomic<Int>(0)

    init(
        routes: [BuiltRoute], background: BackgroundTasks, clock: ManualClock, steps: StepClock,
        mocks: MockComponent, direct: DirectComponent, seda: SedaComponent
    ) {
        self.routes = routes
        self.background = background
        self.clock = clock
        self.steps = steps
        self.mocks = mocks
        self.direct = direct
        self.seda = seda
    }

    func sendBegan() { sends.wrappingAdd(1, ordering: .relaxed) }
    func sendEnded() { sends.wrappingSubtract(1, ordering: .relaxed) }

    /// Messages that are neither waiting for the clock nor for another route.
    private var active: Int {
        let inFlight = routes.reduce(0) { $0 + $1.route.exchangesInFlight }
        let calls = direct.callsUnderWay + seda.callsUnderWay
        return inFlight + background.count + sends.load(ordering: .relaxed) - calls - steps.sleepers
    }

    private struct Trace: Equatable {
        let mocks: Int
        let events: UInt64
        let received: UInt64
        let sends: Int
    }

    private var trace: Trace {
        Trace(
            mocks: mocks.count, events: clock.events,
            received: routes.reduce(0) { $0 &+ $1.route.context.source.received },
            sends: sends.load(ordering: .relaxed))
    }

    /// Waits until some looks in a row see nothing happening.
    func settle(samples: Int) async {
        var quiet = 0
        var last = trace
        while quiet < samples {
            for _ in 0..<8 { await Task.yield() }
            try? await Task.sleep(for: .microseconds(300))
            let now = trace
            quiet = active <= 0 && seda.waiting == 0 && now == last ? quiet + 1 : 0
            last = now
            if Task.isCancelled { return }
        }
    }
}
