internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics

/// Publishes to an exchange of a broker; returns when the broker has the message in a queue, or, for an
/// exchange that wants one, with the reply.
struct RabbitMQProducer: Producer {
    let endpoint: RabbitMQEndpoint
    let route: RouteContext

    private var options: RabbitMQOptions { endpoint.options }

    func prepare() async throws {
        let connections = try endpoint.services.connection(options.connection)
        guard options.autoDeclareProducer || options.testConnectionOnStartup else { return }
        let declaration = RabbitMQDeclaration(endpoint)
        let declares = options.autoDeclareProducer
        try await connections.publishing.ask { link throws(AMQPFailure) in
            if declares { try declaration.run(on: link) }
        }
    }

    func process(_ exchange: inout Exchange) async throws {
        try Task.checkCancellation()
        guard options.allowNullBody || !isNull(exchange.message.body) else {
            throw RouteError(
                .badAddress, "the message has no body; allowNullBody=true sends it nevertheless",
                exceptionClass:
                    "org.springframework.amqp.support.converter.MessageConversionException")
        }
        let target = take(RabbitMQHeaders.exchangeOverride, from: &exchange) ?? endpoint.exchange
        let name = target == "default" ? "" : target
        let key = take(RabbitMQHeaders.routingOverride, from: &exchange) ?? options.routingKey
        let message = RabbitMQHeaders.message(exchange.message, id: exchange.id.description)
        let connections = try endpoint.services.connection(options.connection)
        if exchange.pattern == .inOut, !options.disableReplyTo {
            let reply = try await request(message, exchange: name, key: key, on: connections)
            exchange.message = RabbitMQHeaders.message(reply)
        } else {
            try await publish(message, exchange: name, key: key, on: connections)
        }
    }

    private func isNull(_ body: Body) -> Bool {
        switch body {
        case .empty, .value(.null): true
        default: false
        }
    }

    /// Control values that direct one send are used up by it, so that they direct no later one.
    private func take(_ name: HeaderName, from exchange: inout Exchange) -> String? {
        defer { exchange.message.control[name] = nil }
        return exchange.message.control[name]?.scalarText
    }

    private func publish(
        _ message: AMQPMessage, exchange: String, key: String, on connections: RabbitMQConnections
    ) async throws {
        let batch = PublishBatch(count: 1)
        let publish = connections.publish(
            message, exchange: exchange, routingKey: key, timeout: options.confirmTimeout,
            completion: { batch.finish(0, $0) })
        let publishes = publish.map { [$0] } ?? []
        let results = await batch.results(cancelling: publishes) {
            if !publishes.isEmpty { connections.publisher.submit(publishes) }
        }
        if let error = results.first ?? nil { throw error }
    }

    private func request(
        _ message: AMQPMessage, exchange: String, key: String, on connections: RabbitMQConnections
    ) async throws -> AMQPMessage {
        try AMQPLink.check(message, exchange: exchange, routingKey: key)
        let isEndless = options.replyTimeout < .zero
        let limit = isEndless ? .seconds(86_400) : options.replyTimeout
        let request = AMQPRequest(
            id: "\(ExchangeID.next())", message, exchange: exchange, routingKey: key,
            deadline: Monotonic.milliseconds + limit.wholeMilliseconds)
        connections.publisher.submit(request)
        return try await request.reply(within: limit + .milliseconds(200)).get()
    }
}
