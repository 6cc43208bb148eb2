/// What an ONNX file says about itself, read before the runtime sees it.
///
/// - Trust: untrusted bytes. Refused here: references to data in other files (the runtime would open
///   paths that the file names), operators of libraries that are not part of the runtime, tensors that
///   declare more than 2 GiB, nesting and sizes without bound.
/// - Source: onnx.proto, IR version 3 to 10.
struct ONNXFile {
    private(set) var irVersion = 0
    /// Version per operator domain; the empty name is the standard domain.
    private(set) var opsets: [String: Int] = [:]
    private(set) var producer = ""
    private(set) var metadata: [String: String] = [:]
    /// The graph's nodes, nested ones not counted.
    private(set) var nodes: [Node] = []
    private(set) var nodeCount = 0
    private(set) var hasGraph = false

    struct Node {
        var operation = ""
        var domain = ""
        var name = ""
        var inputs: [String] = []
        var outputs: [String] = []
        /// Where each attribute's message lies in the file.
        var attributes: [Range<Int>] = []
    }

    static let maximumSize = 256 << 20
    static let maximumNodes = 1_000_000
    /// Unit: bytes that one tensor may declare.
    static let maximumTensor = 2 << 30
    private static let maximumDepth = 16
    private static let domains: Set<String> = [
        "", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc",
        "ai.onnx.preview.training",
    ]

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) throws(ModelError) {
        self.bytes = bytes
        guard bytes.count <= Self.maximumSize else {
            throw ModelError(.modelTooLarge, "the model file has \(bytes.count >> 20) MiB")
        }
        var reader = ProtobufReader(bytes)
        while let (number, field) = try reader.next() {
            switch (number, field) {
            case (1, .varint(let value)): irVersion = Int(truncatingIfNeeded: value)
            case (2, _): producer = try ProtobufReader.text(field, in: bytes)
            case (7, .bytes(let range)):
                hasGraph = true
                try readGraph(range, depth: 0)
            case (8, .bytes(let range)): try readOpset(range)
            case (14, .bytes(let range)): try readMetadata(range)
            case (20, .bytes(let range)): try readTraining(range)
            case (25, .bytes(let range)): try readFunction(range)
            default: break
            }
        }
        guard hasGraph else {
            throw ModelError(.modelFileBroken, "this is no ONNX file: it holds no graph")
        }
    }

    /// The text of a range of the file.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private mutating func readOpset(_ range: Range<Int>) throws(ModelError) {
        var domain = ""
        var version = 0
        var reader = ProtobufReader(bytes, range)
        while let (number, field) = try reader.next() {
            switch (number, field) {
            case (1, _): domain = try ProtobufReader.text(field, in: bytes)
            case (2, .varint(let value)): version = Int(truncatingIfNeeded: value)
            default: break
            }
        }
        try checkDomain(domain)
        opsets[domain] = version
    }

    private func checkDomain(_ domain: String) throws(ModelError) {
        guard Self.domains.contains(domain) else {
            throw ModelError(
                .modelFileUnsupported,
                "the model uses operators of '\(domain.prefix(80))', which need a custom library")
        }
    }

    private mutating func readMetadata(_ range: Range<Int>) throws(ModelError) {
        let (key, value) = try entry(range)
        metadata[key] = value
    }

    private func entry(_ range: Range<Int>) throws(ModelError) -> (String, String) {
        var key = ""
        var value = ""
        var reader = ProtobufReader(bytes, range)
        while let (number, field) = try reader.next() {
            if number == 1 { key = try ProtobufReader.text(field, in: bytes) }
            if number == 2 { value = try ProtobufReader.text(field, in: bytes) }
        }
        return (key, value)
    }

    private mutating func readTraining(_ range: Range<Int>) throws(ModelError) {
        var reader = ProtobufReader(bytes, range)
        while let (number, field) = try reader.next() {
            if number == 1 || number == 2, case .bytes(let graph) = field {
                try readGraph(graph, depth: 1)
            }
        }
    }

    private mutating func readFunction(_ range: Range<Int>) throws(ModelError) {
        var reader = ProtobufReader(bytes, range)
        while let (number, field) = try reader.next() {
            if number == 7, case .bytes(let node) = field { try readNode(node, depth: 1) }
        }
    }

    private mutating func readGraph(_ range: Range<Int>, depth: Int) throws(ModelError) {
        guard depth < Self.maximumDepth else {
            throw ModelError(.modelFileUnsupported, "the model's graphs nest too deeply")
        }
        var reader = ProtobufReader(bytes, range)
        while let (number, field) = try reader.next() {
            guard case .bytes(let inner) = field else { continue }
            switch number {
            case 1: try readNode(inner, depth: depth)
            case 5: try checkTensor(inner)
            case 15: try checkSparseTensor(inner)
            default: break
            }
        }
    }

    private mutating func readNode(_ range: Range<Int>, depth: Int) throws(ModelError) {
        nodeCount += 1
        guard nodeCount <= Self.maximumNodes else {
            throw ModelError(.modelTooLarge, "the model has more than \(Self.maximumNodes) nodes")
        }
        var node = Node()
        var reader = ProtobufReader(bytes, range)
        while let (number, field) = try reader.next() {
            switch (number, field) {
            case (1, _): node.inputs.append(try ProtobufReader.text(field, in: bytes))
            case (2, _): node.outputs.append(try ProtobufReader.text(field, in: bytes))
            case (3, _): node.name = try ProtobufReader.text(field, in: bytes)
            case (4, _): node.operation = try ProtobufReader.text(field, in: bytes)
            case (5, .bytes(let attribute)):
                node.attributes.append(attribute)
                try checkAttribute(attribute, depth: depth)
            case (7, _): node.domain = try ProtobufReader.text(field, in: bytes)
            default: break
            }
        }
        try checkDomain(node.domain)
        if depth == 0 { nodes.append(node) }
    }

    private mutating func checkAttribute(_ range: Range<Int>, depth: Int) throws(ModelError) {
        var reader = ProtobufReader(bytes, range)
        while let (number, field) = try reader.next() {
            guard case .bytes(let inner) = field else { continue }
            switch number {
            case 5, 10: try checkTensor(inner)
            case 6, 11: try readGraph(inner, depth: depth + 1)
            case 22, 23: try checkSparseTensor(inner)
            default: break
            }
        }
    }

    private func checkSparseTensor(_ range: Range<Int>) throws(ModelError) {
        var reader = ProtobufReader(bytes, range)
        while let (number, field) = try reader.next() {
            if number == 1 || number == 2, case .bytes(let inner) = field { try checkTensor(inner) }
        }
    }

    private func checkTensor(_ range: Range<Int>) throws(ModelError) {
        var size = 8
        var reader = ProtobufReader(bytes, range)
        while let (number, field) = try reader.next() {
            switch (number, field) {
            case (1, _):
                for dimension in try ProtobufReader.varints(field, in: bytes) {
                    let (product, overflow) = size.multipliedReportingOverflow(
                        by: Int(truncatingIfNeeded: dimension))
                    guard !overflow, product >= 0, product <= Self.maximumTensor else {
                        throw ModelError(
                            .modelTooLarge,
                            "a tensor of the model declares a size that is negative or above 2 GiB")
                    }
                    size = product
                }
            case (13, _), (14, .varint(1)):
                throw ModelError(
                    .modelFileUnsupported,
                    "the model keeps data in another file; save it with all data inside")
            default: break
            }
        }
    }
}

