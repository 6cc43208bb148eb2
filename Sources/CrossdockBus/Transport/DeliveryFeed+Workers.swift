internal import Synchronization

extension DeliveryFeed {
    /// Works on deliveries with at most `limit` tasks until the feed ends; returns when all are done.
    ///
    /// Tasks are added while deliveries wait and none is idle, and go home when they are too many, so
    /// an idle queue costs a few of them and a slow target gets as many calls at once as it may have.
    func work(limit: Int, _ body: @escaping @Sendable (Element) async -> Void) async {
        state.withLock { $0.workerLimit = max(1, limit) }
        await withDiscardingTaskGroup { group in
            while await waitForDemand() {
                group.addTask {
                    while let delivery = await self.next() { await body(delivery) }
                    self.state.withLock { $0.workers -= 1 }
                }
            }
        }
    }

    /// Returns the next delivery, or nil when this worker is needed no longer.
    func next() async -> Element? {
        while true {
            let (delivery, goesOn, wakes) = state.withLock { state in Self.take(&state) }
            wakes.run()
            if let delivery { return delivery }
            guard goesOn, await waitForWork() else { return nil }
        }
    }

    /// Says how a delivery ended. Call it exactly once per delivery.
    func settle(_ delivery: Element, _ settlement: Settlement) {
        let keepsPayload =
            switch settlement {
            case .deadLetter, .retry: true
            case .accept, .giveBack: false
            }
        let (wakes, isFirst) = state.withLock { state -> (Wakes, Bool) in
            let lane = delivery.receipt.lane
            state.settled[lane].append(
                Settled(
                    receipt: delivery.receipt, settlement: settlement,
                    earlierDeliveries: delivery.earlierDeliveries,
                    payload: keepsPayload ? delivery.payload : nil))
            state.underWay -= 1
            state.size -= delivery.size
            if let key = delivery.orderKey { Self.handOn(key, in: &state) }
            var wakes = Self.wakeOne(&state)
            wakes.settled = Self.settledWaiters(&state)
            return (wakes, state.settled[lane].count == 1)
        }
        if isFirst { onSettled() }
        wakes.run()
    }

    /// Returns when every delivery that was handed out is settled. Only after ``end(_:)``.
    func waitUntilSettled() async {
        await withCheckedContinuation { continuation in
            let isNow = state.withLock { state in
                if state.underWay == 0 { return true }
                state.whenSettled.append(continuation)
                return false
            }
            if isNow { continuation.resume() }
        }
    }

    // MARK: Under the lock

    private static func take(_ state: inout State) -> (Element?, goesOn: Bool, Wakes) {
        state.onTheirWay = max(0, state.onTheirWay - 1)
        guard state.ending == nil else { return (nil, false, Wakes()) }
        while let waiting = state.ready.popFirst() {
            if let key = waiting.delivery.orderKey, !waiting.holdsKey {
                guard state.held[key] == nil else {
                    state.held[key]?.append(waiting.delivery)
                    state.waitingForKey += 1
                    continue
                }
                state.held[key] = Fifo()
            }
            state.underWay += 1
            return (waiting.delivery, true, wakeOne(&state))
        }
        return (nil, true, Wakes())
    }

    /// Hands a key to the delivery that has waited longest for it.
    static func handOn(_ key: String, in state: inout State) {
        guard let next = state.held[key]?.popFirst() else {
            state.held[key] = nil
            return
        }
        state.waitingForKey -= 1
        state.ready.prepend(Waiting(delivery: next, holdsKey: true))
    }

    /// Chooses whom to wake for what is ready: a worker that waits, else a new one.
    static func wakeOne(_ state: inout State) -> Wakes {
        var wakes = Wakes()
        guard !state.ready.isEmpty, state.ending == nil, state.onTheirWay < 2 else { return wakes }
        if let idle = state.idle.popLast() {
            wakes.idle = [idle.wake]
        } else if state.workers < state.workerLimit, state.demand != nil {
            state.workers += 1
            wakes.demand = state.demand.take()
        } else {
            return wakes
        }
        state.onTheirWay += 1
        return wakes
    }

    static func settledWaiters(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        guard state.ending != nil, state.underWay == 0 else { return [] }
        defer { state.whenSettled = [] }
        return state.whenSettled
    }

    /// - Returns: Whether to look again.
    private func waitForWork() async -> Bool {
        let id = state.withLock { state -> UInt64 in
            state.nextID &+= 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if state.ending != nil || Task.isCancelled { return false }
                    if !state.ready.isEmpty { return true }
                    // A few wait for the next burst, the others would only hold memory.
                    if state.workerLimit > 0, state.idle.count >= 8 { return false }
                    state.idle.append((id, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.idle.firstIndex { $0.id == id }.map { state.idle.remove(at: $0).wake }
            }
            waiter?.resume(returning: false)
        }
    }

    /// Waits until one more worker is wanted.
    ///
    /// - Returns: False when the feed has ended.
    private func waitForDemand() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if state.ending != nil || Task.isCancelled { return false }
                    if !state.ready.isEmpty, state.idle.isEmpty, state.workers < state.workerLimit,
                        state.onTheirWay < 2
                    {
                        state.workers += 1
                        state.onTheirWay += 1
                        return true
                    }
                    state.demand = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.demand.take() }?.resume(returning: false)
        }
    }

    /// Continuations to resume once the lock is free.
    struct Wakes {
        var idle: [CheckedContinuation<Bool, Never>] = []
        var demand: CheckedContinuation<Bool, Never>?
        var settled: [CheckedContinuation<Void, Never>] = []

        func run() {
            for waiter in idle { waiter.resume(returning: true) }
            demand?.resume(returning: true)
            for waiter in settled { waiter.resume() }
        }
    }
}
