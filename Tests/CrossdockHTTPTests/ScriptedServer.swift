import Glibc
import Synchronization

/// A server on loopback that does exactly what a test tells it, down to the byte.
///
/// Each connection has a thread of its own, so a script reads like the conversation it is.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        var method = ""
        var target = ""
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []

        subscript(name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    let port: UInt16
    private let listener: Int32
    private let record = Record()

    private final class Record: Sendable {
        let requests = Mutex<[Request]>([])
        let connections = Mutex(0)
    }

    /// - Parameter script: Runs for each connection; its number counts from 1. The connection is
    ///   closed when it returns.
    init(_ script: @escaping @Sendable (Connection) -> Void) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(bound == 0 && listen(listener, 128) == 0, "no port")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(listener, $0, &length)
            }
        }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Self.startThread { [listener, record] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                let number = record.connections.withLock {
                    $0 += 1
                    return $0
                }
                let connection = Connection(socket: client, number: number) { request in
                    record.requests.withLock { $0.append(request) }
                }
                Self.startThread {
                    script(connection)
                    shutdown(client, Int32(SHUT_RDWR))
                    close(client)
                }
            }
        }
    }

    /// Ends listening. Nobody stops a server by forgetting it: the port would be another test's.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { record.requests.withLock { $0 } }
    var connections: Int { record.connections.withLock { $0 } }

    private static func startThread(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { box in
                Unmanaged<Box>.fromOpaque(box!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(thread)
    }

    /// Answers every request of every connection by a function.
    static func answering(
        _ answer: @escaping @Sendable (Request) -> Answer
    ) -> ScriptedServer {
        ScriptedServer { connection in
            while let request = connection.readRequest() { connection.send(answer(request)) }
        }
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var body: [UInt8] = []

        init(_ status: Int = 200, _ headers: [(String, String)] = [], _ body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        static func text(_ text: String, _ status: Int = 200) -> Answer {
            Answer(status, [], Array(text.utf8))
        }
    }
}

extension ScriptedServer {
    final class Connection: Sendable {
        private let socket: Int32
        let number: Int
        private let record: @Sendable (Request) -> Void
        private let buffer = Mutex<[UInt8]>([])

        init(socket: Int32, number: Int, record: @escaping @Sendable (Request) -> Void) {
            self.socket = socket
            self.number = number
            self.record = record
        }

        /// - Returns: False when the other side is gone.
        @discardableResult
        func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        @discardableResult
        func send(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        func send(_ answer: Answer) {
            var head = "HTTP/1.1 \(answer.status) Status\r\n"
            for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
            if answer.status != 204, answer.status != 304 {
                head += "Content-Length: \(answer.body.count)\r\n"
            }
            send(Array((head + "\r\n").utf8) + answer.body)
        }

        /// - Returns: nil when the other side has closed.
        func read(_ most: Int = 65_536) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: most)
            let count = recv(socket, &bytes, most, 0)
            return count > 0 ? Array(bytes.prefix(count)) : nil
        }

        func readRequest() -> Request? {
            guard let head = readUntil("\r\n\r\n") else { return nil }
            let lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)
            var request = Request()
            let first = lines[0].split(separator: " ")
            request.method = String(first[0])
            request.target = String(first[1])
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                request.headers.append(
                    (String(parts[0]), parts.count > 1 ? parts[1].trimmed : ""))
            }
            if let length = request["Content-Length"].flatMap(Int.init) {
                guard let body = take(length) else { return nil }
                request.body = body
            } else if request["Transfer-Encoding"] == "chunked" {
                while let line = readUntil("\r\n"), let size = Int(line.trimmed, radix: 16) {
                    guard let chunk = take(size + 2) else { return nil }
                    if size == 0 { break }
                    request.body += chunk.dropLast(2)
                }
            }
            record(request)
            return request
        }

        private func readUntil(_ end: String) -> String? {
            let mark = Array(end.utf8)
            while true {
                let found: String? = buffer.withLock { buffer in
                    guard buffer.count >= mark.count else { return nil }
                    for start in 0...(buffer.count - mark.count)
                    where buffer[start..<(start + mark.count)].elementsEqual(mark) {
                        defer { buffer.removeFirst(start + mark.count) }
                        return String(decoding: buffer[..<start], as: UTF8.self)
                    }
                    return nil
                }
                if let found { return found }
                guard fill() else { return nil }
            }
        }

        func take(_ count: Int) -> [UInt8]? {
            while buffer.withLock({ $0.count < count }) { guard fill() else { return nil } }
            return buffer.withLock { buffer in
                defer { buffer.removeFirst(count) }
                return Array(buffer.prefix(count))
            }
        }

        private func fill() -> Bool {
            guard let bytes = read() else { return false }
            buffer.withLock { $0 += bytes }
            return true
        }
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " || $0 == "\r" }.reversed())
    }
}
