internal import Synchronization

/// Work that a step starts and does not wait for: a `wireTap`, the completion of an `aggregate`.
///
/// Counted, so that a stopping hub waits for it and a hub that runs until idle knows of it.
public final class BackgroundTasks: Sendable {
    private struct State {
        var running: [UInt64: Task<Void, Never>] = [:]
        var next: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    public init() {}

    /// How many are under way.
    public var count: Int { state.withLock { $0.running.count } }

    /// Starts `work`; after ``cancelAll()`` it is cancelled from the start.
    public func start(_ work: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.next &+= 1
            let id = state.next
            let task = Task {
                await work()
                self.ended(id)
            }
            if state.isClosed { task.cancel() }
            state.running[id] = task
        }
    }

    private func ended(_ id: UInt64) { state.withLock { _ = $0.running.removeValue(forKey: id) } }

    /// Cancels what is under way and all that is started from now on, and waits for its end.
    public func cancelAll() async {
        while true {
            let tasks = state.withLock { state in
                state.isClosed = true
                return Array(state.running.values)
            }
            if tasks.isEmpty { return }
            for task in tasks { task.cancel() }
            for task in tasks { await task.value }
        }
    }
}
