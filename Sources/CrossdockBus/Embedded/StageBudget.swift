internal import Synchronization

/// Bounds how much waits to be written: senders beyond it wait for those before.
final class StageBudget: Sendable {
    private struct State {
        var taken = 0
        var waiting = Fifo<(size: Int, admit: CheckedContinuation<Void, Never>)>()
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func take(_ size: Int) async {
        let isAdmitted = state.withLock { admits($0, size) ? take(&$0, size) : false }
        if isAdmitted { return }
        await withCheckedContinuation { continuation in
            let isAdmitted = state.withLock { state in
                if admits(state, size) { return take(&state, size) }
                state.waiting.append((size, continuation))
                return false
            }
            if isAdmitted { continuation.resume() }
        }
    }

    func giveBack(_ size: Int) {
        let admitted = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.taken -= size
            var admitted: [CheckedContinuation<Void, Never>] = []
            while let next = state.waiting.first, fits(state, next.size) {
                _ = state.waiting.popFirst()
                state.taken += next.size
                admitted.append(next.admit)
            }
            return admitted
        }
        for waiter in admitted { waiter.resume() }
    }

    /// First come, first served; a single message larger than the limit is let through alone.
    private func admits(_ state: State, _ size: Int) -> Bool {
        state.waiting.isEmpty && fits(state, size)
    }

    private func fits(_ state: State, _ size: Int) -> Bool {
        state.taken == 0 || state.taken + size <= limit
    }

    private func take(_ state: inout State, _ size: Int) -> Bool {
        state.taken += size
        return true
    }
}

/// Lets one task at a time through; for what is rare and slow.
final class AsyncLock: Sendable {
    private struct State {
        var isLocked = false
        var waiting = Fifo<CheckedContinuation<Void, Never>>()
    }

    private let state = Mutex(State())

    func lock() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isLocked {
                    state.waiting.append(continuation)
                    return false
                }
                state.isLocked = true
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func unlock() {
        let next = state.withLock { state in
            let next = state.waiting.popFirst()
            if next == nil { state.isLocked = false }
            return next
        }
        next?.resume()
    }
}

/// Runs actions for the first error, and never again.
final class OnceOnly: Sendable {
    private struct State {
        var hasRun = false
        var first: (@Sendable (BusError) -> Void)?
    }

    private let state = Mutex(State())
    private let action: @Sendable (BusError) -> Void

    init(_ action: @escaping @Sendable (BusError) -> Void) { self.action = action }

    func alsoRun(_ first: @escaping @Sendable (BusError) -> Void) {
        state.withLock { $0.first = first }
    }

    func run(_ error: BusError) {
        let (isFirst, first) = state.withLock { state in
            defer { state.hasRun = true }
            return (!state.hasRun, state.first)
        }
        guard isFirst else { return }
        first?(error)
        action(error)
    }
}
