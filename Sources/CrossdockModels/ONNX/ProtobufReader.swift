/// Walks the fields of one protobuf message.
///
/// - Trust: untrusted bytes; every length is checked against what remains.
/// - Source: protobuf.dev, "Encoding".
struct ProtobufReader {
    /// One field: its number and content.
    enum Field {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// Text, bytes, a message or packed numbers.
        case bytes(Range<Int>)
    }

    private let source: [UInt8]
    private var at: Int
    private let end: Int

    init(_ source: [UInt8], _ range: Range<Int>? = nil) {
        self.source = source
        at = range?.lowerBound ?? 0
        end = range?.upperBound ?? source.count
    }

    /// The next field; nil at the end.
    mutating func next() throws(ModelError) -> (number: Int, field: Field)? {
        guard at < end else { return nil }
        let key = try varint()
        let number = Int(truncatingIfNeeded: key >> 3)
        guard number > 0, number < 1 << 29 else { throw Self.broken }
        switch key & 7 {
        case 0: return (number, .varint(try varint()))
        case 1: return (number, .fixed64(try fixed(8)))
        case 2:
            let length = try varint()
            guard length <= UInt64(end - at) else { throw Self.broken }
            let start = at
            at += Int(length)
            return (number, .bytes(start..<at))
        case 5: return (number, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
        default: throw Self.broken
        }
    }

    private mutating func varint() throws(ModelError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < end, shift < 64 {
            let byte = source[at]
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw Self.broken
    }

    private mutating func fixed(_ width: Int) throws(ModelError) -> UInt64 {
        guard end - at >= width else { throw Self.broken }
        var value: UInt64 = 0
        for place in (0..<width).reversed() { value = value << 8 | UInt64(source[at + place]) }
        at += width
        return value
    }

    /// Numbers of a repeated varint field, packed or not.
    static func varints(_ field: Field, in source: [UInt8]) throws(ModelError) -> [UInt64] {
        switch field {
        case .varint(let value): return [value]
        case .bytes(let range):
            var reader = ProtobufReader(source, range)
            var values: [UInt64] = []
            while reader.at < reader.end { values.append(try reader.varint()) }
            return values
        default: throw broken
        }
    }

    /// Numbers of a repeated float field, packed or not.
    static func floats(_ field: Field, in source: [UInt8]) throws(ModelError) -> [Float] {
        switch field {
        case .fixed32(let bits): return [Float(bitPattern: bits)]
        case .bytes(let range):
            var reader = ProtobufReader(source, range)
            var values: [Float] = []
            while reader.at < reader.end {
                values.append(Float(bitPattern: UInt32(truncatingIfNeeded: try reader.fixed(4))))
            }
            return values
        default: throw broken
        }
    }

    static func text(_ field: Field, in source: [UInt8]) throws(ModelError) -> String {
        guard case .bytes(let range) = field else { throw broken }
        return String(decoding: source[range], as: UTF8.self)
    }

    static var broken: ModelError {
        ModelError(.modelFileBroken, "this is no ONNX file: its structure cannot be read")
    }
}
