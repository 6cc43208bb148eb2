internal import CRabbitMQ

/// Puts a message together from the frames in which it comes: method, header, pieces of the body.
struct AMQPAssembly {
    enum Progress {
        case incomplete
        case complete(AMQPMessage)
        /// Too large, or with headers beyond the bounds; its body was skipped.
        case unreadable
    }

    private(set) var tag: UInt64 = 0
    private var message: AMQPMessage?
    private var exchange = ""
    private var routingKey = ""
    private var isRedelivered = false
    private var left = 0
    /// Unit: bytes.
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func began(_ deliver: amqp_basic_deliver_t) {
        tag = deliver.delivery_tag
        isRedelivered = deliver.redelivered != 0
        // Most messages of a queue came the same way: the texts of the last one serve again.
        if !deliver.exchange.raw.elementsEqual(exchange.utf8) { exchange = deliver.exchange.text }
        if !deliver.routing_key.raw.elementsEqual(routingKey.utf8) {
            routingKey = deliver.routing_key.text
        }
    }

    mutating func received(_ header: AMQPHeaderFrame, on link: AMQPLink) -> Progress {
        guard let decoded = header.decoded else { return .incomplete }
        left = Int(clamping: header.body_size)
        message =
            left > limit
            ? nil : link.message(of: decoded.load(as: amqp_basic_properties_t.self))
        return left == 0 ? finish() : .incomplete
    }

    mutating func received(_ fragment: UnsafeRawBufferPointer) -> Progress {
        let isWhole = fragment.count >= left
        if message?.body.isEmpty == true {
            if isWhole {
                message?.body = Array(fragment)
            } else {
                let size = left
                message?.body.reserveCapacity(size)
                message?.body.append(contentsOf: fragment)
            }
        } else {
            message?.body.append(contentsOf: fragment)
        }
        left -= min(fragment.count, left)
        return isWhole ? finish() : .incomplete
    }

    private mutating func finish() -> Progress {
        guard var whole = message.take() else { return .unreadable }
        whole.exchange = exchange
        whole.routingKey = routingKey
        whole.isRedelivered = isRedelivered
        return .complete(whole)
    }
}
