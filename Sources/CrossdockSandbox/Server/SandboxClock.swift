internal import Glibc
internal import Synchronization

/// The time in a sandbox: the machine's, moved by what a test asked for. It runs on after that.
final class SandboxClock: Sendable {
    private let offset: Atomic<Int64>

    /// - Parameter offset: Milliseconds ahead of the machine.
    init(offset: Int64 = 0) { self.offset = Atomic(offset) }

    /// Unit: milliseconds since 1970.
    var now: Int64 { Self.machineTime &+ offset.load(ordering: .relaxed) }

    /// Milliseconds ahead of the machine.
    var lead: Int64 { offset.load(ordering: .relaxed) }

    func set(_ now: Int64) { offset.store(now &- Self.machineTime, ordering: .relaxed) }

    func advance(millis: Int64) {
        offset.wrappingAdd(millis, ordering: .relaxed)
    }

    /// What the machine's clock says, which is also that of clients.
    static var machineTime: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000 &+ Int64(time.tv_nsec) / 1_000_000
    }
}
