internal import CPlatform

/// A thread of our own for what blocks: the disk, a broker's socket.
struct BusThread: Sendable {
    private let handle: UInt64

    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// - Parameter stack: Unit: bytes.
    init(
        _ name: String, stack: Int = 512 << 10, _ body: @escaping @Sendable () -> Void
    ) throws(BusError) {
        let start = Unmanaged.passRetained(Start(body))
        var handle: UInt64 = 0
        let error = platform_thread_start(
            name, stack,
            { context in
                guard let context else { return }
                Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
            }, start.toOpaque(), &handle)
        guard error == 0 else {
            start.release()
            throw BusError(.busUnwritable, "no more threads: \(SystemError.text(error))")
        }
        self.handle = handle
    }

    /// Waits for the thread's end. Call it once, never from the thread itself.
    func join() { _ = platform_thread_join(handle) }
}
