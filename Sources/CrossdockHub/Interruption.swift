internal import Dispatch
internal import Glibc
internal import Synchronization

/// Waits for the operator's word to stop.
public enum Interruption {
    private static let sources = Mutex<[any DispatchSourceSignal]>([])

    /// Returns at the first SIGTERM or SIGINT. A second one ends the process at once.
    public static func wait() async {
        let signals = AsyncStream<Void>.makeStream()
        let seen = Atomic(false)
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if seen.exchange(true, ordering: .relaxed) { _exit(128 + number) }
                signals.continuation.yield()
            }
            source.resume()
            sources.withLock { $0.append(source) }
        }
        for await _ in signals.stream { return }
    }
}

enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
