internal import CrossdockCore
internal import Synchronization

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

    var waiting: Int { queues.withLock { $0.values.reduce(0) { $0 + $1.countReady } } }
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
        var workers = 0
        var workersBusy = 0

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

    /// How many wait although a worker is free to take one.
    var countReady: Int {
        state.withLock { state in
            state.groups.values.filter { $0.workersBusy < $0.workers }.reduce(0) { $0 + $1.count }
        }
    }

    var hasReceivers: Bool { state.withLock { $0.groups.values.contains { $0.receivers > 0 } } }

    // MARK: - Receivers

    func join(_ route: String?, workers: Int) {
        state.withLock { state in
            state.groups[route ?? Self.shared, default: Group()].receivers += 1
            state.groups[route ?? Self.shared]?.workers += workers
        }
    }

    func leave(_ route: String?, workers: Int) {
        state.withLock { state in
            state.groups[route ?? Self.shared]?.receivers -= 1
            state.groups[route ?? Self.shared]?.workers -= workers
        }
    }

    /// A worker has a message in its hands, until ``ended(_:)``.
    func began(_ route: String?) {
        state.withLock { $0.groups[route ?? Self.shared]?.workersBusy += 1 }
    }

    func ended(_ route: String?) {
        state.withLock { $0.groups[route ?? Self.shared]?.workersBusy -= 1 }
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
