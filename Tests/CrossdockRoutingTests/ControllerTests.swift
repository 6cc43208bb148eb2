import CrossdockCore
import CrossdockDiagnostics
import CrossdockExpressions
import CrossdockProcessors
import CrossdockRouting
import CrossdockSettings
import CrossdockTesting
import Logging
import Synchronization
import Testing

/// Sources that do what a test says, and a list of what happened.
private final class Probe: Sendable {
    typealias Work = @Sendable (RouteContext, Deliver) async throws -> Void

    private struct State {
        var events: [String] = []
        var works: [String: Work] = [:]
    }

    private let state = Mutex(State())

    var events: [String] { state.withLock { $0.events } }
    func note(_ event: String) { state.withLock { $0.events.append(event) } }
    func source(_ name: String, _ work: @escaping Work) { state.withLock { $0.works[name] = work } }
    func work(_ name: String) -> Work? { state.withLock { $0.works[name] } }
}

private struct ProbeComponent: Component {
    static let scheme = "probe"
    static let summary = "For tests."
    static var options: [SettingDeclaration] { [] }
    let probe: Probe

    func endpoint(at address: EndpointAddress) -> any Endpoint {
        ProbeEndpoint(name: address.path, probe: probe)
    }
}

private struct ProbeEndpoint: ConsumingEndpoint, ProducingEndpoint {
    let name: String
    let probe: Probe

    func makeConsumer(for route: RouteContext) -> any Consumer {
        ProbeConsumer(name: name, probe: probe, route: route)
    }
    func makeProducer(for route: RouteContext) -> any Producer {
        ProbeProducer(name: name, probe: probe)
    }
}

private struct ProbeConsumer: Consumer {
    let name: String
    let probe: Probe
    let route: RouteContext

    func prepare() async throws { probe.note("prepare \(name)") }

    func run(deliver: @escaping Deliver) async throws {
        probe.note("run \(name)")
        defer { probe.note("end \(name)") }
        if let work = probe.work(name) { return try await work(route, deliver) }
        await route.stop.wait()
    }
}

private struct ProbeProducer: Producer {
    let name: String
    let probe: Probe

    func prepare() async throws { probe.note("prepare to \(name)") }
    func close() async { probe.note("close \(name)") }
    func process(_ exchange: inout Exchange) async throws { probe.note("sent \(name)") }
}

@Suite("Routes start, run and stop")
struct ControllerTests {
    private let probe = Probe()
    private let clock = ManualClock()

    private func controller(
        _ text: String, timeout: Duration = .seconds(45), clock: (any HubClock)? = nil,
        idle: [@Sendable () async -> Bool] = []
    ) throws -> RouteController {
        let clock = clock ?? self.clock
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let background = BackgroundTasks()
        let catalog = Catalog(
            components: InProcessComponents.all() + [ProbeComponent(probe: probe)],
            processors: RouteSteps.all, languages: ExpressionLanguages.all, beans: [])
        let assembly = RouteAssembly(
            catalog: catalog, placeholders: Placeholders(), clock: clock, logger: logger,
            background: background)
        let file = RouteFile.read(text, file: "t.yaml", placeholders: Placeholders())
        let (routes, findings) = assembly.build([file])
        let errors = findings.filter { $0.severity == .error }
        guard errors.isEmpty else { throw DiagnosticsError(errors) }
        return RouteController(
            routes, clock: clock, logger: logger, background: background,
            shutdownTimeout: timeout, idleConditions: idle)
    }

    private func until(_ condition: @Sendable () -> Bool) async throws {
        for _ in 0..<5_000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("what was waited for did not happen; \(probe.events)")
    }

