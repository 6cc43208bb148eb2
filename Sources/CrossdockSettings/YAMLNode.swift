public import CrossdockData
public import CrossdockDiagnostics

/// A piece of a YAML file, with its place.
///
/// The one form in which routes, mappings, connectors, models and settings read YAML, so that every
/// complaint can name file, line and column. Plain scalars mean what YAML 1.2's core schema says:
/// `no`, `on` and `01` are text.
public struct YAMLNode: Sendable {
    public enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLMember])
    }

    public let content: Content
    public let span: SourceSpan

    public init(_ content: Content, at span: SourceSpan) {
        self.content = content
        self.span = span
    }

    public var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
    public var sequence: [YAMLNode]? {
        if case .sequence(let nodes) = content { nodes } else { nil }
    }
    public var mapping: [YAMLMember]? {
        if case .mapping(let members) = content { members } else { nil }
    }

    /// A scalar's text as written, whatever it looks like; nil for null, lists and maps.
    public var text: String? {
        guard let scalar, !isNull else { return nil }
        return scalar.text
    }

    public var isNull: Bool { scalar?.literal == .null }

    public subscript(key: String) -> YAMLNode? {
        mapping?.first { $0.key == key }?.value
    }

    /// The node as a value: maps and lists as they are, plain scalars as literals, others as text.
    public var value: Value {
        switch content {
        case .scalar(let scalar): scalar.literal
        case .sequence(let nodes): .array(nodes.map(\.value))
        case .mapping(let members): .object(ValueObject(members.map { ($0.key, $0.value.value) }))
        }
    }

    /// What the node is, in the words of a message: `a map`, `a list`, `'42'`.
    public var kindDescription: String {
        switch content {
        case .scalar(let scalar): isNull ? "nothing" : "'\(scalar.text.prefix(60))'"
        case .sequence: "a list"
        case .mapping: "a map"
        }
    }
}

/// One `key: value` of a map.
public struct YAMLMember: Sendable {
    public let key: String
    public let keySpan: SourceSpan
    public let value: YAMLNode

    public init(key: String, keySpan: SourceSpan, value: YAMLNode) {
        self.key = key
        self.keySpan = keySpan
        self.value = value
    }
}

/// A scalar's text and whether it stood in quotes or a block.
public struct YAMLScalar: Sendable {
    public let text: String
    /// Written without quotes, so that it may be a literal.
    public let isPlain: Bool

    public init(text: String, isPlain: Bool) {
        self.text = text
        self.isPlain = isPlain
    }

    /// Null, true, false and JSON numbers where the scalar is plain; text otherwise.
    public var literal: Value {
        guard isPlain else { return .string(text) }
        switch text {
        case "", "~", "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: return JSONNumber(text).map { .number($0) } ?? .string(text)
        }
    }
}
