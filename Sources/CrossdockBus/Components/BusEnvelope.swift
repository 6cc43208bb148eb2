internal import CrossdockCore
internal import CrossdockCrypto
internal import CrossdockData

/// An exchange as a message of the bus, and back.
///
/// What a message is about travels as CloudEvents attributes, in headers with the prefix that the
/// CloudEvents AMQP binding uses; the body travels as it is. A route's own headers go along, control
/// values do not, save those that name the record.
///
/// - Source: CloudEvents 1.0.2, "AMQP Protocol Binding", binary mode.
enum BusEnvelope {
    static let prefix = "cloudEvents_"

    private enum Name {
        static let version = "cloudEvents_specversion"
        static let id = "cloudEvents_id"
        static let source = "cloudEvents_source"
        static let type = "cloudEvents_type"
        static let subject = "cloudEvents_subject"
        static let time = "cloudEvents_time"
        // Extensions of ours.
        static let object = "cloudEvents_recordobject"
        static let key = "cloudEvents_recordkey"
        static let recordVersion = "cloudEvents_recordversion"
        static let operation = "cloudEvents_recordoperation"
        static let modifiedAt = "cloudEvents_recordmodified"
    }

    /// The id of the message an exchange came from, so that what is sent on can be named after it.
    static let messageID = HeaderName("CrossdockMessageID")
    private static let contentType = HeaderName("Content-Type")

    // MARK: Out

    static func message(
        _ exchange: Exchange, topic: String, route: String, orderedBy: BusOptions, at now: Instant
    ) -> BusMessage {
        let body = exchange.message.body.bytes
        let record = exchange.record
        var message = BusMessage(
            id: id(of: exchange, body: body, topic: topic, route: route),
            orderKey: orderKey(exchange, orderedBy), time: now,
            contentType: contentType(exchange.message), body: body)
        let control = exchange.message.control
        let object = control[ControlName.object]?.string ?? record?.object
        let operation = control[ControlName.operation]?.string ?? record?.operation.rawValue
        let key = control[ControlName.key]?.string ?? record?.key
        func add(_ name: String, _ text: String?) {
            if let text { message.headers.append(BusHeader(name, .string(text))) }
        }
        add(Name.version, "1.0")
        add(Name.id, message.id)
        add(Name.source, record?.system ?? "crossdock/\(route)")
        add(Name.type, type(system: record?.system, object: object, operation: operation))
        add(Name.subject, key)
        add(Name.time, Timestamp.text(now))
        add(Name.object, object)
        add(Name.key, key)
        add(Name.recordVersion, record?.version)
        add(Name.operation, operation)
        add(Name.modifiedAt, control[ControlName.modifiedAt]?.string)
        for (name, value) in exchange.message.headers where !name.hasPrefix(prefix) {
            message.headers.append(BusHeader(name, value))
        }
        return message
    }

    /// The same for every attempt to send the same thing: a digest of what it is about and what it
    /// says. What is about no record and came from nowhere that named it gets the exchange's id.
    private static func id(
        of exchange: Exchange, body: [UInt8], topic: String, route: String
    ) -> String {
        var parts = ["crossdock.message.v1", route, topic]
        if let record = exchange.record {
            parts += [
                record.system, record.object, record.key, record.version, record.operation.rawValue,
            ]
        } else if let origin = exchange.message.control[messageID]?.string {
            parts.append(origin)
        } else {
            return exchange.id.description
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count + 256)
        for part in parts {
            // Length before text, so that no two lists of parts run together to the same bytes.
            bytes.put(variable: UInt64(part.utf8.count))
            bytes.append(contentsOf: part.utf8)
        }
        bytes.append(contentsOf: body)
        return SHA256.hex(bytes)
    }

    private static func orderKey(_ exchange: Exchange, _ options: BusOptions) -> String? {
        if let name = options.orderHeader { return exchange.message[header: name]?.scalarText }
        return options.orderedBy == "none" ? nil : exchange.record?.orderKey
    }

    private static func type(system: String?, object: String?, operation: String?) -> String {
        guard let system, let object else { return "crossdock.message.v1" }
        let what = operation == "delete" ? "deleted" : "updated"
        return "crossdock.\(system).\(object).\(what).v1"
    }

    private static func contentType(_ message: Message) -> String? {
        if let named = message.headers[contentType]?.string { return named }
        return switch message.body {
        case .json: "application/json"
        case .value(let value):
            value.string == nil ? "application/json" : "text/plain; charset=utf-8"
        case .text: "text/plain; charset=utf-8"
        case .xml: "application/xml"
        case .empty, .bytes: nil
        }
    }

    // MARK: In

    static func exchange(_ message: BusMessage) -> Exchange {
        var headers = Headers()
        var control = Headers()
        var attributes = Attributes()
        for header in message.headers {
            if header.name.hasPrefix(prefix) {
                attributes.take(header)
            } else {
                headers.admit(header.name, header.value)
            }
        }
        control[messageID] = .string(message.id)
        if let object = attributes.object { control[ControlName.object] = .string(object) }
        if let key = attributes.key { control[ControlName.key] = .string(key) }
        if let operation = attributes.operation {
            control[ControlName.operation] = .string(operation)
        }
        if let time = attributes.modifiedAt { control[ControlName.modifiedAt] = .string(time) }
        if let type = message.contentType, headers[contentType] == nil {
            headers[contentType] = .string(type)
        }
        let body: Body = message.body.isEmpty ? .empty : .bytes(message.body)
        return Exchange(
            Message(body, headers: headers, control: control), record: attributes.record)
    }

    /// The attributes that make up a record's identity.
    private struct Attributes {
        var source: String?
        var object: String?
        var key: String?
        var version: String?
        var operation: String?
        var modifiedAt: String?

        mutating func take(_ header: BusHeader) {
            guard let text = header.value.string else { return }
            switch header.name {
            case Name.source: source = text
            case Name.object: object = text
            case Name.key: key = text
            case Name.recordVersion: version = text
            case Name.operation: operation = text
            case Name.modifiedAt: modifiedAt = text
            default: break
            }
        }

        var record: RecordIdentity? {
            guard let source, let object, let key, let version else { return nil }
            return RecordIdentity(
                system: source, object: object, key: key, version: version,
                operation: operation.flatMap(RecordIdentity.Operation.init) ?? .upsert)
        }
    }
}
