internal import CRabbitMQ

extension AMQPLink {
    /// Declares a queue; one that exists with the same arguments is left as it is.
    func declareQueue(
        _ name: String, arguments: [AMQPField], exclusive: Bool = false, autoDelete: Bool = false,
        durable: Bool = true, on channel: UInt16
    ) throws(AMQPFailure) {
        arena.reset()
        _ = amqp_queue_declare(
            connection, channel, arena.bytes(name), 0, durable ? 1 : 0, exclusive ? 1 : 0,
            autoDelete ? 1 : 0, AMQPTableCoding.table(arguments, in: arena))
        try checkReply("declaring the queue '\(name)'", on: channel)
    }

    /// Asks for a queue that must exist.
    ///
    /// - Returns: How many messages are ready in it.
    func messageCount(ofQueue name: String, on channel: UInt16) throws(AMQPFailure) -> Int {
        arena.reset()
        let answer = amqp_queue_declare(
            connection, channel, arena.bytes(name), 1, 0, 0, 0, amqp_table_t())
        let count = answer.map { Int($0.pointee.message_count) }
        try checkReply("looking at the queue '\(name)'", on: channel)
        return count ?? 0
    }

    func declareExchange(
        _ name: String, type: String, durable: Bool = true, autoDelete: Bool = false,
        arguments: [AMQPField] = [], on channel: UInt16
    ) throws(AMQPFailure) {
        arena.reset()
        _ = amqp_exchange_declare(
            connection, channel, arena.bytes(name), arena.bytes(type), 0, durable ? 1 : 0,
            autoDelete ? 1 : 0, 0, AMQPTableCoding.table(arguments, in: arena))
        try checkReply("declaring the exchange '\(name)'", on: channel)
    }

    func bind(
        queue: String, to exchange: String, routingKey: String, arguments: [AMQPField] = [],
        on channel: UInt16
    ) throws(AMQPFailure) {
        arena.reset()
        _ = amqp_queue_bind(
            connection, channel, arena.bytes(queue), arena.bytes(exchange), arena.bytes(routingKey),
            AMQPTableCoding.table(arguments, in: arena))
        try checkReply("binding the queue '\(queue)'", on: channel)
    }

    func deleteQueue(_ name: String, on channel: UInt16) throws(AMQPFailure) {
        arena.reset()
        _ = amqp_queue_delete(connection, channel, arena.bytes(name), 0, 0)
        try checkReply("deleting the queue '\(name)'", on: channel)
    }
}
