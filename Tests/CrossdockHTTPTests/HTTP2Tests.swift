import CrossdockDiagnostics
import CrossdockHTTP
import NIOCore
import NIOSSL
import Testing

/// Just enough of HTTP/2 to answer: frames by hand, header blocks of one indexed byte.
///
/// - Source: RFC 9113 §4.1; RFC 7541 appendix A, where `:status: 200` is entry 8.
final class HTTP2Answer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: @Sendable (UInt32) -> [UInt8]
    private var received = ByteBuffer()
    private var hasPreface = false

    /// - Parameter answer: Makes the frames that answer the stream whose request is complete.
    init(_ answer: @escaping @Sendable (UInt32) -> [UInt8]) { self.answer = answer }

    static func frame(
        _ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]
    ) -> [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF), type, flags]
            + withUnsafeBytes(of: stream.bigEndian) { Array($0) } + payload
    }

    func channelActive(context: ChannelHandlerContext) {
        send(Self.frame(4, 0, 0, []), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var more = unwrapInboundIn(data)
        received.writeBuffer(&more)
        if !hasPreface, received.readBytes(length: 24) != nil { hasPreface = true }
        while hasPreface, let head = received.getBytes(at: received.readerIndex, length: 9) {
            let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard received.readableBytes >= 9 + count else { return }
            received.moveReaderIndex(forwardBy: 9)
            let payload = received.readBytes(length: count) ?? []
            let stream = head[5..<9].reduce(0) { $0 << 8 | UInt32($1) }
            if head[3] == 4, head[4] & 1 == 0 { send(Self.frame(4, 1, 0, []), context) }
            if head[3] == 6, head[4] & 1 == 0 { send(Self.frame(6, 1, 0, payload), context) }
            if head[3] <= 1, head[4] & 1 == 1 { send(answer(stream), context) }
        }
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
}

@Suite("HTTP/2")
struct HTTP2Tests {
    private func client() async throws -> HTTPClient {
        var configuration = HTTPClientConfiguration()
        configuration.tls.authorities = try await Certificates.shared.value.bytes("ca.pem")
        return HTTPClient(configuration)
    }

    @Test("carries calls of one partition over one connection, when both sides speak it")
    func multiplexes() async throws {
        let connections = Counter()
        let server = try await TLSServer("good", configured: { $0.applicationProtocols = ["h2"] }) {
            connections.add()
            return HTTP2Answer { stream in
                HTTP2Answer.frame(1, 4, stream, [0x88])
                    + HTTP2Answer.frame(0, 1, stream, Array("two".utf8))
            }
        }
        let client = try await client()
        let url = try HTTPURL("https://localhost:\(server.port)/")
        for _ in 0..<2 {
            let response = try await client.send(HTTPRequest(.get, url))
            #expect(response.head.version == "2")
            #expect(response.body == Array("two".utf8))
        }
        var post = HTTPRequest(.post, url, body: .text("hello"))
        post.repetition = .onceOnKeptConnection
        #expect(try await client.send(post).status == 200)
        #expect(connections.value == 1)
        try await server.stop()
    }

    @Test("reports a stream that the server resets, without repeating a write")
    func resets() async throws {
        let streams = Counter()
        let server = try await TLSServer("good", configured: { $0.applicationProtocols = ["h2"] }) {
            HTTP2Answer { stream in
                streams.add()
                return HTTP2Answer.frame(3, 0, stream, [0, 0, 0, 2])
            }
        }
        let url = try HTTPURL("https://localhost:\(server.port)/")
        let client = try await client()
        let error = await failure {
            _ = try await client.send(HTTPRequest(.post, url, body: .text("hello")))
        }
        #expect(error?.code == .connectionCut)
        #expect(error?.disposition == .unknownOutcome)
        #expect(streams.value == 1)
        try await server.stop()
    }
}
