internal import CRabbitMQ
internal import CrossdockDiagnostics
internal import Synchronization

/// Sends requests and matches replies, over the broker's direct reply-to.
///
/// - Source: RabbitMQ documentation, "Direct Reply-to": requests and replies share one channel, the
///   replies come without acknowledgement.
/// - Threads: `submit` from any; everything else on the publisher's thread.
final class AMQPRequests: @unchecked Sendable {
    /// The channel that is its own.
    static let channel: UInt16 = 1_000
    private static let replyQueue = "amq.rabbitmq.reply-to"

    private let incoming = Mutex<[AMQPRequest]>([])
    private let limit: Int

    // Of the thread.
    private var isOpen = false
    private var pending: [AMQPRequest] = []
    private var waiting: [String: AMQPRequest] = [:]
    private var assembly: AMQPAssembly

    /// - Parameter limit: Of a reply. Unit: bytes.
    init(limit: Int) {
        self.limit = limit
        assembly = AMQPAssembly(limit: limit)
    }

    func submit(_ request: AMQPRequest) { incoming.withLock { $0.append(request) } }

    var isIdle: Bool { waiting.isEmpty && pending.isEmpty && incoming.withLock(\.isEmpty) }

    func pump(_ link: AMQPLink?, now: Int64) throws(AMQPFailure) {
        pending += incoming.withLock { incoming in
            defer { incoming = [] }
            return incoming
        }
        expire(now: now)
        guard let link, !pending.isEmpty else { return }
        if !isOpen { try open(link) }
        let requests = pending
        pending = []
        for request in requests where !request.isFinished {
            var message = request.message
            message.properties.replyTo = Self.replyQueue
            message.properties.correlationID = request.id
            waiting[request.id] = request
            try link.publish(
                message, exchange: request.exchange, routingKey: request.routingKey,
                mandatory: true, on: Self.channel)
        }
    }

    private func open(_ link: AMQPLink) throws(AMQPFailure) {
        try link.openChannel(Self.channel)
        try link.consume(Self.replyQueue, tag: "replies", withoutAcks: true, on: Self.channel)
        assembly = AMQPAssembly(limit: limit)
        isOpen = true
    }

    private func expire(now: Int64) {
        for request in pending where request.deadline <= now {
            request.finish(.failure(request.late(wasSent: false)))
        }
        pending.removeAll(where: \.isFinished)
        for (id, request) in waiting where request.deadline <= now || request.isFinished {
            request.finish(.failure(request.late(wasSent: true)))
            waiting[id] = nil
        }
    }

    func received(_ frame: amqp_frame_t, on link: AMQPLink) {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD: received(frame.payload.method, on: link)
        case AMQP_FRAME_HEADER:
            if isReturned {
                returned(frame.payload.properties)
            } else {
                take(assembly.received(frame.payload.properties, on: link))
            }
        case AMQP_FRAME_BODY:
            if !isReturned { take(assembly.received(frame.payload.body_fragment.raw)) }
        default: break
        }
    }

    /// The content that follows is a request that nobody receives.
    private var isReturned = false

    private func received(_ method: amqp_method_t, on link: AMQPLink) {
        switch method.id {
        case AMQPMethod.basicDeliver:
            isReturned = false
            if let decoded = method.decoded {
                assembly.began(decoded.load(as: amqp_basic_deliver_t.self))
            }
        case AMQPMethod.basicReturn: isReturned = true
        case AMQPMethod.channelClose:
            link.confirmClose(of: Self.channel)
            isOpen = false
            fail(AMQPMethod.close(ofChannel: method)?.asBusError ?? .closed)
        default: break
        }
    }

    private func returned(_ header: AMQPHeaderFrame) {
        guard let decoded = header.decoded else { return }
        let id = decoded.load(as: amqp_basic_properties_t.self).correlation_id.text
        guard let request = waiting.removeValue(forKey: id) else { return }
        request.finish(.failure(.unheard(request.exchange)))
    }

    private func take(_ progress: AMQPAssembly.Progress) {
        guard case .complete(let message) = progress,
            let request = waiting.removeValue(forKey: message.properties.correlationID ?? "")
        else { return }
        request.finish(.success(message))
    }

    /// The connection is gone: what was asked may have been done.
    func lost(_ error: BusError) {
        isOpen = false
        for request in waiting.values { request.finish(.failure(request.late(wasSent: true))) }
        waiting = [:]
        if error == .closed { fail(error) }
    }

    private func fail(_ error: BusError) {
        for request in waiting.values { request.finish(.failure(error)) }
        waiting = [:]
        for request in pending where error == .closed { request.finish(.failure(error)) }
        if error == .closed { pending = [] }
    }
}

/// A request on its way, and who waits for the reply.
final class AMQPRequest: Sendable {
    let id: String
    let message: AMQPMessage
    let exchange: String
    let routingKey: String
    /// By the monotonic clock. Unit: milliseconds.
    let deadline: Int64
    private let answer = OneAnswer<Result<AMQPMessage, BusError>>()
    private let hasAnswer = Atomic<Bool>(false)

    init(
        id: String, _ message: AMQPMessage, exchange: String, routingKey: String, deadline: Int64
    ) {
        self.id = id
        self.message = message
        self.exchange = exchange
        self.routingKey = routingKey
        self.deadline = deadline
    }

    var isFinished: Bool { hasAnswer.load(ordering: .acquiring) }

    func finish(_ result: Result<AMQPMessage, BusError>) {
        hasAnswer.store(true, ordering: .releasing)
        answer.give(result)
    }

    func late(wasSent: Bool) -> BusError {
        wasSent
            ? BusError(.busOutcomeUnknown, "no reply from '\(exchange)' in time", .unknownOutcome)
            : BusError(
                .busUnreachable, "a request for '\(exchange)' could not be sent in time",
                .transient(retryAfter: nil))
    }

    func reply(within limit: Duration) async -> Result<AMQPMessage, BusError> {
        await withTaskCancellationHandler {
            await answer.value(within: limit, otherwise: .failure(late(wasSent: true)))
        } onCancel: {
            finish(.failure(late(wasSent: true)))
        }
    }
}
