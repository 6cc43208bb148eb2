internal import Synchronization

/// Counts durations in fixed buckets.
///
/// - Source: OpenTelemetry semantic conventions, messaging: the advised bucket boundaries.
public final class Histogram: Sendable {
    /// Unit: seconds, upper bounds.
    public static let bounds: [Double] = [
        0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    private struct State {
        var counts = [UInt64](repeating: 0, count: Histogram.bounds.count + 1)
        var sum = 0.0
    }

    private let state = Mutex(State())

    public func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) * 1e-18)
    }

    /// - Parameter value: Unit: seconds.
    public func record(_ value: Double) {
        let bucket = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.counts[bucket] &+= 1
            state.sum += value
        }
    }

    /// Cumulative counts by bound, the sum of all values and their number.
    var snapshot: (cumulative: [UInt64], sum: Double, count: UInt64) {
        state.withLock { state in
            var total: UInt64 = 0
            let cumulative = state.counts.map { count -> UInt64 in
                total &+= count
                return total
            }
            return (cumulative, state.sum, total)
        }
    }
}
