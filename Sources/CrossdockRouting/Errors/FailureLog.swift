internal import CrossdockCore
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Logging

/// Writes what an error handler does, as far as its policy wants it logged.
struct FailureLog: Sendable {
    private let logger: Logger

    init(_ route: RouteContext) { logger = route.logger }

    func attempt(
        _ error: any Error, _ failures: Int, _ policy: RedeliveryPolicy, _ exchange: Exchange
    ) {
        guard policy.logRetryAttempted, failures % max(1, policy.retryAttemptedLogInterval) == 0
        else { return }
        write(
            "a step failed and is repeated", policy.retryAttemptedLogLevel, error, exchange,
            withCauses: policy.logRetryStackTrace, attempts: failures)
    }

    func exhausted(
        _ error: any Error, _ failures: Int, _ policy: RedeliveryPolicy, _ exchange: Exchange,
        isHandled: Bool, isContinued: Bool
    ) {
        guard policy.logExhausted, policy.logHandled || !isHandled,
            policy.logContinued || !isContinued
        else { return }
        write(
            "exchange failed", policy.retriesExhaustedLogLevel, error, exchange,
            withCauses: policy.logStackTrace, attempts: failures)
    }

    /// A handler failed itself.
    func second(_ error: any Error, _ policy: RedeliveryPolicy, _ exchange: Exchange) {
        guard policy.logNewException else { return }
        let level =
            policy.retriesExhaustedLogLevel == .error ? .warn : policy.retriesExhaustedLogLevel
        write(
            "a handler of a failure failed itself", level, error, exchange,
            withCauses: policy.logStackTrace, attempts: 1)
    }

    private func write(
        _ line: Logger.Message, _ level: LogLevel, _ error: any Error, _ exchange: Exchange,
        withCauses: Bool, attempts: Int
    ) {
        guard let level = Logger.Level(level), level >= logger.logLevel else { return }
        var metadata: Logger.Metadata = [
            "exchange.id": "\(exchange.id)", "error.class": "\(ExceptionName.of(error))",
            "error": "\(ExceptionName.message(error))", "attempts": "\(attempts)",
        ]
        if let classified = error as? any Classified {
            metadata["error.code"] = "\(classified.code.id)"
        }
        if let endpoint = exchange.failure?.endpoint { metadata["endpoint"] = "\(endpoint)" }
        if withCauses {
            let causes = ExceptionName.chain(error).reversed().dropFirst()
            if !causes.isEmpty {
                metadata["error.causes"] = .array(causes.map { "\(ExceptionName.describe($0))" })
            }
        }
        logger.log(level: level, line, metadata: metadata)
    }
}

extension Logger.Level {
    /// Nil for OFF.
    init?(_ level: LogLevel) {
        switch level {
        case .trace: self = .trace
        case .debug: self = .debug
        case .info: self = .info
        case .warn: self = .warning
        case .error: self = .error
        case .off: return nil
        }
    }
}
