public import Logging
internal import Synchronization

/// Keeps log lines for tests.
public final class LogCapture: Sendable {
    private let kept = Mutex<[String]>([])

    public init() {}

    /// The lines so far: the message and what goes with it.
    public var lines: [String] { kept.withLock { $0 } }

    public func logger(_ label: String, level: Logger.Level = .info) -> Logger {
        var logger = Logger(label: label) { _ in Handler(capture: self) }
        logger.logLevel = level
        return logger
    }

    private func keep(_ line: String) { kept.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            capture.keep("\(event.level) \(event.message)\(pairs.joined())")
        }
    }
}
