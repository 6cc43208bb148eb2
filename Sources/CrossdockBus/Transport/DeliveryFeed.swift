internal import Synchronization

/// Deliveries between the thread that receives them and the tasks that work on them.
///
/// The thread offers batches; worker tasks take one delivery at a time and settle it; the thread
/// collects the settlements in batches. Where nothing waits, taking and settling is a lock and no
/// suspension. Of deliveries with equal order keys only one is out at a time, the others wait here in
/// their order.
///
/// - Threads: any; all state is behind one lock.
final class DeliveryFeed<Payload: Sendable>: Sendable {
    typealias Element = Delivery<Payload>

    /// How one delivery ended.
    struct Settled: Sendable {
        let receipt: Receipt
        let settlement: Settlement
        /// The message, where the settlement needs it again.
        let payload: Payload?
    }

    enum Ending {
        case stopped
        case failed(BusError)
    }

    struct Waiting {
        let delivery: Element
        /// Whether the delivery holds its order key already, handed on by the one before it.
        var holdsKey = false
    }

    struct State {
        var capacity: Int
        var ready = Fifo<Waiting>()
        /// Keys that are held, each with what waits for its turn.
        var held: [String: Fifo<Element>] = [:]
        var waitingForKey = 0
        var underWay = 0
        /// Of everything that is not settled. Unit: bytes.
        var size = 0
        var settled: [Settled] = []
        var ending: Ending?

        var idle: [(id: UInt64, wake: CheckedContinuation<Bool, Never>)] = []
        var nextID: UInt64 = 0
        var workers = 0
        var workerLimit = 0
        var demand: CheckedContinuation<Bool, Never>?
        /// Workers that were woken or asked for and have not looked yet. A worker that never suspends
        /// empties the feed alone; waking one per delivery would cost more than the work.
        var onTheirWay = 0
        var whenSettled: [CheckedContinuation<Void, Never>] = []
    }

    let state: Mutex<State>
    /// Tells the thread that settlements wait.
    let onSettled: @Sendable () -> Void

    init(capacity: Int, onSettled: @escaping @Sendable () -> Void) {
        state = Mutex(State(capacity: max(1, capacity)))
        self.onSettled = onSettled
    }

    /// How many more deliveries may come in: few large ones fill a feed as many small ones do.
    var room: Int {
        state.withLock { state in
            guard state.ending == nil, state.size < Self.sizeLimit else { return 0 }
            let held = state.ready.count + state.waitingForKey + state.underWay
            return max(0, state.capacity - held)
        }
    }

    private static var sizeLimit: Int { 32 << 20 }

    /// Whether workers will soon run out of deliveries.
    var isHungry: Bool {
        state.withLock { $0.ending == nil && $0.ready.count * 2 <= $0.capacity }
    }

    func offer(_ deliveries: [Element]) {
        guard !deliveries.isEmpty else { return }
        let wakes = state.withLock { state -> Wakes in
            for delivery in deliveries {
                state.ready.append(Waiting(delivery: delivery))
                state.size += delivery.size
            }
            return Self.wakeOne(&state)
        }
        wakes.run()
    }

    /// Takes what was settled since the last call.
    func takeSettled() -> [Settled] {
        state.withLock { state in
            guard !state.settled.isEmpty else { return [] }
            let taken = state.settled
            state.settled = []
            return taken
        }
    }

    /// How many settlements wait, and how many deliveries are not settled.
    var backlog: (settled: Int, unsettled: Int) {
        state.withLock { ($0.settled.count, $0.ready.count + $0.waitingForKey + $0.underWay) }
    }

    /// Ends the feed: workers get nothing more, and what none of them holds is given back.
    func end(_ ending: Ending) {
        let (hasSettled, wakes) = state.withLock { state -> (Bool, Wakes) in
            if state.ending == nil { state.ending = ending }
            for delivery in Self.takeUnstarted(&state) {
                state.settled.append(
                    Settled(receipt: delivery.receipt, settlement: .giveBack, payload: nil))
            }
            var wakes = Wakes()
            wakes.idle = state.idle.map(\.wake)
            state.idle = []
            wakes.demand = state.demand.take()
            wakes.settled = Self.settledWaiters(&state)
            return (!state.settled.isEmpty, wakes)
        }
        if hasSettled { onSettled() }
        wakes.run()
    }

    var failure: BusError? {
        state.withLock { if case .failed(let error) = $0.ending { error } else { nil } }
    }

    var hasEnded: Bool { state.withLock { $0.ending != nil } }

    /// Forgets what no worker holds yet, because its channel is gone and it will come again.
    func forgetUnstarted() { state.withLock { _ = Self.takeUnstarted(&$0) } }

    private static func takeUnstarted(_ state: inout State) -> [Element] {
        var left: [Element] = []
        for waiting in state.ready.removeAll() {
            left.append(waiting.delivery)
            guard waiting.holdsKey, let key = waiting.delivery.orderKey else { continue }
            left += state.held[key]?.removeAll() ?? []
            state.held[key] = nil
        }
        for key in Array(state.held.keys) {
            left += state.held[key]?.removeAll() ?? []
        }
        state.waitingForKey = 0
        for delivery in left { state.size -= delivery.size }
        return left
    }
}
