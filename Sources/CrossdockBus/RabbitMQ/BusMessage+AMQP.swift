internal import CrossdockCore
internal import CrossdockData

/// Headers of our own and of the broker that are not the sender's.
private enum Envelope {
    /// - Source: CloudEvents "Partitioning" extension, with the prefix of the other attributes.
    static let orderKey = "cloudEvents_partitionkey"
    /// The name that RabbitMQ's own timestamp interceptor uses.
    static let milliseconds = "timestamp_in_ms"
    static let attempts = "x-cd-attempt"
    static let deliveryCount = "x-delivery-count"
    /// A number that AMQP cannot carry exactly, as a table with its digits.
    static let number = "x-cd-number"

    static let removed: Set<String> = [
        orderKey, milliseconds, attempts, deliveryCount, "x-acquired-count", "x-death",
        "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason",
        "x-last-death-exchange", "x-last-death-queue", "x-last-death-reason", "x-opt-deaths",
    ]
}

extension AMQPMessage {
    /// - Parameter attempts: How many deliveries came before, where the broker will not know it.
    init(_ message: BusMessage, attempts: Int = 0) {
        properties.messageID = message.id
        properties.contentType = message.contentType
        properties.deliveryMode = 2
        let millis = message.time.millisecondsSince1970
        properties.timestamp = millis > 0 ? UInt64(millis / 1_000) : 0
        headers.reserveCapacity(message.headers.count + 3)
        for header in message.headers {
            headers.append(AMQPField(header.name, AMQPValue(header.value)))
        }
        headers.append(AMQPField(Envelope.milliseconds, .integer(millis)))
        if let key = message.orderKey { headers.append(AMQPField(Envelope.orderKey, .text(key))) }
        if attempts > 0 {
            headers.append(AMQPField(Envelope.attempts, .integer(Int64(attempts))))
        }
        body = message.body
    }

    var earlierDeliveries: Int {
        let own = self[header: Envelope.attempts]?.integerValue ?? 0
        let broker = self[header: Envelope.deliveryCount]?.integerValue ?? (isRedelivered ? 1 : 0)
        return Int(clamping: max(0, own)) + Int(clamping: max(0, broker))
    }

    /// A delivery of the bus.
    func delivery(_ receipt: Receipt) -> Delivery<BusMessage> {
        let message = BusMessage(self)
        return Delivery(
            payload: message, earlierDeliveries: earlierDeliveries, receipt: receipt,
            orderKey: message.orderKey, size: body.count + 512)
    }
}

extension BusMessage {
    init(_ message: AMQPMessage) {
        let millis = message[header: Envelope.milliseconds]?.integerValue
        let seconds = Int64(clamping: message.properties.timestamp ?? 0)
        var headers: [BusHeader] = []
        headers.reserveCapacity(message.headers.count)
        for field in message.headers where !Envelope.removed.contains(field.name) {
            headers.append(BusHeader(field.name, Value(field.value)))
        }
        self.init(
            id: message.properties.messageID ?? "",
            orderKey: message[header: Envelope.orderKey]?.textValue,
            time: Instant(
                millisecondsSince1970: millis
                    ?? seconds.multipliedReportingOverflow(by: 1_000)
                    .partialValue),
            contentType: message.properties.contentType, headers: headers, body: message.body)
    }
}

extension AMQPValue {
    init(_ value: Value) {
        switch value {
        case .null: self = .void
        case .bool(let flag): self = .bool(flag)
        case .string(let text): self = .text(text)
        case .number(let number): self = Self.number(number)
        case .array(let values): self = .list(values.map { AMQPValue($0) })
        case .object(let object):
            self = .table(object.map { AMQPField($0.key, AMQPValue($0.value)) })
        }
    }

    /// Digits stay as they were written: a price keeps its cents.
    private static func number(_ number: JSONNumber) -> AMQPValue {
        let text = number.text
        if let integer = Int64(text), String(integer) == text { return .integer(integer) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 2, let digits = UInt32(parts[0] + parts[1]), parts[1].utf8.count < 10,
            parts[0].allSatisfy(\.isNumber), decimal(digits, UInt8(parts[1].utf8.count)) == text
        {
            return .decimal(digits: digits, scale: UInt8(parts[1].utf8.count))
        }
        return .table([AMQPField(Envelope.number, .text(text))])
    }

    fileprivate static func decimal(_ digits: UInt32, _ scale: UInt8) -> String {
        guard scale > 0 else { return String(digits) }
        let text = String(digits)
        let zeros = String(repeating: "0", count: max(0, Int(scale) + 1 - text.utf8.count))
        let padded = zeros + text
        return "\(padded.dropLast(Int(scale))).\(padded.suffix(Int(scale)))"
    }
}

extension Value {
    init(_ value: AMQPValue) {
        switch value {
        case .void: self = .null
        case .bool(let flag): self = .bool(flag)
        case .integer(let number): self = .number(JSONNumber(number))
        case .unsigned(let number): self = .number(JSONNumber(unchecked: String(number)))
        case .double(let number): self = .double(number)
        case .decimal(let digits, let scale):
            self = .number(JSONNumber(unchecked: AMQPValue.decimal(digits, scale)))
        case .text(let text): self = .string(text)
        case .bytes(let bytes): self = .string(String(decoding: bytes, as: UTF8.self))
        case .timestamp(let seconds):
            let millis = Int64(clamping: seconds).multipliedReportingOverflow(by: 1_000)
            self = .string(
                Timestamp.text(
                    Instant(millisecondsSince1970: millis.overflow ? .max : millis.partialValue)))
        case .list(let values): self = .array(values.map { Value($0) })
        case .table(let fields):
            if fields.count == 1, fields[0].name == Envelope.number,
                let number = fields[0].value.textValue.flatMap({ JSONNumber($0) })
            {
                self = .number(number)
            } else {
                self = .object(ValueObject(fields.map { ($0.name, Value($0.value)) }))
            }
        }
    }
}
