public import CrossdockSettings

/// How often and how soon a failed step is repeated, and what is logged about it.
///
/// - Source: Camel manual, "Error handler", and its `RedeliveryPolicy`.
public struct RedeliveryPolicy: Settings {
    @Setting("How often a step is repeated; 0 never, -1 without end.")
    public var maximumRedeliveries = 0
    @Setting("The wait before the first repetition.")
    public var redeliveryDelay: Duration = .milliseconds(1_000)
    @Setting("The longest wait.")
    public var maximumRedeliveryDelay: Duration = .milliseconds(60_000)
    @Setting("Whether each wait is the previous one times the multiplier.")
    public var useExponentialBackOff = false
    @Setting("The multiplier of exponential back-off.")
    public var backOffMultiplier = 2.0
    @Setting(
        "Whether waits are drawn around their value, so that callers do not return all at once.")
    public var useCollisionAvoidance = false
    @Setting("How far a wait may be drawn away, as a share of it.")
    public var collisionAvoidanceFactor = 0.15
    @Setting("Waits by attempt, instead of all the above.", example: "5:1000;10:5000;20:20000")
    public var delayPattern: DelayPattern?
    @Setting("Whether nothing is ever repeated.")
    public var disableRedelivery = false
    @Setting("Whether steps are still repeated while the hub stops.")
    public var allowRedeliveryWhileStopping = true
    @Setting("Whether waiting leaves the worker free for other messages; it always does here.")
    public var asyncDelayedRedelivery = false
    @Setting("The level at which a failure is logged that nothing repeats any more.")
    public var retriesExhaustedLogLevel = LogLevel.error
    @Setting("The level at which a failure is logged that is about to be repeated.")
    public var retryAttemptedLogLevel = LogLevel.debug
    @Setting("Every how many attempts one is logged.")
    public var retryAttemptedLogInterval = 1
    @Setting("Whether attempts are logged.")
    public var logRetryAttempted = true
    @Setting("Whether the errors that led to a failure are logged with it.")
    public var logStackTrace = true
    @Setting("Whether the errors that led to a repeated failure are logged with it.")
    public var logRetryStackTrace = false
    @Setting("Whether a failure that is handled is logged.")
    public var logHandled = false
    @Setting("Whether a failure after which the route continues is logged.")
    public var logContinued = false
    @Setting("Whether a failure that nothing repeats any more is logged.")
    public var logExhausted = true
    @Setting("Whether a failure of a handler is logged.")
    public var logNewException = true
    @Setting("Whether the way of the message is logged with a failure.")
    public var logExhaustedMessageHistory = false
    @Setting("Whether the body is logged with a failure, masked.")
    public var logExhaustedMessageBody = false
    @Setting("A formatter of one's own; not offered.")
    public var exchangeFormatterRef: String?

    public init() {}

    /// Whether any step could ever be repeated.
    public var repeats: Bool { maximumRedeliveries != 0 && !disableRedelivery }

    /// Whether there is another attempt.
    ///
    /// - Parameter failures: How many attempts have failed so far, at least 1.
    public func allows(failures: Int) -> Bool {
        guard !disableRedelivery else { return false }
        return maximumRedeliveries < 0 || failures <= maximumRedeliveries
    }

    /// Returns the wait after that many failures, whether or not there is another attempt.
    public func delay(failures: Int) -> Duration {
        if let delayPattern { return delayPattern.delay(failures: failures) }
        var millis = Double(redeliveryDelay.milliseconds)
        let cap = Double(maximumRedeliveryDelay.milliseconds)
        if useExponentialBackOff, backOffMultiplier > 1 {
            var repetition = 1
            while repetition < failures, cap <= 0 || millis < cap, repetition < 1_000 {
                millis *= backOffMultiplier
                repetition += 1
            }
        }
        if useCollisionAvoidance {
            millis += millis * collisionAvoidanceFactor * Double.random(in: -1...1)
        }
        let bounded = cap > 0 ? min(millis, cap) : min(millis, 1e12)
        return .milliseconds(Int64(max(0, bounded)))
    }
}

/// Waits by attempt: `limit:milliseconds;limit:milliseconds`. Attempts below the first limit do not wait.
public struct DelayPattern: SettingValue {
    private let groups: [(limit: Int, delay: Duration)]

    public static var typeName: String { "delay pattern" }
    public var settingText: String? {
        groups.map { "\($0.limit):\($0.delay.milliseconds)" }.joined(separator: ";")
    }

    public init(setting input: SettingInput) throws {
        let text = input.text ?? ""
        groups = try text.split(separator: ";").map { group in
            let parts = group.split(separator: ":")
            guard parts.count == 2, let limit = Int(parts[0]), limit >= 0,
                let millis = Int64(parts[1]), millis >= 0
            else {
                throw SettingProblem(
                    "limit:milliseconds pairs are expected, such as 5:1000;10:5000, "
                        + "not \(input.shown)")
            }
            return (limit, .milliseconds(millis))
        }
        guard !groups.isEmpty else { throw SettingProblem("the pattern is empty") }
    }

    public func delay(failures: Int) -> Duration {
        groups.last { failures >= $0.limit }?.delay ?? .zero
    }
}

/// A level of a log line, as Camel writes it.
public enum LogLevel: String, SettingChoice {
    case trace = "TRACE"
    case debug = "DEBUG"
    case info = "INFO"
    case warn = "WARN"
    case error = "ERROR"
    case off = "OFF"

    public init(setting input: SettingInput) throws {
        guard let text = input.text, let level = Self(rawValue: text.uppercased()) else {
            throw SettingProblem(
                "one of \(Self.choices.joined(separator: ", ")) is expected, not \(input.shown)")
        }
        self = level
    }
}
