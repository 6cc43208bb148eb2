internal import CrossdockCore
internal import CrossdockData

/// Properties of AMQP messages as control values of a route, under Camel's names, and back.
enum RabbitMQHeaders {
    static let exchangeOverride = HeaderName("CamelSpringRabbitmqExchangeOverrideName")
    static let routingOverride = HeaderName("CamelSpringRabbitmqRoutingOverrideKey")
    private static let redelivered = HeaderName("CamelSpringRabbitmqRedelivered")
    private static let exchangeName = HeaderName("CamelSpringRabbitmqExchangeName")
    private static let routingKey = HeaderName("CamelSpringRabbitmqRoutingKey")
    private static let deliveryMode = HeaderName("CamelSpringRabbitmqDeliveryMode")
    private static let type = HeaderName("CamelSpringRabbitmqType")
    private static let contentType = HeaderName("CamelSpringRabbitmqContentType")
    private static let contentLength = HeaderName("CamelSpringRabbitmqContentLength")
    private static let contentEncoding = HeaderName("CamelSpringRabbitmqContentEncoding")
    private static let messageID = HeaderName("CamelSpringRabbitmqMessageId")
    private static let correlationID = HeaderName("CamelSpringRabbitmqCorrelationId")
    private static let replyTo = HeaderName("CamelSpringRabbitmqReplyTo")
    private static let expiration = HeaderName("CamelSpringRabbitmqExpiration")
    private static let timestamp = HeaderName("CamelSpringRabbitmqTimestamp")
    private static let userID = HeaderName("CamelSpringRabbitmqUserId")
    private static let appID = HeaderName("CamelSpringRabbitmqAppId")
    private static let priority = HeaderName("CamelSpringRabbitmqPriority")
    private static let clusterID = HeaderName("CamelSpringRabbitmqClusterId")
    private static let plainContentType = HeaderName("Content-Type")

    // MARK: In

    static func message(_ received: AMQPMessage) -> Message {
        var headers = Headers()
        for field in received.headers { headers.admit(field.name, Value(field.value)) }
        var control = Headers()
        func set(_ name: HeaderName, _ text: String?) {
            if let text { control[name] = .string(text) }
        }
        let properties = received.properties
        control[redelivered] = .bool(received.isRedelivered)
        set(exchangeName, received.exchange)
        set(routingKey, received.routingKey)
        set(deliveryMode, properties.deliveryMode.map { $0 == 1 ? "NON_PERSISTENT" : "PERSISTENT" })
        set(type, properties.type)
        set(contentType, properties.contentType)
        set(contentEncoding, properties.contentEncoding)
        set(messageID, properties.messageID)
        set(correlationID, properties.correlationID)
        set(replyTo, properties.replyTo)
        set(expiration, properties.expiration)
        set(userID, properties.userID)
        set(appID, properties.appID)
        set(clusterID, properties.clusterID)
        control[contentLength] = .integer(received.body.count)
        if let seconds = properties.timestamp { control[timestamp] = Value(.timestamp(seconds)) }
        if let level = properties.priority { control[priority] = .integer(Int(level)) }
        // What a message is called is what it is sent on under, whichever bus it takes.
        if let id = properties.messageID { control[BusEnvelope.messageID] = .string(id) }
        if let type = properties.contentType, headers[plainContentType] == nil {
            headers[plainContentType] = .string(type)
        }
        let body: Body = received.body.isEmpty ? .empty : .bytes(received.body)
        return Message(body, headers: headers, control: control)
    }

    // MARK: Out

    /// - Parameter id: The message's id where the route sets none.
    static func message(_ message: Message, id: String) -> AMQPMessage {
        var sent = AMQPMessage()
        let control = message.control
        func text(_ name: HeaderName) -> String? { control[name]?.scalarText }
        sent.properties.contentType =
            text(contentType) ?? message.headers[plainContentType]?.scalarText
        sent.properties.contentEncoding = text(contentEncoding)
        sent.properties.deliveryMode = text(deliveryMode) == "NON_PERSISTENT" ? 1 : 2
        sent.properties.priority = control[priority]?.number?.int.flatMap { UInt8(exactly: $0) }
        sent.properties.correlationID = text(correlationID)
        sent.properties.replyTo = text(replyTo)
        sent.properties.expiration = text(expiration)
        sent.properties.messageID = text(messageID) ?? id
        sent.properties.timestamp = text(timestamp).flatMap { text in
            Timestamp.instant(text).flatMap { UInt64(exactly: $0.millisecondsSince1970 / 1_000) }
        }
        sent.properties.type = text(type)
        sent.properties.userID = text(userID)
        sent.properties.appID = text(appID)
        sent.properties.clusterID = text(clusterID)
        for (name, value) in message.headers where value != .null {
            sent.headers.append(AMQPField(name, AMQPValue(value)))
        }
        sent.body = message.body.bytes
        return sent
    }
}
