internal import Synchronization

/// Asks a consumer to take no more input, once and for good.
///
/// Separate from task cancellation on purpose: what is under way finishes; only when its time is over
/// are tasks cancelled.
public final class StopSignal: Sendable {
    private struct State {
        var isRequested = false
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var actions: [@Sendable () -> Void] = []
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    public init() {}

    public var isRequested: Bool { state.withLock { $0.isRequested } }

    public func request() {
        let (waiters, actions) = state.withLock {
            state -> ([CheckedContinuation<Void, Never>], [@Sendable () -> Void]) in
            state.isRequested = true
            defer { (state.waiters, state.actions) = ([:], []) }
            return (Array(state.waiters.values), state.actions)
        }
        for waiter in waiters { waiter.resume() }
        for action in actions { action() }
    }

    /// Runs `action` when the stop is requested; at once when it already was.
    public func whenRequested(_ action: @escaping @Sendable () -> Void) {
        let runNow = state.withLock { state in
            if !state.isRequested { state.actions.append(action) }
            return state.isRequested
        }
        if runNow { action() }
    }

    /// Returns when the stop is requested or the task is cancelled.
    public func wait() async {
        let id = state.withLock { state -> UInt64 in
            state.next &+= 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumeNow = state.withLock { state in
                    if state.isRequested || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }

    /// Sleeps, but no longer than until the stop is requested.
    ///
    /// - Returns: Whether the time passed without a stop.
    public func sleep(for duration: Duration, clock: any HubClock) async -> Bool {
        guard !isRequested else { return false }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(for: duration) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
        return !isRequested && !Task.isCancelled
    }
}
