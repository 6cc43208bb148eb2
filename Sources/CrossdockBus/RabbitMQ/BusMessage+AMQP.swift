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

    static let ofBroker: Set<String> = [
        "x-acquired-count", "x-death", "x-first-death-exchange", "x-first-death-queue",
        "x-first-death-reason", "x-last-death-exchange", "x-last-death-queue",
        "x-last-death-reason", "x-opt-deaths",
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

    var earlierDeliveries: Int { EnvelopeReading(self).earlierDeliveries }

    /// A delivery of the bus.
    func delivery(_ receipt: Receipt) -> Delivery<BusMessage> {
        let reading = EnvelopeReading(self)
        return Delivery(
            payload: reading.message, earlierDeliveries: reading.earlierDeliveries,
            receipt: receipt, orderKey: reading.message.orderKey, size: body.count + 512)
    }
}

extension BusMessage {
    init(_ message: AMQPMessage) { self = EnvelopeReading(message).message }
}

/// Takes the headers of a received message apart, in one pass.
private struct EnvelopeReading {
    private(set) var message: BusMessage
    private var attempts: Int64 = 0
    private var deliveryCount: Int64

    init(_ received: AMQPMessage) {
        deliveryCount = received.isRedelivered ? 1 : 0
        let seconds = Int64(clamping: received.properties.timestamp ?? 0)
        let millis = seconds.multipliedReportingOverflow(by: 1_000)
        message = BusMessage(
            id: received.properties.messageID ?? "",
            time: Instant(millisecondsSince1970: millis.overflow ? .max : millis.partialValue),
            contentType: received.properties.contentType, body: received.body)
        message.headers.reserveCapacity(received.headers.count)
        for field in received.headers where !takeOwn(field) {
            message.headers.append(BusHeader(field.name, Value(field.value)))
        }
    }

    var earlierDeliveries: Int {
        Int(clamping: max(0, attempts)) + Int(clamping: max(0, deliveryCount))
    }

    /// - Returns: Whether the header is the bus's or the broker's.
    private mutating func takeOwn(_ field: AMQPField) -> Bool {
        // Most headers are neither: their first letter tells.
        switch field.name.utf8.first {
        case UInt8(ascii: "c") where field.name == Envelope.orderKey:
            message.orderKey = field.value.textValue
        case UInt8(ascii: "t") where field.name == Envelope.milliseconds:
            if let millis = field.value.integerValue {
                message.time = Instant(millisecondsSince1970: millis)
            }
        case UInt8(ascii: "x") where field.name == Envelope.attempts:
            attempts = field.value.integerValue ?? 0
        case UInt8(ascii: "x") where field.name == Envelope.deliveryCount:
            deliveryCount = field.value.integerValue ?? deliveryCount
        case UInt8(ascii: "x"): return Envelope.ofBroker.contains(field.name)
        default: return false
        }
        return true
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
