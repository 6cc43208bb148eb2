internal import CRabbitMQ

/// Memory for what librabbitmq reads while one frame is written; used again for the next.
///
/// - Ownership: what it hands out is valid until ``reset()``.
final class AMQPArena {
    private var chunks: [UnsafeMutableRawBufferPointer] = []
    private var chunk = 0
    private var used = 0
    private static let chunkSize = 64 << 10

    deinit { for chunk in chunks { chunk.deallocate() } }

    func reset() {
        // What an exceptional message needed goes back to the system.
        while chunks.count > 4 { chunks.removeLast().deallocate() }
        chunk = 0
        used = 0
    }

    func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        let size = (count + 15) & ~15
        while chunk < chunks.count {
            if chunks[chunk].count - used >= size { break }
            chunk += 1
            used = 0
        }
        if chunk == chunks.count {
            chunks.append(
                .allocate(byteCount: max(size, Self.chunkSize), alignment: 16))
        }
        defer { used += size }
        guard let base = chunks[chunk].baseAddress else { preconditionFailure("an empty chunk") }
        return base + used
    }

    func array<Element>(of type: Element.Type, _ count: Int) -> UnsafeMutablePointer<Element> {
        allocate(max(1, count) * MemoryLayout<Element>.stride)
            .bindMemory(to: type, capacity: max(1, count))
    }

    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
    }

    func bytes(_ bytes: [UInt8]) -> amqp_bytes_t { bytes.withUnsafeBytes { copy($0) } }

    private func copy(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        let target = allocate(source.count)
        if let base = source.baseAddress, source.count > 0 {
            target.copyMemory(from: base, byteCount: source.count)
        }
        return amqp_bytes_t(len: source.count, bytes: target)
    }
}

/// Tables of AMQP to and from those of the library.
///
/// - Trust: depth and number of entries are bounded both ways.
enum AMQPTableCoding {
    static let maximumDepth = 32
    static let maximumEntries = 10_000
    /// Unit: bytes; a frame holds 128 KiB, the other properties need some of it.
    static let maximumSize = 120 << 10

    // MARK: Writing

    /// What a table costs in a frame, with the checks that the library does not make.
    ///
    /// - Throws: ``BusError`` with CD6113.
    static func size(of fields: [AMQPField], depth: Int = 0) throws(BusError) -> Int {
        guard depth < maximumDepth else {
            throw BusError(
                .busUnreadableMessage, "headers are nested more than \(maximumDepth) deep")
        }
        var size = 4
        for field in fields {
            guard field.name.utf8.count <= 255 else {
                throw BusError(
                    .busUnreadableMessage,
                    "the name of the header '\(field.name.prefix(60))…' has more than 255 bytes")
            }
            size += 1 + field.name.utf8.count + (try self.size(of: field.value, depth: depth))
        }
        guard size <= maximumSize else {
            throw BusError(.busUnreadableMessage, "the headers have more than \(maximumSize) bytes")
        }
        return size
    }

    private static func size(of value: AMQPValue, depth: Int) throws(BusError) -> Int {
        switch value {
        case .text(let text): return 5 + text.utf8.count
        case .bytes(let bytes): return 5 + bytes.count
        case .table(let fields): return 1 + (try size(of: fields, depth: depth + 1))
        case .list(let values):
            guard depth + 1 < maximumDepth else {
                throw BusError(.busUnreadableMessage, "headers are nested too deeply")
            }
            var size = 5
            for value in values { size += try self.size(of: value, depth: depth + 1) }
            return size
        case .void, .bool, .integer, .unsigned, .double, .decimal, .timestamp: return 9
        }
    }

    /// Converts a table whose ``size(of:depth:)`` was checked.
    static func table(_ fields: [AMQPField], in arena: AMQPArena) -> amqp_table_t {
        let entries = arena.array(of: amqp_table_entry_t.self, fields.count)
        for (index, field) in fields.enumerated() {
            (entries + index).initialize(
                to: amqp_table_entry_t(
                    key: arena.bytes(field.name), value: self.value(field.value, in: arena)))
        }
        return amqp_table_t(num_entries: Int32(clamping: fields.count), entries: entries)
    }

