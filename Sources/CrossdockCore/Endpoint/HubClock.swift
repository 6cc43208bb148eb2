internal import Glibc

/// A point in civil time.
///
/// Unit: milliseconds since 1970-01-01T00:00:00Z.
public struct Instant: Hashable, Sendable, Comparable {
    public let millisecondsSince1970: Int64

    public init(millisecondsSince1970: Int64) {
        self.millisecondsSince1970 = millisecondsSince1970
    }

    public static func < (one: Self, other: Self) -> Bool {
        one.millisecondsSince1970 < other.millisecondsSince1970
    }
}

/// Time as the hub sees it; tests put their own in its place.
public protocol HubClock: Sendable {
    var now: Instant { get }
    /// Time that only goes forward, for measuring and for time-outs.
    var elapsed: Duration { get }
    /// - Throws: `CancellationError`.
    func sleep(for duration: Duration) async throws
    /// Waits for a time that something else is not to take: unlike ``sleep(for:)``, no message waits
    /// for it to pass.
    ///
    /// - Throws: `CancellationError`.
    func timeout(after duration: Duration) async throws
}

extension HubClock {
    public func timeout(after duration: Duration) async throws { try await sleep(for: duration) }
}

/// The machine's clock.
public struct SystemClock: HubClock {
    public init() {}

    public var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(
            millisecondsSince1970: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }

    public var elapsed: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
