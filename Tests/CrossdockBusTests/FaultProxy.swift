internal import Glibc
internal import Synchronization

/// Stands between the hub and a broker and does to their connections what networks do.
final class FaultProxy: Sendable {
    private struct State {
        var sockets: Set<Int32> = []
        var isStalled = false
        var isRefusing = false
        var accepted = 0
    }

    let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let state = Mutex(State())

    /// - Parameter target: Port of the broker on this machine.
    init(to target: UInt16) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.target = target
        var address = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (listener, size) = (listener, length)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, size) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard isBound else { throw TemporaryFolder.Failed() }
        port = UInt16(bigEndian: address.sin_port)
        Self.thread { [self] in acceptAll() }
    }

    var connections: Int { state.withLock { $0.accepted } }

    /// Ends all connections at once, as a broken switch does.
    func cut() {
        let sockets = state.withLock { $0.sockets }
        for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    /// Lets nothing through in either direction, and says nothing: a half-open connection.
    func stall(_ isStalled: Bool) { state.withLock { $0.isStalled = isStalled } }

    /// Ends new connections at once.
    func refuse(_ isRefusing: Bool) { state.withLock { $0.isRefusing = isRefusing } }

    func close() {
        cut()
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            if state.withLock({ $0.isRefusing }) {
                Glibc.close(client)
                continue
            }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.loopback(target)
            let isConnected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isConnected else {
                Glibc.close(client)
                Glibc.close(server)
                continue
            }
            state.withLock { state in
                state.sockets.formUnion([client, server])
                state.accepted += 1
            }
            let open = Shared(2)
            for (from, to) in [(client, server), (server, client)] {
                Self.thread { [self] in
                    pump(from, to)
                    // The second to end frees both.
                    if open.withLock({ open in
                        open -= 1; return open == 0
                    }) {
                        state.withLock { $0.sockets.subtract([client, server]) }
                        Glibc.close(client)
                        Glibc.close(server)
                    }
                }
            }
        }
        Glibc.close(listener)
    }

    private func pump(_ from: Int32, _ to: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(from, &buffer, buffer.count)
            guard count > 0 else { break }
            while state.withLock({ $0.isStalled }) { usleep(5_000) }
            var sent = 0
            while sent < count {
                let written = buffer[sent..<count].withUnsafeBytes {
                    Glibc.send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { return shutdownBoth(from, to) }
                sent += written
            }
        }
        shutdownBoth(from, to)
    }

    private func shutdownBoth(_ one: Int32, _ other: Int32) {
        shutdown(one, Int32(SHUT_RDWR))
        shutdown(other, Int32(SHUT_RDWR))
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(thread)
    }
}
