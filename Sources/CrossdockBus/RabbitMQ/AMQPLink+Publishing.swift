internal import CRabbitMQ

extension AMQPLink {
    func selectConfirms(on channel: UInt16) throws(AMQPFailure) {
        guard amqp_confirm_select(connection, channel) == nil else { return }
        try checkReply("asking for confirms", on: channel)
    }

    /// Checks what the library does not: a message that fails half-way would end the connection.
    static func check(
        _ message: AMQPMessage, exchange: String, routingKey: String
    ) throws(BusError) {
        let properties = message.properties
        let short = [
            exchange, routingKey, properties.contentType, properties.contentEncoding,
            properties.correlationID, properties.replyTo, properties.expiration,
            properties.messageID, properties.type, properties.userID, properties.appID,
            properties.clusterID,
        ]
        for case let text? in short where text.utf8.count > 255 {
            throw BusError(
                .busUnreadableMessage,
                "'\(text.prefix(40))…' is longer than the 255 bytes that AMQP has for it")
        }
        _ = try AMQPTableCoding.size(of: message.headers)
    }

    /// Sends one message whose ``check(_:exchange:routingKey:)`` passed; confirmed later.
    func publish(
        _ message: AMQPMessage, exchange: String, routingKey: String, mandatory: Bool,
        on channel: UInt16
    ) throws(AMQPFailure) {
        arena.reset()
        var properties = encode(message)
        let exchange = arena.bytes(exchange)
        let key = arena.bytes(routingKey)
        let status = message.body.withUnsafeBytes { body in
            amqp_basic_publish(
                connection, channel, exchange, key, mandatory ? 1 : 0, 0, &properties,
                amqp_bytes_t(
                    len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress)))
        }
        try check(status, "publishing")
    }

    private func encode(_ message: AMQPMessage) -> amqp_basic_properties_t {
        var properties = amqp_basic_properties_t()
        let from = message.properties
        var flags: UInt32 = 0
        func set(_ text: String?, _ flag: Int32, _ field: inout amqp_bytes_t) {
            guard let text else { return }
            field = arena.bytes(text)
            flags |= UInt32(bitPattern: flag)
        }
        set(from.contentType, AMQP_BASIC_CONTENT_TYPE_FLAG, &properties.content_type)
        set(from.contentEncoding, AMQP_BASIC_CONTENT_ENCODING_FLAG, &properties.content_encoding)
        set(from.correlationID, AMQP_BASIC_CORRELATION_ID_FLAG, &properties.correlation_id)
        set(from.replyTo, AMQP_BASIC_REPLY_TO_FLAG, &properties.reply_to)
        set(from.expiration, AMQP_BASIC_EXPIRATION_FLAG, &properties.expiration)
        set(from.messageID, AMQP_BASIC_MESSAGE_ID_FLAG, &properties.message_id)
        set(from.type, AMQP_BASIC_TYPE_FLAG, &properties.type)
        set(from.userID, AMQP_BASIC_USER_ID_FLAG, &properties.user_id)
        set(from.appID, AMQP_BASIC_APP_ID_FLAG, &properties.app_id)
        set(from.clusterID, AMQP_BASIC_CLUSTER_ID_FLAG, &properties.cluster_id)
        if let mode = from.deliveryMode {
            properties.delivery_mode = mode
            flags |= UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG)
        }
        if let priority = from.priority {
            properties.priority = priority
            flags |= UInt32(AMQP_BASIC_PRIORITY_FLAG)
        }
        if let timestamp = from.timestamp {
            properties.timestamp = timestamp
            flags |= UInt32(AMQP_BASIC_TIMESTAMP_FLAG)
        }
        if !message.headers.isEmpty {
            properties.headers = AMQPTableCoding.table(message.headers, in: arena)
            flags |= UInt32(AMQP_BASIC_HEADERS_FLAG)
        }
        properties._flags = flags
        return properties
    }
}
