internal import CrossdockCore

/// Makes what an endpoint needs and the broker does not have; what is there stays as it is.
struct RabbitMQDeclaration: Sendable {
    let exchange: String
    let options: RabbitMQOptions
    let arguments: RabbitMQArguments

    init(_ endpoint: RabbitMQEndpoint) {
        exchange = endpoint.exchange
        options = endpoint.options
        arguments = endpoint.arguments
    }

    func run(on link: AMQPLink) throws(AMQPFailure) {
        try declareDeadLetters(on: link)
        if !exchange.isEmpty { try declareExchange(on: link) }
        for queue in options.queues {
            if !(try exists(queue, on: link)) { try declare(queue, on: link) }
            guard !exchange.isEmpty else { continue }
            try link.onScratchChannel { channel throws(AMQPFailure) in
                try link.bind(
                    queue: queue, to: exchange, routingKey: options.routingKey,
                    arguments: arguments[.binding], on: channel)
            }
        }
    }

    private func exists(_ queue: String, on link: AMQPLink) throws(AMQPFailure) -> Bool {
        do throws(AMQPFailure) {
            _ = try link.onScratchChannel { channel throws(AMQPFailure) in
                try link.messageCount(ofQueue: queue, on: channel)
            }
            return true
        } catch {
            guard case .channelClosed(let close) = error, close.code == AMQPClose.notFound else {
                throw error
            }
            return false
        }
    }

    /// An exchange that is there with another type or other properties is not ours to judge.
    private func declareExchange(on link: AMQPLink) throws(AMQPFailure) {
        do throws(AMQPFailure) {
            try link.onScratchChannel { channel throws(AMQPFailure) in
                try link.declareExchange(
                    exchange, type: options.exchangeType.rawValue,
                    durable: arguments.flag("durable", of: .exchange, otherwise: true),
                    autoDelete: arguments.flag("autoDelete", of: .exchange, otherwise: false),
                    arguments: arguments[.exchange], on: channel)
            }
        } catch {
            guard case .channelClosed(let close) = error,
                close.code == AMQPClose.preconditionFailed
            else { throw error }
        }
    }

    private func declare(_ queue: String, on link: AMQPLink) throws(AMQPFailure) {
        var fields = arguments[.queue]
        func add(_ name: String, _ text: String?) {
            guard let text, !fields.contains(where: { $0.name == name }) else { return }
            fields.append(AMQPField(name, .text(text)))
        }
        add("x-dead-letter-exchange", options.deadLetterExchange)
        add(
            "x-dead-letter-routing-key",
            options.deadLetterExchange == nil
                ? nil : options.deadLetterRoutingKey ?? options.deadLetterQueue)
        let declared = fields
        try link.onScratchChannel { channel throws(AMQPFailure) in
            try link.declareQueue(
                queue, arguments: declared,
                exclusive: arguments.flag("exclusive", of: .queue, otherwise: false),
                autoDelete: arguments.flag("autoDelete", of: .queue, otherwise: false),
                durable: arguments.flag("durable", of: .queue, otherwise: true), on: channel)
        }
    }

    private func declareDeadLetters(on link: AMQPLink) throws(AMQPFailure) {
        guard let exchange = options.deadLetterExchange else { return }
        try link.onScratchChannel { channel throws(AMQPFailure) in
            if !exchange.isEmpty {
                try link.declareExchange(
                    exchange, type: options.deadLetterExchangeType.rawValue,
                    arguments: arguments[.deadLetterExchange], on: channel)
            }
            guard let queue = options.deadLetterQueue else { return }
            try link.declareQueue(queue, arguments: arguments[.deadLetterQueue], on: channel)
            if !exchange.isEmpty {
                try link.bind(
                    queue: queue, to: exchange,
                    routingKey: options.deadLetterRoutingKey ?? queue,
                    arguments: arguments[.deadLetterBinding], on: channel)
            }
        }
    }
}
