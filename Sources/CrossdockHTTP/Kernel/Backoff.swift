public import CrossdockCore

/// How often and how soon a call is made again.
public struct Backoff: Sendable {
    public var attempts: Int
    public var base: Duration
    public var cap: Duration

    public init(
        attempts: Int = 5, base: Duration = .milliseconds(500), cap: Duration = .seconds(30)
    ) {
        self.attempts = attempts
        self.base = base
        self.cap = cap
    }

    /// Returns how long to wait before the next attempt.
    ///
    /// Drawn evenly from zero to `base × 2^(failures − 1)`, so that callers do not return all at
    /// once. What the other side asks for is the least.
    ///
    /// - Parameter failures: How many attempts have failed so far, at least 1.
    /// - Source: AWS Architecture Blog, "Exponential Backoff and Jitter" (2015), "full jitter".
    public func delay(after failures: Int, retryAfter: Duration? = nil) -> Duration {
        let exponent = min(max(failures, 1) - 1, 20)
        let ceiling = min(cap, base * (1 << exponent))
        return max(retryAfter ?? .zero, ceiling * Double.random(in: 0...1))
    }
}

/// Reads `Retry-After`.
public enum RetryAfter {
    /// The longest wait that is believed.
    public static let cap: Duration = .seconds(300)

    /// Seconds, or a date, which is measured against the `Date` of the same answer rather than
    /// against our clock. Nonsense counts as absent.
    ///
    /// - Source: RFC 9110 §10.2.3.
    public static func duration(_ headers: HTTPHeaders, now: Instant) -> Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        if let seconds = Int64(text) { return seconds < 0 ? nil : min(cap, .seconds(seconds)) }
        guard let then = HTTPDate.instant(text) else { return nil }
        let sent = headers["Date"].flatMap(HTTPDate.instant) ?? now
        let millis = then.millisecondsSince1970 - sent.millisecondsSince1970
        return millis <= 0 ? .zero : min(cap, .milliseconds(millis))
    }
}

/// Dates in HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT`.
public enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// - Source: RFC 9110 §5.6.7, the preferred form.
    public static func instant(_ text: String) -> Instant? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", parts[1].utf8.count == 2,
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp.instant("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
