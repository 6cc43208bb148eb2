internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings
internal import Logging

/// Receives from queues of a broker that somebody else may have made.
///
/// A message that fails is tried again in place, then rejected, so that the broker puts it with its
/// dead letters. Where the endpoint names no dead-letter exchange the broker would destroy it: then it
/// is parked in the hub, with a warning, and acknowledged.
struct RabbitMQConsumer: Consumer {
    let endpoint: RabbitMQEndpoint
    let route: RouteContext

    private var options: RabbitMQOptions { endpoint.options }
    private typealias Delivered = Delivery<AMQPMessage>

    func prepare() async throws {
        guard !options.queues.isEmpty else {
            throw DiagnosticsError(
                Diagnostic(
                    .badAddress,
                    "route '\(route.routeID)' consumes from spring-rabbitmq: without queues=",
                    help: "write spring-rabbitmq:\(endpoint.exchange)?queues=name"))
        }
        let connections = try endpoint.services.connection(options.connection)
        let declaration = RabbitMQDeclaration(endpoint)
        guard options.autoDeclare || options.testConnectionOnStartup else { return }
        let declares = options.autoDeclare
        try await connections.publishing.ask { link throws(AMQPFailure) in
            if declares { try declaration.run(on: link) }
        }
    }

    func run(deliver: @escaping Deliver) async throws {
        let connections = try endpoint.services.connection(options.connection)
        let workers = options.concurrentConsumers
        let feed = DeliveryFeed<AMQPMessage>(
            capacity: 65_535, lanes: options.queues.count
        ) { connections.receiverWakeup.signal() }
        route.stop.whenRequested { feed.end(.stopped) }
        let subscriptions = try await open(feed, on: connections)
        await feed.work(limit: workers) { delivery in
            let settlement = await settlement(of: delivery, deliver)
            feed.settle(delivery, settlement)
        }
        feed.end(.stopped)
        await feed.waitUntilSettled()
        for subscription in subscriptions { await connections.remove(subscription) }
        if let failure = feed.failure { throw failure }
    }

    private func open(
        _ feed: DeliveryFeed<AMQPMessage>, on connections: RabbitMQConnections
    ) async throws -> [AMQPSubscription<AMQPMessage>] {
        var opened: [AMQPSubscription<AMQPMessage>] = []
        for (lane, queue) in options.queues.enumerated() {
            let opening = OneAnswer<BusError?>()
            let subscription = subscription(
                to: queue, lane: lane, feed: feed, on: connections, whenOpen: { opening.give($0) })
            connections.add(subscription)
            opened.append(subscription)
            let error = await opening.value(
                within: connections.settings.requestTimeout * 2,
                otherwise: BusError(
                    .busUnreachable, "the broker did not open the queue '\(queue)' in time",
                    .transient(retryAfter: nil)))
            guard let error else { continue }
            feed.end(.stopped)
            for subscription in opened { await connections.remove(subscription) }
            throw error
        }
        return opened
    }

    private func subscription(
        to queue: String, lane: Int, feed: DeliveryFeed<AMQPMessage>,
        on connections: RabbitMQConnections, whenOpen: @escaping @Sendable (BusError?) -> Void
    ) -> AMQPSubscription<AMQPMessage> {
        let declaration = RabbitMQDeclaration(endpoint)
        let declare: @Sendable (AMQPLink) throws(AMQPFailure) -> Void = {
            link throws(AMQPFailure) in
            try declaration.run(on: link)
        }
        return AMQPSubscription<AMQPMessage>(
            AMQPSubscription<AMQPMessage>.Options(
                queue: queue,
                prefetch: min(65_535, options.prefetchCount * options.concurrentConsumers),
                consumerTag: "crossdock-\(ExchangeID.next())", isExclusive: options.exclusive,
                arguments: endpoint.arguments[.consumer],
                maxMessageSize: connections.settings.maxMessageSize.bytes,
                rejectsUnreadable: options.deadLetterExchange != nil,
                rejectsDeadLetters: options.deadLetterExchange != nil, lane: lane),
            feed: feed, wakeup: connections.receiverWakeup,
            prepare: options.autoDeclare ? declare : nil,
            convert: { message, receipt in
                Delivery(
                    payload: message, earlierDeliveries: message.earlierDeliveries,
                    receipt: receipt, orderKey: nil, size: message.body.count + 512)
            }, move: { _, done in done(false) }, onProblem: connections.onProblem,
            whenOpen: whenOpen)
    }

