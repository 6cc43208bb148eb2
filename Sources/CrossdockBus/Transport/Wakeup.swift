internal import CPlatform
internal import Glibc
internal import Synchronization

/// Wakes a thread that waits in `poll`; any number of signals before it looks are one.
final class Wakeup: Sendable {
    let descriptor: Int32
    /// Saves the system call while the thread is already on its way.
    private let isSignalled = Atomic<Bool>(false)

    init() throws(BusError) {
        descriptor = platform_eventfd()
        guard descriptor >= 0 else {
            throw BusError(.busUnwritable, "no more file descriptors: \(SystemError.text(errno))")
        }
    }

    deinit { close(descriptor) }

    func signal() {
        if !isSignalled.exchange(true, ordering: .acquiringAndReleasing) {
            platform_eventfd_signal(descriptor)
        }
    }

    /// Makes later signals count again. What was queued before them must be looked at afterwards.
    func clear() {
        platform_eventfd_drain(descriptor)
        isSignalled.store(false, ordering: .releasing)
        // The store must not sink below the reads of the queue that follow.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }

    /// Waits for a signal, no longer than `milliseconds`; negative waits for ever.
    func wait(milliseconds: Int) {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&poller, 1, Int32(clamping: milliseconds))
        clear()
    }
}

/// What the system says about an error number.
enum SystemError {
    static func text(_ number: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        platform_error_text(number, &buffer, buffer.count)
        return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// Time that only goes forward. Unit: milliseconds.
enum Monotonic {
    static var milliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000 &+ Int64(time.tv_nsec) / 1_000_000
    }
}
