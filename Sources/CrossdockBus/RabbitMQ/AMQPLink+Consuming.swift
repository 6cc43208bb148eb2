internal import CRabbitMQ

extension AMQPLink {
    func setPrefetch(_ count: Int, on channel: UInt16) throws(AMQPFailure) {
        let count = UInt16(clamping: max(1, count))
        guard amqp_basic_qos(connection, channel, 0, count, 0) == nil else { return }
        try checkReply("setting the prefetch", on: channel)
    }

    func consume(
        _ queue: String, tag: String, exclusive: Bool = false, withoutAcks: Bool = false,
        arguments: [AMQPField] = [], on channel: UInt16
    ) throws(AMQPFailure) {
        arena.reset()
        _ = amqp_basic_consume(
            connection, channel, arena.bytes(queue), arena.bytes(tag), 0, withoutAcks ? 1 : 0,
            exclusive ? 1 : 0,
            AMQPTableCoding.table(arguments, in: arena))
        try checkReply("consuming from the queue '\(queue)'", on: channel)
    }

    func acknowledge(_ tag: UInt64, multiple: Bool, on channel: UInt16) throws(AMQPFailure) {
        try check(
            amqp_basic_ack(connection, channel, tag, multiple ? 1 : 0), "acknowledging")
    }

    func reject(_ tag: UInt64, requeue: Bool, on channel: UInt16) throws(AMQPFailure) {
        try check(amqp_basic_reject(connection, channel, tag, requeue ? 1 : 0), "rejecting")
    }

    /// The properties of a received message, without its body.
    ///
    /// - Trust: untrusted; a header table beyond the bounds gives nil.
    func message(of properties: amqp_basic_properties_t) -> AMQPMessage? {
        var message = AMQPMessage()
        let flags = properties._flags
        func has(_ flag: Int32) -> Bool { flags & UInt32(bitPattern: flag) != 0 }
        func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? { has(flag) ? bytes.text : nil }
        message.properties.contentType = text(
            AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type)
        message.properties.contentEncoding = text(
            AMQP_BASIC_CONTENT_ENCODING_FLAG, properties.content_encoding)
        message.properties.correlationID = text(
            AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id)
        message.properties.replyTo = text(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to)
        message.properties.expiration = text(AMQP_BASIC_EXPIRATION_FLAG, properties.expiration)
        message.properties.messageID = text(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id)
        message.properties.type = text(AMQP_BASIC_TYPE_FLAG, properties.type)
        message.properties.userID = text(AMQP_BASIC_USER_ID_FLAG, properties.user_id)
        message.properties.appID = text(AMQP_BASIC_APP_ID_FLAG, properties.app_id)
        message.properties.clusterID = text(AMQP_BASIC_CLUSTER_ID_FLAG, properties.cluster_id)
        if has(AMQP_BASIC_DELIVERY_MODE_FLAG) {
            message.properties.deliveryMode = properties.delivery_mode
        }
        if has(AMQP_BASIC_PRIORITY_FLAG) { message.properties.priority = properties.priority }
        if has(AMQP_BASIC_TIMESTAMP_FLAG) { message.properties.timestamp = properties.timestamp }
        if has(AMQP_BASIC_HEADERS_FLAG) {
            guard let headers = AMQPTableCoding.fields(properties.headers, names: &names) else {
                return nil
            }
            message.headers = headers
        }
        return message
    }
}
