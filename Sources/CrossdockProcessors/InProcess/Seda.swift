public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
public import CrossdockSettings
internal import Logging
internal import Synchronization

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

    /// How many exchanges wait in a route for a reply of another.
    public var callsUnderWay: Int { calls.value }

    /// How many messages wait in queues that a route receives from.
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

/// The queues of a hub by name.
final class SedaQueues: Sendable {
    private let queues = Mutex<[String: SedaQueue]>([:])

    func queue(_ name: String, _ options: SedaOptions) -> SedaQueue {
        queues.withLock { queues in
            if let known = queues[name] { return known }
            let queue = SedaQueue(size: options.size)
            queues[name] = queue
            return queue
        }
    }

    var waiting: Int { queues.withLock { $0.values.reduce(0) { $0 + $1.countReceived } } }
}

/// One message in a queue, and whom to tell how it ended.
struct SedaItem: Sendable {
    let exchange: Exchange
    let reply: ReplySlot?
}

/// Where a sender waits for the outcome of its message.
final class ReplySlot: Sendable {
    private struct State {
        var outcome: Outcome?
        var waiter: CheckedContinuation<Outcome, Never>?
    }

    private let state = Mutex(State())

    func fill(_ outcome: Outcome) {
        let waiter = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: outcome)
    }

    func outcome() async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Outcome? in
                    if let outcome = state.outcome { return outcome }
                    state.waiter = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            fill(.interrupted)
        }
    }
}

/// A bounded queue that several may take from.
final class SedaQueue: Sendable {
    private struct Group {
        var items: [SedaItem] = []
        var head = 0
        var takers: [UInt64: CheckedContinuation<SedaItem?, Never>] = [:]
        var order: [UInt64] = []
        var receivers = 0

        var count: Int { items.count - head }

        mutating func pop() -> SedaItem? {
            guard head < items.count else { return nil }
            defer {
                head += 1
                if head > 256, head * 2 > items.count {
                    items.removeFirst(head)
                    head = 0
                }
            }
            return items[head]
        }
    }

    private struct State {
        /// One list for all receivers, or one for each route where all get every message.
        var groups: [String: Group] = [:]
        var next: UInt64 = 0
        var roomWaiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private static let shared = ""
    private let size: Int
    private let state = Mutex(State())

    init(size: Int) { self.size = size }

    /// How many wait in lists that somebody takes from.
    var countReceived: Int {
        state.withLock { state in
            state.groups.values.filter { $0.receivers > 0 }.reduce(0) { $0 + $1.count }
        }
    }

    var hasReceivers: Bool { state.withLock { $0.groups.values.contains { $0.receivers > 0 } } }

    // MARK: - Receivers

    func join(_ route: String?) {
        state.withLock { $0.groups[route ?? Self.shared, default: Group()].receivers += 1 }
    }

    func leave(_ route: String?) {
        state.withLock { $0.groups[route ?? Self.shared]?.receivers -= 1 }
    }

    func isEmpty(_ route: String?) -> Bool {
        state.withLock { $0.groups[route ?? Self.shared]?.count ?? 0 == 0 }
    }

    func purge(_ route: String?) {
        state.withLock { state in
            state.groups[route ?? Self.shared]?.items = []
            state.groups[route ?? Self.shared]?.head = 0
        }
    }

    /// The next message; nil once ``release(_:)`` was called and none is left.
    func take(_ route: String?, isStopping: @escaping @Sendable () -> Bool) async -> SedaItem? {
        let name = route ?? Self.shared
        let id = state.withLock { state -> UInt64 in
            state.next &+= 1
            return state.next
        }
        let item: SedaItem? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> SedaItem?? in
                    if let item = state.groups[name, default: Group()].pop() { return .some(item) }
                    if Task.isCancelled || isStopping() { return .some(nil) }
                    state.groups[name]?.takers[id] = continuation
                    state.groups[name]?.order.append(id)
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            state.withLock { $0.groups[name]?.takers.removeValue(forKey: id) }?
                .resume(returning: nil)
        }
        if item != nil { wakeSender() }
        return item
    }

    /// Lets all waiting receivers go.
    func release(_ route: String?) {
        let waiting = state.withLock { state -> [CheckedContinuation<SedaItem?, Never>] in
            let name = route ?? Self.shared
            defer {
                state.groups[name]?.takers = [:]
                state.groups[name]?.order = []
            }
            return state.groups[name].map { Array($0.takers.values) } ?? []
        }
        for taker in waiting { taker.resume(returning: nil) }
    }

    private func wakeSender() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let first = state.roomWaiters.keys.min() else { return nil }
            return state.roomWaiters.removeValue(forKey: first)
        }
        waiter?.resume()
    }

    // MARK: - Senders

    /// - Returns: Whether there was room.
    func offer(_ item: SedaItem) -> Bool {
        typealias Handed = (CheckedContinuation<SedaItem?, Never>, SedaItem)
        let handed = state.withLock { state -> [Handed]? in
            if state.groups.isEmpty { state.groups[Self.shared] = Group() }
            guard state.groups.values.allSatisfy({ $0.count < size }) else { return nil }
            var handed: [Handed] = []
            for name in state.groups.keys {
                if let taker = Self.nextTaker(&state.groups[name]) {
                    handed.append((taker, item))
                } else {
                    state.groups[name]?.items.append(item)
                }
            }
            return handed
        }
        guard let handed else { return false }
        for (taker, item) in handed { taker.resume(returning: item) }
        return true
    }

    private static func nextTaker(
        _ group: inout Group?
    ) -> CheckedContinuation<SedaItem?, Never>? {
        while let id = group?.order.first {
            group?.order.removeFirst()
            if let taker = group?.takers.removeValue(forKey: id) { return taker }
        }
        return nil
    }

    /// Waits until something was taken, or the task is cancelled.
    func room() async {
        let id = state.withLock { state -> UInt64 in
            state.next &+= 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumeNow = state.withLock { state in
                    if Task.isCancelled || state.groups.values.allSatisfy({ $0.count < size }) {
                        return true
                    }
                    state.roomWaiters[id] = continuation
                    return false
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.roomWaiters.removeValue(forKey: id) }?.resume()
        }
    }
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

    func prepare() async throws { queue.join(group) }

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
        queue.leave(group)
    }

    /// One message in each worker's hands; what waits is finished even when the hub stops.
    private func work(_ deliver: Deliver) async {
        let stop = route.stop
        while let item = await queue.take(group, isStopping: { stop.isRequested }) {
            let outcome = await deliver(item.exchange)
            item.reply?.fill(outcome)
            route.source.answered(received: 1, drained: queue.isEmpty(group), at: route.clock.now)
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
