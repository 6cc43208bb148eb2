internal import Synchronization

/// What clients sent that the vendor tolerates but its documentation does not foresee.
///
/// Routing is as lenient as the vendor's; whoever wants to know whether a client is strict reads this.
final class Audit: Sendable {
    private struct Entry {
        let time: Int64
        let request: Int
        let rule: String
        let detail: String
    }

    private static let limit = 2_000

    private let clock: SandboxClock
    private let entries = Mutex<ArraySlice<Entry>>([])

    init(clock: SandboxClock) { self.clock = clock }

    /// - Parameters:
    ///   - rule: A short stable name, such as `path.trailingSlash`.
    ///   - detail: What was sent; never a secret.
    func note(_ rule: String, _ detail: String, request: Int) {
        let entry = Entry(time: clock.now, request: request, rule: rule, detail: detail)
        entries.withLock {
            $0.append(entry)
            if $0.count > Self.limit { $0.removeFirst() }
        }
    }

    /// JSON lines, in order, of requests after a number.
    func lines(after sequence: Int) -> [UInt8] {
        var output: [UInt8] = []
        for entry in entries.withLock({ $0 }) where entry.request > sequence {
            var line = JSONLine()
            line.add("request", entry.request)
            line.add("time", Timestamp.text(entry.time))
            line.add("rule", entry.rule)
            line.add("detail", entry.detail)
            output += line.object()
            output.append(0x0A)
        }
        return output
    }
}
