/// A message as AMQP 0-9-1 knows it.
struct AMQPMessage: Sendable, Hashable {
    var properties = AMQPProperties()
    var headers: [AMQPField] = []
    var body: [UInt8] = []
    /// Where it was sent; of received messages.
    var exchange = ""
    var routingKey = ""
    var isRedelivered = false

    subscript(header name: String) -> AMQPValue? { headers.first { $0.name == name }?.value }
}

struct AMQPProperties: Sendable, Hashable {
    var contentType: String?
    var contentEncoding: String?
    /// 2 for messages that survive the broker's restart.
    var deliveryMode: UInt8?
    var priority: UInt8?
    var correlationID: String?
    var replyTo: String?
    /// Unit: milliseconds, as text.
    var expiration: String?
    var messageID: String?
    /// Unit: seconds since 1970.
    var timestamp: UInt64?
    var type: String?
    var userID: String?
    var appID: String?
    var clusterID: String?
}

struct AMQPField: Sendable, Hashable {
    var name: String
    var value: AMQPValue

    init(_ name: String, _ value: AMQPValue) {
        self.name = name
        self.value = value
    }
}

/// A value of a header table.
indirect enum AMQPValue: Sendable, Hashable {
    case void
    case bool(Bool)
    case integer(Int64)
    /// Unsigned and beyond what ``integer(_:)`` holds.
    case unsigned(UInt64)
    case double(Double)
    /// `digits` × 10^-`scale`.
    case decimal(digits: UInt32, scale: UInt8)
    case text(String)
    case bytes([UInt8])
    /// Unit: seconds since 1970.
    case timestamp(UInt64)
    case list([AMQPValue])
    case table([AMQPField])

    var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
    var textValue: String? { if case .text(let value) = self { value } else { nil } }
}
