internal import Dispatch
internal import Glibc
internal import Synchronization

/// Waits for the operator's word to stop.
public enum Interruption {
    /// Keeps signal sources alive; they are made on the caller's behalf and never touched again.
    ///
    /// - Threads: sources are Dispatch's own and may be released from anywhere.
    private struct Source: @unchecked Sendable {
        let source: any DispatchSourceSignal
    }

    private static let sources = Mutex<[Source]>([])

    /// Returns at the first SIGTERM or SIGINT. A second one ends the process at once.
    public static func wait() async {
        let signals = AsyncStream<Void>.makeStream()
        let continuation = signals.continuation
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if isRequested.exchange(true, ordering: .relaxed) { _exit(128 + number) }
                continuation.yield()
            }
            source.resume()
            let kept = Source(source: source)
            sources.withLock { $0.append(kept) }
        }
        for await _ in signals.stream { return }
    }

    private static let isRequested = Atomic(false)
}

enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