extension ONNXFile {
    /// One attribute of a node.
    struct Attribute {
        var name = ""
        var float: Float?
        var integer: Int?
        var text: String?
        var floats: [Float] = []
        var integers: [Int] = []
        var texts: [String] = []
    }

    /// The attributes of a node by name.
    func attributes(of node: Node) throws(ModelError) -> [String: Attribute] {
        var all: [String: Attribute] = [:]
        for range in node.attributes {
            let attribute = try self.attribute(range)
            all[attribute.name] = attribute
        }
        return all
    }

    private func attribute(_ range: Range<Int>) throws(ModelError) -> Attribute {
        var result = Attribute()
        var reader = ProtobufReader(bytes, range)
        while let (number, field) = try reader.next() {
            switch (number, field) {
            case (1, _): result.name = try ProtobufReader.text(field, in: bytes)
            case (2, .fixed32(let bits)): result.float = Float(bitPattern: bits)
            case (3, .varint(let value)): result.integer = Int(truncatingIfNeeded: value)
            case (4, _): result.text = try ProtobufReader.text(field, in: bytes)
            case (7, _): result.floats += try ProtobufReader.floats(field, in: bytes)
            case (8, _):
                result.integers += try ProtobufReader.varints(field, in: bytes).map {
                    Int(truncatingIfNeeded: $0)
                }
            case (9, _): result.texts.append(try ProtobufReader.text(field, in: bytes))
            default: break
            }
        }
        return result
    }
}
