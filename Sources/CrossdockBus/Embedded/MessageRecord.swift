internal import CrossdockCore
internal import CrossdockData

/// A message as a record of a log, and back.
enum MessageRecord {
    /// Unit: bytes of a whole record. A length beyond it is damage, whatever follows.
    static let maximumLength = 1 << 30

    /// Appends the record. Its checksum is not bound to a place yet: see ``bind(_:at:position:)``.
    static func append(_ message: BusMessage, to bytes: inout [UInt8]) {
        let start = bytes.count
        let header = LogFormat.recordHeaderLength
        // Growing by what is needed alone would copy the whole buffer for every message.
        let needed = start + message.body.count + 512
        if bytes.capacity < needed { bytes.reserveCapacity(max(needed, bytes.capacity * 2)) }
        bytes.append(contentsOf: repeatElement(0, count: header))
        bytes.put(text: message.id)
        put(optional: message.orderKey, to: &bytes)
        put(optional: message.contentType, to: &bytes)
        bytes.put(variable: UInt64(message.headers.count))
        for item in message.headers {
            bytes.put(text: item.name)
            put(item.value, to: &bytes)
        }
        bytes.append(contentsOf: message.body)
        let padding = LogFormat.aligned(bytes.count - start) - (bytes.count - start)
        bytes.append(contentsOf: repeatElement(0, count: padding))
        finish(
            &bytes, from: start, kind: .message, padding: padding, bodyLength: message.body.count,
            value: UInt64(bitPattern: message.time.millisecondsSince1970))
    }

    /// Appends the record that says how far the log is durable.
    static func appendMark(durable: UInt64, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: LogFormat.recordHeaderLength))
        finish(&bytes, from: start, kind: .mark, padding: 0, bodyLength: 0, value: durable)
    }

    private static func finish(
        _ bytes: inout [UInt8], from start: Int, kind: LogFormat.Kind, padding: Int,
        bodyLength: Int,
        value: UInt64
    ) {
        let length = bytes.count - start
        bytes.withUnsafeMutableBytes { buffer in
            let record = UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
            record.storeBytes(of: UInt32(length).littleEndian, toByteOffset: 0, as: UInt32.self)
            record.storeBytes(of: kind.rawValue, toByteOffset: 8, as: UInt8.self)
            record.storeBytes(of: UInt8(padding), toByteOffset: 9, as: UInt8.self)
            record.storeBytes(
                of: UInt32(bodyLength).littleEndian, toByteOffset: 12, as: UInt32.self)
            record.storeBytes(of: value.littleEndian, toByteOffset: 16, as: UInt64.self)
            let sum = LogFormat.checksum(UnsafeRawBufferPointer(rebasing: record[8...]))
            record.storeBytes(of: sum.littleEndian, toByteOffset: 4, as: UInt32.self)
        }
    }

    /// Binds the checksums of all records in `bytes` to their places, the first of which is `position`.
    static func bind(_ bytes: inout [UInt8], position: UInt64) {
        bytes.withUnsafeMutableBytes { buffer in
            var at = 0
            while at < buffer.count {
                let sum = UInt32(
                    littleEndian: buffer.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self))
                let bound = LogFormat.bind(sum, to: position &+ UInt64(at))
                buffer.storeBytes(of: bound.littleEndian, toByteOffset: at + 4, as: UInt32.self)
                at += Int(
                    UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
            }
        }
    }

    private static func put(optional text: String?, to writer: inout [UInt8]) {
        writer.put(UInt8(text == nil ? 0 : 1))
        if let text { writer.put(text: text) }
    }

    private static func put(_ value: Value, to writer: inout [UInt8]) {
        switch value {
        case .null: writer.put(UInt8(0))
        case .bool(let flag): writer.put(UInt8(flag ? 2 : 1))
        case .number(let number):
            writer.put(UInt8(3))
            writer.put(text: number.text)
        case .string(let text):
            writer.put(UInt8(4))
            writer.put(text: text)
        case .array, .object:
            writer.put(UInt8(5))
            writer.put(text: value.jsonText)
        }
    }
}

/// One record in a buffer, checked.
struct RecordView {
    let kind: LogFormat.Kind
    /// Of the whole record.
    let length: Int
    private let padding: Int
    private let bodyLength: Int
    private let value: UInt64
    private let bytes: UnsafeRawBufferPointer

    enum Reading {
        case record(RecordView)
        /// The buffer ends before the record does; `needed` bytes would hold it, or its header.
        case incomplete(needed: Int)
        case damaged(String)
    }

    /// Reads the record at the start of `bytes`, which stands at `position` of the log.
    static func read(_ bytes: UnsafeRawBufferPointer, at position: UInt64) -> Reading {
        guard bytes.count >= LogFormat.recordHeaderLength else {
            return .incomplete(needed: LogFormat.recordHeaderLength)
        }
        let length = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
        guard length >= LogFormat.recordHeaderLength, length <= MessageRecord.maximumLength,
            length % LogFormat.alignment == 0
        else { return .damaged("the length of a record is impossible") }
        guard bytes.count >= length else { return .incomplete(needed: length) }
        let sum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let content = UnsafeRawBufferPointer(rebasing: bytes[8..<length])
        guard LogFormat.bind(LogFormat.checksum(content), to: position) == sum else {
            return .damaged("the checksum of a record does not match")
        }
        guard let kind = LogFormat.Kind(rawValue: bytes[8]) else {
            return .damaged("a record of an unknown kind")
        }
        return .record(
            RecordView(
                kind: kind, length: length, padding: Int(bytes[9]),
                bodyLength: Int(
                    UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))),
                value: UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
                bytes: UnsafeRawBufferPointer(rebasing: bytes[..<length])))
    }

    /// How far the log was durable when this mark was written.
    var durable: UInt64 { value }
    /// Unit: milliseconds since 1970.
    var time: Int64 { Int64(bitPattern: value) }

    /// The message; nil when its fields do not fit the record, which no checksum would let pass.
    func message() -> BusMessage? {
        let end = length - padding
        let bodyStart = end - bodyLength
        guard bodyStart >= LogFormat.recordHeaderLength, bodyStart <= end else { return nil }
        let range = LogFormat.recordHeaderLength..<bodyStart
        var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[range]))
        guard let id = reader.text(), let orderKey = Self.optional(&reader),
            let contentType = Self.optional(&reader), let count = reader.variable(),
            count <= UInt64(reader.left)
        else { return nil }
        var headers: [BusHeader] = []
        headers.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let name = reader.text(), let value = Self.value(&reader) else { return nil }
            headers.append(BusHeader(name, value))
        }
        return BusMessage(
            id: id, orderKey: orderKey, time: Instant(millisecondsSince1970: time),
            contentType: contentType, headers: headers, body: Array(bytes[bodyStart..<end]))
    }

    private static func optional(_ reader: inout ByteReader) -> String?? {
        guard let flag: UInt8 = reader.number() else { return nil }
        guard flag != 0 else { return .some(nil) }
        return reader.text().map { .some($0) }
    }

    private static func value(_ reader: inout ByteReader) -> Value? {
        guard let tag: UInt8 = reader.number() else { return nil }
        switch tag {
        case 0: return .null
        case 1: return .bool(false)
        case 2: return .bool(true)
        case 3: return reader.text().map { .number(JSONNumber(unchecked: $0)) }
        case 4: return reader.text().map { .string($0) }
        case 5: return reader.text().flatMap { try? Value(json: $0) }
        default: return nil
        }
    }
}