    // MARK: Outcome

    private func settlement(of delivery: Delivered, _ deliver: Deliver) async -> Settlement {
        var attempt = 1
        while true {
            let exchange = exchange(delivery.payload)
            switch await deliver(exchange) {
            case .completed(let done):
                return await reply(done, to: delivery.payload) ? .accept : .giveBack
            case .interrupted: return .giveBack
            case .failed(_, let error):
                if error is StateError { return .giveBack }
                guard attempt < options.maximumRetryAttempts else {
                    return await rejection(of: delivery, error)
                }
                attempt += 1
                guard await route.stop.sleep(for: options.retryDelay, clock: route.clock) else {
                    return .giveBack
                }
            }
        }
    }

    private func exchange(_ message: AMQPMessage) -> Exchange {
        let wantsReply = message.properties.replyTo != nil && !options.disableReplyTo
        return Exchange(
            RabbitMQHeaders.message(message), pattern: wantsReply ? .inOut : .inOnly)
    }

    /// - Returns: Whether the message is dealt with.
    private func reply(_ exchange: Exchange, to request: AMQPMessage) async -> Bool {
        guard let address = request.properties.replyTo, !options.disableReplyTo,
            let connections = try? endpoint.services.connection(options.connection)
        else { return true }
        var reply = RabbitMQHeaders.message(exchange.message, id: exchange.id.description)
        reply.properties.correlationID = request.properties.correlationID
        reply.properties.replyTo = nil
        let answer = OneAnswer<BusError?>()
        let publish = connections.publish(
            reply, exchange: "", routingKey: address, isMandatory: false,
            completion: { answer.give($0) })
        if let publish { connections.publisher.submit([publish]) }
        let late = BusError(.busOutcomeUnknown, "the reply was not confirmed", .unknownOutcome)
        guard let error = await answer.value(within: .seconds(60), otherwise: late) else {
            return true
        }
        route.logger.warning("a reply could not be sent", metadata: ["error": "\(error)"])
        // Who asked may be gone: then nobody is served by doing the work again.
        return error.disposition == .permanent
    }

    private func rejection(of delivery: Delivered, _ error: any Error) async -> Settlement {
        guard options.rejectAndDontRequeue else { return .giveBack }
        let reason = DeadLetterReason(error, route: route.routeID)
        if options.deadLetterExchange != nil { return .deadLetter(reason) }
        return await park(delivery.payload, reason) ? .accept : .giveBack
    }

    /// - Returns: Whether the message is durable in the hub.
    private func park(_ message: AMQPMessage, _ reason: DeadLetterReason) async -> Bool {
        let headers = Value.object(
            ValueObject(message.headers.map { ($0.name, Value($0.value)) }))
        let letter = DeadLetter(
            route: route.routeID,
            destination: "spring-rabbitmq:\(message.exchange)?routingKey=\(message.routingKey)",
            body: message.body, headers: headers.json, code: reason.code, reason: reason.message,
            failedAt: endpoint.services.clock.now, attempts: options.maximumRetryAttempts)
        do { try await endpoint.services.parking.park([letter]) } catch {
            route.logger.error(
                "a failed message could not be parked", metadata: ["error": "\(error)"])
            return false
        }
        route.logger.warning(
            "a failed message was parked in the hub: its queue has no dead-letter exchange",
            metadata: [
                "route.id": "\(route.routeID)", "error.code": "\(DiagnosticCode.busParkedHere.id)",
                "cause.code": "\(reason.code)", "cause": "\(reason.message)",
            ])
        return true
    }
}
