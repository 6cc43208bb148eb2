public import CrossdockData

/// What a message carries, in the form in which it came or was last needed.
///
/// Bytes stay bytes until a step looks at them. All conversions between forms are in this file and
/// nowhere else.
public enum Body: Sendable {
    case empty
    case bytes([UInt8])
    case text(String)
    /// Parsed JSON; its source bytes are kept, so sending it on costs nothing.
    case json(JSONDocument)
    case value(Value)

    public var isEmpty: Bool {
        switch self {
        case .empty, .value(.null): true
        case .bytes(let bytes): bytes.isEmpty
        case .text(let text): text.isEmpty
        case .json, .value: false
        }
    }

    /// The body as it would be sent: JSON text for values that are no text.
    public var bytes: [UInt8] {
        switch self {
        case .empty: []
        case .bytes(let bytes): bytes
        case .text(let text): Array(text.utf8)
        case .json(let document): document.bytes
        case .value(.null): []
        case .value(.string(let text)): Array(text.utf8)
        case .value(let value): value.json
        }
    }

    /// The body as text; nil when its bytes are no UTF-8 or there is none.
    public var text: String? {
        switch self {
        case .empty, .value(.null): nil
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
        case .text(let text): text
        case .json(let document): String(decoding: document.bytes, as: UTF8.self)
        case .value(.string(let text)): text
        case .value(let value): value.jsonText
        }
    }

    /// The body as a parsed JSON document; it stays parsed for the steps that follow.
    ///
    /// - Throws: ``JSONError`` (CD2100) when it is none.
    public mutating func json() throws(JSONError) -> JSONDocument {
        if case .json(let document) = self { return document }
        let document = try JSONDocument(bytes)
        self = .json(document)
        return document
    }

    /// The body as a tree. Text that is no JSON becomes a string.
    ///
    /// - Throws: ``JSONError`` for a JSON document that names a member twice.
    public func value() throws(JSONError) -> Value {
        switch self {
        case .empty: return .null
        case .value(let value): return value
        case .json(let document): return try document.root.value()
        case .text(let text): return .string(text)
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw JSONError(.encoding, position: 0)
            }
            return .string(text)
        }
    }

    /// What kind of thing the body is, as a log line names it.
    public var typeName: String {
        switch self {
        case .empty: "null"
        case .bytes: "byte[]"
        case .text, .value(.string): "String"
        case .json: "JsonNode"
        case .value(.number): "Number"
        case .value(.bool): "Boolean"
        case .value(.array): "List"
        case .value(.object): "Map"
        case .value(.null): "null"
        }
    }
}
