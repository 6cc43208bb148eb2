public import CrossdockSettings

/// Repeats a failed step, each time on the exchange as it was before that step.
public struct Redelivery: StepGuard {
    let policy: RedeliveryPolicy
    let clock: any HubClock

    public init(policy: RedeliveryPolicy, clock: any HubClock) {
        self.policy = policy
        self.clock = clock
    }

    public func run(_ step: any Processor, on exchange: inout Exchange) async throws {
        guard policy.maximumRedeliveries != 0 else { return try await step.process(&exchange) }
        let original = exchange
        var failures = 0
        while true {
            do { return try await step.process(&exchange) } catch {
                failures += 1
                guard let delay = policy.delay(after: error, failures: failures) else {
                    throw error
                }
                exchange = original
                try await clock.sleep(for: delay)
            }
        }
    }
}

/// How often and how soon a failed step is repeated.
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
    public var delayPattern: String?

    public init() {}

    /// Returns the wait before the next attempt; nil when there is none.
    ///
    /// - Parameter failures: How many attempts have failed so far, at least 1.
    public func delay(after error: any Error, failures: Int) -> Duration? {
        if error is CancellationError { return nil }
        guard maximumRedeliveries < 0 || failures <= maximumRedeliveries else { return nil }
        return delay(failures: failures)
    }

    /// Returns the wait after that many failures, whether or not there is another attempt.
    public func delay(failures: Int) -> Duration {
        if let delayPattern { return Self.delay(in: delayPattern, failures: failures) }
        var millis = Double(redeliveryDelay.milliseconds)
        if useExponentialBackOff, backOffMultiplier > 1 {
            for _ in 1..<max(1, min(failures, 1_000)) { millis *= backOffMultiplier }
        }
        if useCollisionAvoidance {
            millis += millis * collisionAvoidanceFactor * Double.random(in: -1...1)
        }
        let cap = Double(maximumRedeliveryDelay.milliseconds)
        let bounded = cap > 0 ? min(millis, cap) : min(millis, 1e12)
        return .milliseconds(Int64(max(0, bounded)))
    }

    private static func delay(in pattern: String, failures: Int) -> Duration {
        var delay = Duration.zero
        for group in pattern.split(separator: ";") {
            let parts = group.split(separator: ":")
            guard parts.count == 2, let limit = Int(parts[0]), let millis = Int64(parts[1]) else {
                continue
            }
            if failures >= limit { delay = .milliseconds(millis) }
        }
        return delay
    }
}
