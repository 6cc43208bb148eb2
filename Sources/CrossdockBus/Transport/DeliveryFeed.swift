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
        let earlierDeliveries: Int
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
        /// By lane.
        var settled: [[Settled]]
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

    /// - Parameter lanes: How many queues share the feed; each collects its own settlements.
    init(capacity: Int, lanes: Int = 1, onSettled: @escaping @Sendable () -> Void) {
        state = Mutex(
            State(capacity: max(1, capacity), settled: Array(repeating: [], count: lanes)))
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
    func takeSettled(lane: Int = 0) -> [Settled] {
        state.withLock { state in
            guard !state.settled[lane].isEmpty else { return [] }
            let taken = state.settled[lane]
            state.settled[lane] = []
            return taken
        }
    }

    /// How many settlements wait, and how many deliveries are not settled.
    func backlog(lane: Int = 0) -> (settled: Int, unsettled: Int) {
        state.withLock { state in
            let unsettled = state.ready.count + state.waitingForKey + state.underWay
            return (state.settled[lane].count, unsettled)
        }
    }

    /// Ends the feed: workers get nothing more, and what none of them holds is given back.
    func end(_ ending: Ending) {
        let (hasSettled, wakes) = state.withLock { state -> (Bool, Wakes) in
            if state.ending == nil { state.ending = ending }
            for delivery in Self.takeUnstarted(&state, where: { _ in true }) {
                state.settled[delivery.receipt.lane].append(
                    Settled(
                        receipt: delivery.receipt, settlement: .giveBack,
                        earlierDeliveries: delivery.earlierDeliveries, payload: nil))
            }
            var wakes = Wakes()
            wakes.idle = state.idle.map(\.wake)
            state.idle = []
            wakes.demand = state.demand.take()
            wakes.settled = Self.settledWaiters(&state)
            return (state.settled.contains { !$0.isEmpty }, wakes)
        }
        if hasSettled { onSettled() }
        wakes.run()
    }

    var failure: BusError? {
        state.withLock { if case .failed(let error) = $0.ending { error } else { nil } }
    }

    var hasEnded: Bool { state.withLock { $0.ending != nil } }

    /// Forgets what no worker holds yet, because its channel is gone and it will come again.
    func forgetUnstarted(lane: Int = 0) {
        let wakes = state.withLock { state in
            _ = Self.takeUnstarted(&state) { $0.receipt.lane == lane }
            return Self.wakeOne(&state)
        }
        wakes.run()
    }

    private static func takeUnstarted(
        _ state: inout State, where matches: (Element) -> Bool
    ) -> [Element] {
        var taken: [Element] = []
        // Those that wait for a key first: whoever holds it may be taken next and hand it on.
        for key in Array(state.held.keys) {
            guard var waiting = state.held[key], !waiting.isEmpty else { continue }
            var kept = Fifo<Element>()
            while let delivery = waiting.popFirst() {
                if matches(delivery) { taken.append(delivery) } else { kept.append(delivery) }
            }
            state.held[key] = kept
        }
        state.waitingForKey -= taken.count
        var given: [String] = []
        for waiting in state.ready.removeAll() {
            guard matches(waiting.delivery) else {
                state.ready.append(waiting)
                continue
            }
            taken.append(waiting.delivery)
            if waiting.holdsKey, let key = waiting.delivery.orderKey { given.append(key) }
        }
        for key in given { handOn(key, in: &state) }
        for delivery in taken { state.size -= delivery.size }
        return taken
    }
}
