public import CrossdockCore
internal import Synchronization

/// A clock that stands still until it is moved.
///
/// - Threads: from any thread.
public final class ManualClock: HubClock {
    private struct Sleeper {
        let due: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var elapsed = Duration.zero
        var sleepers: [UInt64: Sleeper] = [:]
        var next: UInt64 = 0
        /// Counts what happens, so that a watcher can tell whether anything did.
        var events: UInt64 = 0
    }

    private let start: Instant
    private let state = Mutex(State())

    public init(start: Instant = SystemClock().now) { self.start = start }

    public var now: Instant {
        Instant(millisecondsSince1970: start.millisecondsSince1970 + elapsed.wholeMilliseconds)
    }
    public var elapsed: Duration { state.withLock { $0.elapsed } }
    var events: UInt64 { state.withLock { $0.events } }

    /// When the next sleeper is due; nil when none sleeps.
    public var nextDue: Duration? { state.withLock { $0.sleepers.values.map(\.due).min() } }

    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return await Task.yield() }
        let id = state.withLock { state -> UInt64 in
            state.next &+= 1
            state.events &+= 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.sleepers[id] = Sleeper(
                        due: state.elapsed + duration, continuation: continuation)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.events &+= 1
                return state.sleepers.removeValue(forKey: id)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Sets the time and wakes all whose time has come.
    public func move(to elapsed: Duration) {
        let woken = state.withLock { state -> [Sleeper] in
            state.elapsed = max(state.elapsed, elapsed)
            state.events &+= 1
            let due = state.sleepers.filter { $0.value.due <= state.elapsed }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { $0.key < $1.key }.map(\.value)
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }
}

/// The clock of steps: counts the messages that wait for time to pass.
final class StepClock: HubClock {
    private let base: any HubClock
    private let count = Atomic<Int>(0)

    init(_ base: any HubClock) { self.base = base }

    var now: Instant { base.now }
    var elapsed: Duration { base.elapsed }
    /// How many messages wait.
    var sleepers: Int { count.load(ordering: .relaxed) }

    func sleep(for duration: Duration) async throws {
        count.wrappingAdd(1, ordering: .relaxed)
        defer { count.wrappingSubtract(1, ordering: .relaxed) }
        try await base.sleep(for: duration)
    }

    func timeout(after duration: Duration) async throws { try await base.sleep(for: duration) }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000 &+ attoseconds / 1_000_000_000_000_000
    }
}
