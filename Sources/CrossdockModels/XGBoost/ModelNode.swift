internal import CrossdockData

/// A model file's content, whichever of its two encodings it came in.
enum ModelNode {
    case object([String: ModelNode])
    case list([ModelNode])
    case numbers([Double])
    /// The text and the bytes of the file that it stood in, length or quotes included.
    case text(String, Range<Int>)
    case number(Double)
    case bool(Bool)
    case null

    subscript(name: String) -> ModelNode? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var text: String? { if case .text(let text, _) = self { text } else { nil } }
    var numbers: [Double]? { if case .numbers(let numbers) = self { numbers } else { nil } }

    var list: [ModelNode]? {
        switch self {
        case .list(let nodes): nodes
        case .numbers(let numbers) where numbers.isEmpty: []
        default: nil
        }
    }

    /// A count; the format writes most of them as text.
    var integer: Int? {
        switch self {
        case .number(let value): Int(exactly: value)
        case .text(let text, _): Int(text)
        default: nil
        }
    }

    /// Reads JSON or, told by its first bytes, UBJSON.
    static func read(_ bytes: [UInt8]) throws(ModelError) -> ModelNode {
        let isJSON =
            bytes.first == UInt8(ascii: "{") && bytes.dropFirst().first { $0 > 0x20 } == 0x22
        guard isJSON else { return try UBJSONReader.read(bytes) }
        do {
            return node(try JSONDocument(bytes).root)
        } catch {
            throw ModelError(.modelFileBroken, "the model file is not JSON: \(error.message)")
        }
    }

    private static func node(_ json: JSONNode) -> ModelNode {
        switch json.kind {
        case .null: return .null
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .number: return .number(json.number?.double ?? .nan)
        case .string:
            let source = json.source
            return .text(json.string ?? "", source.startIndex..<source.endIndex)
        case .array:
            var collector = ListCollector()
            for element in json.elements { collector.append(node(element)) }
            return collector.node
        case .object:
            var members: [String: ModelNode] = [:]
            for (name, member) in json.members { members[name] = node(member) }
            return .object(members)
        }
    }
}
