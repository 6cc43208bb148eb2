import CrossdockSandbox
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One HTTP request over a real socket.
enum TestClient {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let text: String
    }

    /// The connection ended before the answer was whole.
    struct CutError: Error {}

    /// - Parameters:
    ///   - origin: `http://127.0.0.1:1234` or `https://…`.
    ///   - caFile: Whom to trust.
    static func send(
        _ method: HTTPMethod, _ origin: String, _ path: String, body: String = "",
        headers: [String: String] = [:], caFile: String? = nil
    ) async throws -> Answer {
        let port = Int(origin.split(separator: ":").last ?? "") ?? 0
        let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Answer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let caFile {
                        var configuration = TLSConfiguration.makeClientConfiguration()
                        configuration.trustRoots = .file(caFile)
                        let context = try NIOSSLContext(configuration: configuration)
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    }
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(Reader(promise: promise))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
        head.headers.add(name: "Host", value: "127.0.0.1:\(port)")
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        head.headers.add(name: "Content-Length", value: String(body.utf8.count))
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.write(
            HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        let answer = try await promise.futureResult.get()
        try? await channel.close().get()
        return answer
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart

        private let promise: EventLoopPromise<Answer>
        private var head: HTTPResponseHead?
        private var body = ByteBuffer()

        init(promise: EventLoopPromise<Answer>) { self.promise = promise }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(var part): body.writeBuffer(&part)
            case .end:
                guard let head else { return }
                promise.succeed(
                    Answer(
                        status: Int(head.status.code), headers: head.headers,
                        text: String(buffer: body)))
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            promise.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { promise.fail(CutError()) }
    }
}
