public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings
internal import Logging

/// Hands messages to another route of the same hub by way of a queue in memory.
///
/// What waits in the queue is lost when the process dies: a `bus:` topic keeps it.
public struct SedaComponent: Component {
    public static let scheme = "seda"
    public static let aliases = ["vm", "disruptor"]
    public static let summary = "Hands messages to another route by way of a queue in memory."
    public static let syntax = "seda:name"
    public static var options: [SettingDeclaration] { SedaOptions.declarations }

    private let queues: SedaQueues
    private let calls: CallCount

    public init() {
        queues = SedaQueues()
        calls = CallCount()
    }

    /// How many exchanges wait in a route for another one: for its reply, or for room in its queue.
    public var callsUnderWay: Int { calls.value }

    /// How many messages wait in queues although the route that receives from there could take one.
    public var waiting: Int { queues.waiting }

    /// - Parameter address: `seda:<name>?concurrentConsumers=4`.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        guard !address.path.isEmpty else {
            throw DiagnosticsError(
                Diagnostic(.badAddress, "'seda:' needs a name", at: address.span))
        }
        let options: SedaOptions = try address.inProcessOptions()
        return SedaEndpoint(
            name: address.path, options: options, queue: queues.queue(address.path, options),
            calls: calls)
    }
}

struct SedaOptions: Settings {
    enum Waiting: String, SettingChoice { case Never, IfReplyExpected, Always }

    @Setting("How many messages the queue holds.", in: 1...10_000_000, unit: .messages)
    var size = 1_000
    @Setting("How many messages the route works on at once.", in: 1...1_000)
    var concurrentConsumers = 1
    @Setting("Whether a sender waits for room in the queue instead of failing.")
    var blockWhenFull = false
    @Setting("Whether a message for a full queue is dropped.")
    var discardWhenFull = false
    @Setting("How long a sender waits for room; 0 is for ever.")
    var offerTimeout: Duration = .zero
    @Setting("Whether a sender waits for the route to be through.")
    var waitForTaskToComplete = Waiting.IfReplyExpected
    @Setting("How long a sender waits for a reply; 0 is for ever.")
    var timeout: Duration = .milliseconds(30_000)
    @Setting("Whether several routes each get every message; all must say so.")
    var multipleConsumers = false
    @Setting("Whether sending fails when no route receives.")
    var failIfNoConsumers = false
    @Setting("Whether messages are dropped when no route receives.")
    var discardIfNoConsumers = false
    @Setting("Accepted for Camel's sake.")
    var limitConcurrentConsumers = true
    @Setting("Whether what waits is dropped when the hub stops.")
    var purgeWhenStopping = false
    @Setting("Accepted for Camel's sake.")
    var pollTimeout: Duration = .milliseconds(1_000)
    @Setting("A queue made in Java; not offered.")
    var queue: String?

    init() {}
}

struct SedaEndpoint: ConsumingEndpoint, ProducingEndpoint, PollingEndpoint {
    let name: String
    let options: SedaOptions
    let queue: SedaQueue
    let calls: CallCount

    func makeConsumer(for route: RouteContext) -> any Consumer {
        SedaConsumer(options: options, queue: queue, route: route)
    }

    func makeProducer(for route: RouteContext) -> any Producer {
        SedaProducer(
            name: name, options: options, queue: queue, clock: route.clock, calls: calls)
    }

    func poll(timeout: Duration?, clock: any HubClock) async throws -> Exchange? {
        let queue = queue
        let taken = try await withTimeout(timeout, clock: clock) {
            await queue.take(nil, isStopping: { timeout == .zero })
        }
        guard case .some(.some(let item)) = taken else { return nil }
        item.reply?.fill(.completed(item.exchange))
        return item.exchange
    }
}

struct SedaConsumer: Consumer {
    let options: SedaOptions
    let queue: SedaQueue
    let route: RouteContext

    var isInternal: Bool { true }

    private var group: String? { options.multipleConsumers ? route.routeID : nil }

    func prepare() async throws { queue.join(group, workers: options.concurrentConsumers) }

