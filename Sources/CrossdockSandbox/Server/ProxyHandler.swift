internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// The first bytes of a connection to the proxy: `CONNECT host:443`, then TLS that ends here.
///
/// A client that is told to use this proxy keeps the vendor's own URLs. A plain request with a whole
/// URL is served too.
///
/// - Threads: confined to the event loop of its channel.
final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let headLimit = 16_384

    private let tls: NIOSSLContext
    private let router: HTTPListener.Router
    private var received = ByteBuffer()

    init(tls: NIOSSLContext, router: @escaping HTTPListener.Router) {
        self.tls = tls
        self.router = router
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        received.writeBuffer(&part)
        guard received.readableBytes <= Self.headLimit else { return refuse(400, "", context) }
        let text = String(decoding: received.readableBytesView, as: UTF8.self)
        guard let line = text.split(separator: "\r\n", maxSplits: 1).first else { return }
        guard line.hasPrefix("CONNECT ") else { return serve(nil, context) }
        guard let end = text.firstRange(of: "\r\n\r\n") else { return }
        let words = line.split(separator: " ")
        guard words.count == 3 else { return refuse(400, "", context) }
        let address = String(words[1])
        guard let system = router(address) else { return refuse(502, address, context) }
        received = ByteBuffer(string: String(text[end.upperBound...]))
        let answer = ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        serve(system, context)
    }

    /// Puts HTTP in this handler's place and hands on what came after the head.
    private func serve(_ system: SystemHost?, _ context: ChannelHandlerContext) {
        do {
            let router: HTTPListener.Router = if let system { { _ in system } } else { router }
            try HTTPListener.addHTTP(
                to: context.channel, tls: system == nil ? nil : tls, router: router)
            if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    private func refuse(_ status: Int, _ address: String, _ context: ChannelHandlerContext) {
        let text = status == 502 ? "no sandbox serves '\(address)'\n" : "not understood\n"
        let answer = ByteBuffer(
            string: "HTTP/1.1 \(status) Refused\r\nContent-Type: text/plain\r\n"
                + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)")
        let bound = context.loopBound
        context.writeAndFlush(wrapOutboundOut(answer)).whenComplete { _ in
            bound.value.close(promise: nil)
        }
    }
}