    @Test("Everything is prepared before anything runs, in the order of startupOrder")
    func order() async throws {
        let controller = try controller(
            """
            - from: { uri: "probe:third", id: third, steps: [ { to: "probe:out" } ] }
            - route: { id: second, startupOrder: 2, from: { uri: "probe:second", steps: [ { stop: {} } ] } }
            - route: { id: first, startupOrder: 1, from: { uri: "probe:first", steps: [ { stop: {} } ] } }
            - route: { id: off, autoStartup: false, from: { uri: "probe:off", steps: [ { stop: {} } ] } }
            """)
        try await controller.prepare()
        #expect(
            probe.events == [
                "prepare first", "prepare second", "prepare third", "prepare to out",
            ])
        let running = Task { try await controller.run() }
        try await until { probe.events.filter { $0.hasPrefix("run") }.count == 3 }
        #expect(controller.health.map(\.id) == ["first", "second", "third", "off"])
        #expect(controller.health.map(\.status) == [.running, .running, .running, .notStarted])
        controller.stop()
        try await running.value
        #expect(probe.events.last == "close out")
        #expect(controller.health.dropLast().allSatisfy { $0.status == .stopped })
    }

    @Test("A route whose source fails is tried again, ever later, while the others go on")
    func restart() async throws {
        let calls = Atomic<Int>(0)
        probe.source("bad") { route, _ in
            if calls.wrappingAdd(1, ordering: .relaxed).newValue < 3 {
                throw RouteError("no connection")
            }
            await route.stop.wait()
        }
        let controller = try controller(
            """
            - from: { uri: "probe:bad", id: bad, steps: [ { stop: {} } ] }
            - from: { uri: "probe:good", id: good, steps: [ { stop: {} } ] }
            """)
        try await controller.prepare()
        let running = Task { try await controller.run() }
        try await until { controller.health.first?.status == .failing && clock.nextDue != nil }
        #expect(controller.health.first?.problem?.contains("no connection") == true)
        #expect(controller.health.last?.status == .running)
        let first = try #require(clock.nextDue)
        clock.move(to: first)
        try await until { calls.load(ordering: .relaxed) == 2 && clock.nextDue ?? first > first }
        let second = try #require(clock.nextDue)
        #expect(second - first > first)
        clock.move(to: second)
        try await until { controller.health.first?.status == .running }
        controller.stop()
        try await running.value
    }

    @Test("A stop lets what is under way finish")
    func graceful() async throws {
        let release = StopSignal()
        probe.source("in") { [probe] route, deliver in
            let outcome = await deliver(Exchange(Message()))
            probe.note(outcome.name)
            await route.stop.wait()
        }
        let controller = try controller(
            """
            - from: { uri: "probe:in", id: in, steps: [ { to: "probe:before" }, { to: "direct:slow" }, { to: "probe:after" } ] }
            - from: { uri: "direct:slow", id: slow, steps: [ { delay: { constant: "1000" } } ] }
            """)
        try await controller.prepare()
        let running = Task {
            try await controller.run()
            release.request()
        }
        try await until { probe.events.contains("sent before") && clock.nextDue != nil }
        controller.stop()
        try await Task.sleep(for: .milliseconds(20))
        #expect(!release.isRequested)
        clock.move(to: .seconds(1))
        try await running.value
        #expect(probe.events.contains("sent after"))
        #expect(probe.events.contains("completed"))
    }

    @Test("When the time for finishing is over, what is under way is given back")
    func forced() async throws {
        probe.source("in") { [probe] route, deliver in
            probe.note(await deliver(Exchange(Message())).name)
        }
        let controller = try controller(
            "- from: { uri: 'probe:in', id: in, steps: [ { delay: { constant: '3600000' } }, { to: 'probe:out' } ] }",
            timeout: .milliseconds(30), clock: SystemClock())
        try await controller.prepare()
        let running = Task { try await controller.run() }
        try await until { controller.health.first?.exchangesInFlight == 1 }
        controller.stop()
        try await running.value
        #expect(probe.events.contains("interrupted"))
        #expect(!probe.events.contains("sent out"))
    }

    @Test("Running until idle ends when all sources are dry and nothing is under way")
    func idle() async throws {
        let isOutboxEmpty = Atomic<Bool>(false)
        probe.source("in") { route, deliver in
            route.source.become(.polling(settling: .zero))
            _ = await deliver(Exchange(Message()))
            route.source.answered(received: 1, drained: false, at: route.clock.now)
            while await route.stop.sleep(for: .milliseconds(2), clock: route.clock) {
                route.source.answered(received: 0, drained: true, at: route.clock.now)
            }
        }
        let controller = try controller(
            """
            - from: { uri: "probe:in", id: in, steps: [ { to: "seda:next" } ] }
            - from: { uri: "seda:next", id: next, steps: [ { to: "probe:out" } ] }
            - from: { uri: "timer:t?delay=3600000", id: t, steps: [ { stop: {} } ] }
            """, clock: SystemClock(), idle: [{ isOutboxEmpty.load(ordering: .relaxed) }])
        try await controller.prepare()
        let running = Task { try await controller.run(untilIdle: true) }
        try await until { probe.events.contains("sent out") }
        try await Task.sleep(for: .milliseconds(100))
        #expect(!probe.events.contains("end in"))
        isOutboxEmpty.store(true, ordering: .relaxed)
        try await running.value
        #expect(probe.events.contains("end in"))
    }

    @Test("A state store that fails ends everything")
    func stateFails() async throws {
        probe.source("in") { _, _ in throw StateError("disk full") }
        let controller = try controller(
            """
            - from: { uri: "probe:in", id: in, steps: [ { stop: {} } ] }
            - from: { uri: "probe:other", id: other, steps: [ { to: "probe:out" } ] }
            """)
        try await controller.prepare()
        await #expect(throws: StateError.self) { try await controller.run() }
        #expect(probe.events.contains("end other"))
        #expect(probe.events.last == "close out")
    }
}
