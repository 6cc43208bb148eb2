/// Reads Universal Binary JSON as XGBoost writes it.
///
/// - Trust: untrusted bytes. Every count is checked against the bytes that remain before anything is
///   made from it, and nesting is bounded.
/// - Source: ubjson.org, draft 12: sized and typed containers, big-endian numbers.
struct UBJSONReader {
    private let bytes: [UInt8]
    private var at = 0
    private static let maximumDepth = 32

    static func read(_ bytes: [UInt8]) throws(ModelError) -> ModelNode {
        var reader = UBJSONReader(bytes: bytes)
        let node = try reader.value(depth: 0)
        guard reader.at == bytes.count else { throw reader.broken("bytes follow the model") }
        return node
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func broken(_ what: String) -> ModelError {
        ModelError(.modelFileBroken, "the UBJSON file is broken: \(what) (byte \(at))")
    }

    private mutating func byte() throws(ModelError) -> UInt8 {
        guard at < bytes.count else { throw broken("it ends too early") }
        defer { at += 1 }
        return bytes[at]
    }

    private func peek() -> UInt8? { at < bytes.count ? bytes[at] : nil }

    /// The next `width` bytes as a big-endian number.
    private mutating func raw(_ width: Int) throws(ModelError) -> UInt64 {
        guard bytes.count - at >= width else { throw broken("it ends too early") }
        var value: UInt64 = 0
        for byte in bytes[at..<(at + width)] { value = value << 8 | UInt64(byte) }
        at += width
        return value
    }

    private mutating func value(depth: Int) throws(ModelError) -> ModelNode {
        guard depth < Self.maximumDepth else { throw broken("it nests too deeply") }
        return try value(of: try byte(), depth: depth)
    }

    private mutating func value(of marker: UInt8, depth: Int) throws(ModelError) -> ModelNode {
        switch marker {
        case UInt8(ascii: "Z"): return .null
        case UInt8(ascii: "T"): return .bool(true)
        case UInt8(ascii: "F"): return .bool(false)
        case UInt8(ascii: "S"): return try text()
        case UInt8(ascii: "C"): return .text(String(decoding: [try byte()], as: UTF8.self), at..<at)
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        default: return .number(try number(of: marker))
        }
    }

    private static func width(of marker: UInt8) -> Int? {
        switch marker {
        case UInt8(ascii: "i"), UInt8(ascii: "U"): 1
        case UInt8(ascii: "I"): 2
        case UInt8(ascii: "l"), UInt8(ascii: "d"): 4
        case UInt8(ascii: "L"), UInt8(ascii: "D"): 8
        default: nil
        }
    }

    private mutating func number(of marker: UInt8) throws(ModelError) -> Double {
        guard let width = Self.width(of: marker) else { throw broken("an unknown type of value") }
        let raw = try raw(width)
        switch marker {
        case UInt8(ascii: "i"): return Double(Int8(truncatingIfNeeded: raw))
        case UInt8(ascii: "U"): return Double(UInt8(truncatingIfNeeded: raw))
        case UInt8(ascii: "I"): return Double(Int16(truncatingIfNeeded: raw))
        case UInt8(ascii: "l"): return Double(Int32(truncatingIfNeeded: raw))
        case UInt8(ascii: "L"): return Double(Int64(bitPattern: raw))
        case UInt8(ascii: "d"): return Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw)))
        default: return Double(bitPattern: raw)
        }
    }

    /// A length: a number that is not negative and not more than what remains.
    private mutating func count() throws(ModelError) -> Int {
        let value = try number(of: try byte())
        guard value >= 0, value <= Double(bytes.count), let count = Int(exactly: value) else {
            throw broken("a length is out of range")
        }
        return count
    }

    private mutating func text() throws(ModelError) -> ModelNode {
        let (text, range) = try characters()
        return .text(text, range)
    }

    private mutating func characters() throws(ModelError) -> (String, Range<Int>) {
        let start = at
        let length = try count()
        guard bytes.count - at >= length else { throw broken("a text ends too late") }
        let text = String(decoding: bytes[at..<(at + length)], as: UTF8.self)
        at += length
        return (text, start..<at)
    }

    private mutating func object(depth: Int) throws(ModelError) -> ModelNode {
        var members: [String: ModelNode] = [:]
        var remaining: Int?
        if peek() == UInt8(ascii: "#") {
            at += 1
            remaining = try count()
        }
        while remaining != 0 {
            if remaining == nil, peek() == UInt8(ascii: "}") {
                at += 1
                break
            }
            // Names carry no marker of their own; some writers put one all the same.
            if peek() == UInt8(ascii: "S") { at += 1 }
            let name = try characters().0
            members[name] = try value(depth: depth + 1)
            remaining = remaining.map { $0 - 1 }
        }
        return .object(members)
    }

    private mutating func list(depth: Int) throws(ModelError) -> ModelNode {
        var type: UInt8?
        if peek() == UInt8(ascii: "$") {
            at += 1
            type = try byte()
        }
        guard peek() == UInt8(ascii: "#") else {
            guard type == nil else { throw broken("a typed list has no length") }
            return try openList(depth: depth)
        }
        at += 1
        let count = try count()
        if let type {
            guard let width = Self.width(of: type) else {
                throw broken("a list of an unknown type")
            }
            guard (bytes.count - at) / width >= count else { throw broken("a list ends too late") }
            var numbers: [Double] = []
            numbers.reserveCapacity(count)
            for _ in 0..<count { numbers.append(try number(of: type)) }
            return .numbers(numbers)
        }
        var collector = ListCollector()
        for _ in 0..<count { collector.append(try value(depth: depth + 1)) }
        return collector.node
    }

    private mutating func openList(depth: Int) throws(ModelError) -> ModelNode {
        var collector = ListCollector()
        while peek() != UInt8(ascii: "]") { collector.append(try value(depth: depth + 1)) }
        at += 1
        return collector.node
    }
}

/// Gathers elements; as plain numbers for as long as they are numbers.
struct ListCollector {
    private var numbers: [Double] = []
    private var others: [ModelNode]?

    mutating func append(_ node: ModelNode) {
        if others == nil, case .number(let value) = node {
            numbers.append(value)
            return
        }
        if others == nil { others = numbers.map { .number($0) } }
        others?.append(node)
    }

    var node: ModelNode { others.map { .list($0) } ?? .numbers(numbers) }
}
