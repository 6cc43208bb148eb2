internal import NIOCore
internal import NIOHTTP1

/// Gathers a request from the wire, has it answered, and writes the answer.
///
/// A system answers at once, from memory, so that happens on the connection's own event loop; only
/// faults make anyone wait, and they wait by the loop's timer.
///
/// - Threads: confined to the event loop of its channel.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Larger requests are answered with 413. Salesforce takes 150 MB of bulk data in one request.
    static let bodyLimit = 160_000_000

    private let isSecure: Bool
    private let router: HTTPListener.Router
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(isSecure: Bool, router: @escaping HTTPListener.Router) {
        self.isSecure = isSecure
        self.router = router
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(var part):
            guard head != nil else { return }
            body.writeBuffer(&part)
            if body.readableBytes > Self.bodyLimit { refuse(413, context) }
        case .end:
            guard let head else { return }
            let request = RequestReader.request(
                head, body: Array(body.readableBytesView), isSecure: isSecure)
            body = ByteBuffer()
            answer(request, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        self.head = head
        body = ByteBuffer()
        guard head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) else {
            return
        }
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func answer(_ request: SandboxRequest, _ context: ChannelHandlerContext) {
        let address = request.headers["host"] ?? ""
        guard let system = router(address) else {
            let text = "no sandbox serves the host '\(address)'\n"
            write(.text(502, text), time: nil, context)
            return
        }
        if ControlEndpoints.isControl(request) {
            let response = ControlEndpoints(host: system).respond(to: request)
            write(response, time: system.clock.now, context)
            return
        }
        let admission = system.admit(request)
        after(admission.delayMillis, context) { handler, context in
            handler.deliver(system.execute(admission), from: system, context)
        }
    }

    private func deliver(
        _ delivery: SystemHost.Delivery, from system: SystemHost, _ context: ChannelHandlerContext
    ) {
        switch delivery {
        case .answer(let response, let wait):
            after(wait, context) { handler, context in
                handler.write(response, time: system.clock.now, context)
            }
        case .half(let response, let wait):
            after(wait, context) { handler, context in
                handler.write(response, time: system.clock.now, context, half: true)
            }
        case .cut(let wait):
            after(wait, context) { _, context in context.close(promise: nil) }
        }
    }

    /// Does something now or later, unless the client has gone by then.
    private func after(
        _ millis: Int64, _ context: ChannelHandlerContext,
        _ body: @escaping (ExchangeHandler, ChannelHandlerContext) -> Void
    ) {
        guard millis > 0 else { return body(self, context) }
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(millis)) {
            body(self, context)
        }
    }

    private func write(
        _ response: SandboxResponse, time: Int64?, _ context: ChannelHandlerContext,
        half: Bool = false
    ) {
        guard let request = head else { return }
        head = nil
        var fields = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        if let time { fields.replaceOrAdd(name: "Date", value: Timestamp.httpDate(time)) }
        let hasBody = response.status != 204 && response.status != 304
        if hasBody {
            fields.replaceOrAdd(name: "Content-Length", value: String(response.body.count))
        }
        let keepsAlive = request.isKeepAlive && !half
        if !keepsAlive { fields.replaceOrAdd(name: "Connection", value: "close") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status),
            headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if hasBody, request.method != .HEAD, !response.body.isEmpty {
            let part = half ? response.body[..<(response.body.count / 2)] : response.body[...]
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: part)))), promise: nil)
        }
        if half {
            context.flush()
            context.close(promise: nil)
            return
        }
        let done = context.eventLoop.makePromise(of: Void.self)
        if !keepsAlive {
            let bound = context.loopBound
            done.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: done)
    }

    private func refuse(_ status: Int, _ context: ChannelHandlerContext) {
        head?.headers.replaceOrAdd(name: "Connection", value: "close")
        write(.text(status, "the request is too large\n"), time: nil, context)
        body = ByteBuffer()
    }
}
