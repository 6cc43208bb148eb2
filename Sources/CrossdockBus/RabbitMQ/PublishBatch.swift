internal import CrossdockDiagnostics
internal import Synchronization

/// The results of messages that were sent together.
final class PublishBatch: Sendable {
    private struct State {
        var results: [BusError?]
        var left: Int
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(count: Int) {
        state = Mutex(State(results: Array(repeating: nil, count: count), left: count))
    }

    func finish(_ index: Int, _ error: BusError?) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.results[index] = error
            state.left -= 1
            return state.left == 0 ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// Starts, and waits for all; a cancelled task waits no longer and learns what is known.
    func results(
        cancelling publishes: [AMQPPublish], _ start: () -> Void
    ) async -> [BusError?] {
        start()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if state.left > 0 { state.waiter = continuation }
                    return state.left == 0
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            for publish in publishes {
                publish.finish(
                    BusError(
                        .busOutcomeUnknown, "the hub stopped before the message was confirmed",
                        .unknownOutcome))
            }
        }
        return state.withLock(\.results)
    }
}