    private static func value(_ value: AMQPValue, in arena: AMQPArena) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        switch value {
        case .void: field.kind = Kind.void
        case .bool(let flag):
            field.kind = Kind.boolean
            field.value.boolean = flag ? 1 : 0
        case .integer(let number):
            field.kind = Kind.int64
            field.value.i64 = number
        case .unsigned(let number):
            // Brokers know no unsigned 64 bits on the wire; the nearest they keep is a double.
            field.kind = Kind.double
            field.value.f64 = Double(number)
        case .double(let number):
            field.kind = Kind.double
            field.value.f64 = number
        case .decimal(let digits, let scale):
            field.kind = Kind.decimal
            field.value.decimal = amqp_decimal_t(decimals: scale, value: digits)
        case .text(let text):
            field.kind = Kind.text
            field.value.bytes = arena.bytes(text)
        case .bytes(let bytes):
            field.kind = Kind.bytes
            field.value.bytes = arena.bytes(bytes)
        case .timestamp(let seconds):
            field.kind = Kind.timestamp
            field.value.u64 = seconds
        case .list(let values):
            let entries = arena.array(of: amqp_field_value_t.self, values.count)
            for (index, value) in values.enumerated() {
                (entries + index).initialize(to: self.value(value, in: arena))
            }
            field.kind = Kind.array
            field.value.array = amqp_array_t(
                num_entries: Int32(clamping: values.count), entries: entries)
        case .table(let fields):
            field.kind = Kind.table
            field.value.table = table(fields, in: arena)
        }
        return field
    }

    // MARK: Reading

    /// - Returns: Nil for a table beyond the bounds.
    static func fields(_ table: amqp_table_t, names: inout AMQPNames) -> [AMQPField]? {
        var left = maximumEntries
        return fields(table, depth: 0, left: &left, names: &names)
    }

    private static func fields(
        _ table: amqp_table_t, depth: Int, left: inout Int, names: inout AMQPNames
    ) -> [AMQPField]? {
        guard depth < maximumDepth else { return nil }
        let count = Int(max(0, table.num_entries))
        guard count > 0, let entries = table.entries else { return [] }
        left -= count
        guard left >= 0 else { return nil }
        var fields: [AMQPField] = []
        fields.reserveCapacity(count)
        for entry in UnsafeBufferPointer(start: entries, count: count) {
            guard let value = value(entry.value, depth: depth, left: &left, names: &names) else {
                return nil
            }
            fields.append(AMQPField(names.name(entry.key), value))
        }
        return fields
    }

    private static func value(
        _ field: amqp_field_value_t, depth: Int, left: inout Int, names: inout AMQPNames
    ) -> AMQPValue? {
        switch field.kind {
        case Kind.boolean: .bool(field.value.boolean != 0)
        case Kind.int8: .integer(Int64(field.value.i8))
        case Kind.uint8: .integer(Int64(field.value.u8))
        case Kind.int16: .integer(Int64(field.value.i16))
        case Kind.uint16: .integer(Int64(field.value.u16))
        case Kind.int32: .integer(Int64(field.value.i32))
        case Kind.uint32: .integer(Int64(field.value.u32))
        case Kind.int64: .integer(field.value.i64)
        case Kind.uint64:
            Int64(exactly: field.value.u64).map { .integer($0) } ?? .unsigned(field.value.u64)
        case Kind.float: .double(Double(field.value.f32))
        case Kind.double: .double(field.value.f64)
        case Kind.decimal:
            .decimal(digits: field.value.decimal.value, scale: field.value.decimal.decimals)
        case Kind.text: .text(field.value.bytes.text)
        case Kind.bytes: .bytes(field.value.bytes.array)
        case Kind.timestamp: .timestamp(field.value.u64)
        case Kind.table:
            fields(field.value.table, depth: depth + 1, left: &left, names: &names)
                .map { .table($0) }
        case Kind.array:
            list(field.value.array, depth: depth + 1, left: &left, names: &names)
        default: .void
        }
    }

    private static func list(
        _ array: amqp_array_t, depth: Int, left: inout Int, names: inout AMQPNames
    ) -> AMQPValue? {
        guard depth < maximumDepth else { return nil }
        let count = Int(max(0, array.num_entries))
        guard count > 0, let entries = array.entries else { return .list([]) }
        left -= count
        guard left >= 0 else { return nil }
        var values: [AMQPValue] = []
        for entry in UnsafeBufferPointer(start: entries, count: count) {
            guard let value = value(entry, depth: depth, left: &left, names: &names) else {
                return nil
            }
            values.append(value)
        }
        return .list(values)
    }

    /// - Source: RabbitMQ, "AMQP 0-9-1 Errata", field types.
    private enum Kind {
        static let boolean = UInt8(ascii: "t")
        static let int8 = UInt8(ascii: "b")
        static let uint8 = UInt8(ascii: "B")
        static let int16 = UInt8(ascii: "s")
        static let uint16 = UInt8(ascii: "u")
        static let int32 = UInt8(ascii: "I")
        static let uint32 = UInt8(ascii: "i")
        static let int64 = UInt8(ascii: "l")
        static let uint64 = UInt8(ascii: "L")
        static let float = UInt8(ascii: "f")
        static let double = UInt8(ascii: "d")
        static let decimal = UInt8(ascii: "D")
        static let text = UInt8(ascii: "S")
        static let bytes = UInt8(ascii: "x")
        static let timestamp = UInt8(ascii: "T")
        static let table = UInt8(ascii: "F")
        static let array = UInt8(ascii: "A")
        static let void = UInt8(ascii: "V")
    }
}

/// Names of headers seen lately: most messages of a queue have the same ones.
struct AMQPNames {
    private var slots = [String?](repeating: nil, count: 64)

    mutating func name(_ bytes: amqp_bytes_t) -> String {
        let raw = bytes.raw
        var hash = UInt32(truncatingIfNeeded: raw.count)
        for byte in raw.suffix(8) { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        let slot = Int(hash >> 26)
        if let known = slots[slot], known.utf8.count == raw.count,
            known.utf8.elementsEqual(raw)
        {
            return known
        }
        let name = String(decoding: raw, as: UTF8.self)
        slots[slot] = name
        return name
    }
}

extension amqp_bytes_t {
    var raw: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : len)
    }
    var text: String { String(decoding: raw, as: UTF8.self) }
    var array: [UInt8] { Array(raw) }
}
