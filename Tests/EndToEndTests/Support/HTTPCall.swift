import Foundation
import Glibc

/// One HTTP/1.0 call on loopback: a client that shares no code with the product.
enum HTTPCall {
    struct Failed: Error, CustomStringConvertible { let description: String }

    static func get(_ url: String) throws -> Data { try send("GET", url, nil) }

    /// - Throws: ``Failed`` unless the answer is 2xx.
    static func send(_ method: String, _ url: String, _ body: Data?) throws -> Data {
        let (status, answer) = try exchange(method, url, body)
        guard (200..<300).contains(status) else {
            throw Failed(description: "\(method) \(url): \(status)")
        }
        return answer
    }

    static func exchange(
        _ method: String, _ url: String, _ body: Data?
    ) throws -> (status: Int, body: Data) {
        guard let parts = URLComponents(string: url), let port = parts.port else {
            throw Failed(description: "\(url) is no URL with a port")
        }
        let path = parts.percentEncodedPath + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
        var request = Data(
            "\(method) \(path) HTTP/1.0\r\nHost: 127.0.0.1:\(port)\r\nContent-Length: \(body?.count ?? 0)\r\n\r\n"
                .utf8)
        if let body { request += body }
        let answer = try talk(to: UInt16(port), request)
        guard let end = answer.range(of: Data("\r\n\r\n".utf8)) else {
            throw Failed(description: "\(method) \(url): no answer")
        }
        let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self)
        let status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
        let rest = answer[end.upperBound...]
        let isChunked = head.lowercased().contains("transfer-encoding: chunked")
        return (status, isChunked ? unchunked(Data(rest)) : Data(rest))
    }

    private static func talk(to port: UInt16, _ request: Data) throws -> Data {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failed(description: "port \(port) refuses") }
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { bytes in
                Glibc.send(
                    descriptor, bytes.baseAddress! + sent, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failed(description: "the request could not be sent") }
            sent += count
        }
        var answer = Data()
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count <= 0 { return answer }
            answer.append(contentsOf: chunk[..<count])
        }
    }

    private static func unchunked(_ data: Data) -> Data {
        var result = Data()
        var rest = data[...]
        while let end = rest.range(of: Data("\r\n".utf8)) {
            let line = String(decoding: rest[rest.startIndex..<end.lowerBound], as: UTF8.self)
            guard let size = Int(line, radix: 16), size > 0 else { break }
            let start = end.upperBound
            result += rest[start..<min(start + size, rest.endIndex)]
            rest = rest[min(start + size + 2, rest.endIndex)...]
        }
        return result
    }
}
