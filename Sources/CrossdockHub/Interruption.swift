internal import CrossdockCore
internal import Dispatch
internal import Glibc

/// Waits for the operator's word to stop.
public enum Interruption {
    /// Keeps signal sources alive; they are made once and never touched again.
    ///
    /// - Threads: sources are Dispatch's own and may be released from anywhere.
    private struct Source: @unchecked Sendable {
        let source: any DispatchSourceSignal
    }

    private struct Installed {
        let stop: StopSignal
        let sources: [Source]
    }

    /// From the first use on, SIGTERM and SIGINT are words, not blows.
    private static let installed: Installed = {
        let stop = StopSignal()
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if stop.isRequested { _exit(128 + number) }
                stop.request()
            }
            source.resume()
            return Source(source: source)
        }
        return Installed(stop: stop, sources: sources)
    }()

    /// Returns at the first SIGTERM or SIGINT, or when the task is cancelled. A second signal ends the
    /// process at once.
    public static func wait() async { await installed.stop.wait() }

    public static var wasRequested: Bool { installed.stop.isRequested }
}

enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
