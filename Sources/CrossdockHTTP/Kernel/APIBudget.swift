internal import CrossdockDiagnostics
internal import Synchronization

/// How many calls an organisation has left, as its own answers say.
public final class APIBudget: Sendable {
    public struct Usage: Sendable, Hashable {
        public var used: Int
        public var limit: Int

        public init(used: Int, limit: Int) {
            self.used = used
            self.limit = limit
        }

        public var left: Int { max(0, limit - used) }
    }

    private let usage = Mutex<Usage?>(nil)

    /// Nil until the first answer that tells.
    public var current: Usage? { usage.withLock { $0 } }

    public init() {}

    public func note(_ new: Usage) {
        guard new.limit > 0, new.used >= 0 else { return }
        usage.withLock { $0 = new }
    }

    /// Refuses work that can wait when the calls left would fall below a share of all.
    ///
    /// - Throws: ``ConnectorError`` with ``DiagnosticCode/budgetSpent``.
    public func admitBackgroundCall(reserve: Double) throws(ConnectorError) {
        guard let usage = current, Double(usage.left) <= Double(usage.limit) * reserve else {
            return
        }
        throw ConnectorError(
            .budgetSpent, "\(usage.used) of \(usage.limit) calls of the day are used",
            .transient(retryAfter: .seconds(300)))
    }
}

/// Keeps all calls of a connection back while the system asks for a pause.
final class Pace: Sendable {
    private let until = Mutex<Duration>(.zero)

    func pause(until moment: Duration) { until.withLock { $0 = max($0, moment) } }

    func wait(from now: Duration) -> Duration { max(.zero, until.withLock { $0 } - now) }
}