    func run(deliver: @escaping Deliver) async throws {
        route.source.become(.queue)
        route.source.answered(received: 0, drained: queue.isEmpty(group), at: route.clock.now)
        let (queue, group, stop) = (queue, group, route.stop)
        stop.whenRequested { queue.release(group) }
        await withTaskGroup(of: Void.self) { workers in
            for _ in 0..<options.concurrentConsumers {
                workers.addTask { await work(deliver) }
            }
        }
        if options.purgeWhenStopping { queue.purge(group) }
        queue.leave(group, workers: options.concurrentConsumers)
    }

    /// One message in each worker's hands; what waits is finished even when the hub stops.
    private func work(_ deliver: Deliver) async {
        let stop = route.stop
        while let item = await queue.take(group, isStopping: { stop.isRequested }) {
            queue.began(group)
            let outcome = await deliver(item.exchange)
            item.reply?.fill(outcome)
            route.source.answered(received: 1, drained: queue.isEmpty(group), at: route.clock.now)
            queue.ended(group)
            if case .failed(_, let error) = outcome, item.reply == nil {
                route.logger.debug(
                    "a queued message failed", metadata: ["error": "\(ExceptionName.of(error))"])
            }
            if Task.isCancelled { return }
        }
    }
}

struct SedaProducer: Producer {
    let name: String
    let options: SedaOptions
    let queue: SedaQueue
    let clock: any HubClock
    let calls: CallCount

    func process(_ exchange: inout Exchange) async throws {
        if !queue.hasReceivers {
            if options.discardIfNoConsumers { return }
            if options.failIfNoConsumers {
                throw RouteError(
                    .badAddress, "no route receives from 'seda:\(name)'",
                    exceptionClass:
                        "org.apache.camel.component.seda.SedaConsumerNotAvailableException")
            }
        }
        let waits =
            switch options.waitForTaskToComplete {
            case .Always: true
            case .Never: false
            case .IfReplyExpected: exchange.pattern == .inOut
            }
        let slot = waits ? ReplySlot() : nil
        var copy = exchange.branch()
        copy.failure = nil
        copy.sharesUnitOfWork = false
        if slot == nil { copy.pattern = .inOnly }
        try await enqueue(SedaItem(exchange: copy, reply: slot))
        guard let slot else { return }
        let timeout = options.timeout > .zero ? options.timeout : nil
        calls.began()
        defer { calls.ended() }
        guard let outcome = try await withTimeout(timeout, clock: clock, { await slot.outcome() })
        else {
            throw RouteError(
                "no reply from 'seda:\(name)' in \(options.timeout)",
                exceptionClass: "org.apache.camel.ExchangeTimedOutException")
        }
        try take(outcome, &exchange)
    }

    private func take(_ outcome: Outcome, _ exchange: inout Exchange) throws {
        switch outcome {
        case .completed(let result): exchange.message = result.message
        case .failed(let result, let error):
            exchange.message = result.message
            throw error
        case .interrupted: throw CancellationError()
        }
    }

    private func enqueue(_ item: SedaItem) async throws {
        if queue.offer(item) || options.discardWhenFull { return }
        guard options.blockWhenFull else {
            throw RouteError(
                "the queue of 'seda:\(name)' is full",
                exceptionClass: "java.lang.IllegalStateException")
        }
        let (queue, timeout) = (queue, options.offerTimeout > .zero ? options.offerTimeout : nil)
        calls.began()
        defer { calls.ended() }
        let isIn = try await withTimeout(timeout, clock: clock) { () -> Bool in
            while !Task.isCancelled {
                if queue.offer(item) { return true }
                await queue.room()
            }
            return false
        }
        try Task.checkCancellation()
        guard isIn == true else {
            throw RouteError(
                "there was no room in the queue of 'seda:\(name)'",
                exceptionClass: "java.lang.IllegalStateException")
        }
    }
}

/// Runs `work` for as long as the clock gives it.
///
/// - Returns: Nil when the time ran out.
func withTimeout<Result: Sendable>(
    _ timeout: Duration?, clock: any HubClock, _ work: @escaping @Sendable () async -> Result
) async throws -> Result? {
    guard let timeout, timeout > .zero else { return await work() }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { await work() }
        group.addTask {
            try await clock.timeout(after: timeout)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}
