public import CrossdockData
public import CrossdockXML

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
    /// Parsed XML.
    case xml(XMLDocument)

    public var isEmpty: Bool {
        switch self {
        case .empty, .value(.null): true
        case .bytes(let bytes): bytes.isEmpty
        case .text(let text): text.isEmpty
        case .json, .value, .xml: false
        }
    }

    /// Whether there is no body at all; an empty text is one.
    public var isNull: Bool {
        switch self {
        case .empty, .value(.null): true
        default: false
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
        case .xml(let document): document.serialized()
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
        case .xml(let document): String(decoding: document.serialized(), as: UTF8.self)
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

    /// The body as a parsed JSON object or list; nil when it is neither, or no JSON at all.
    ///
    /// For steps that look into a body if there is anything to look into. It stays parsed.
    public mutating func jsonContainer() -> JSONDocument? {
        switch self {
        case .json(let document):
            return document
        case .bytes(let bytes):
            guard Self.opensContainer(bytes) else { return nil }
        case .text(let text):
            guard Self.opensContainer(text.utf8) else { return nil }
        case .value(.object), .value(.array):
            break
        default:
            return nil
        }
        return try? json()
    }

    private static func opensContainer(_ bytes: some Sequence<UInt8>) -> Bool {
        for byte in bytes {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): return true
            default: return false
            }
        }
        return false
    }

    /// The body as a parsed XML document; it stays parsed for the steps that follow.
    ///
    /// - Throws: ``XMLError`` when it is none.
    public mutating func xml() throws(XMLError) -> XMLDocument {
        if case .xml(let document) = self { return document }
        let document = try XMLDocument(bytes)
        self = .xml(document)
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
        case .xml(let document):
            return .string(String(decoding: document.serialized(), as: UTF8.self))
        }
    }

    /// What kind of thing the body is, as a log line names it.
    public var typeName: String {
        switch self {
        case .empty: "null"
        case .bytes: "byte[]"
        case .text, .value(.string): "String"
        case .json: "JsonNode"
        case .xml: "Document"
        case .value(let value): value.typeName
        }
    }
}

extension Value {
    /// The name that routes and log lines have for the kind of value, as in Java.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .string: "String"
        case .bool: "Boolean"
        case .number(let number):
            number.int64 == nil
                ? "Double"
                : number.int64.map { Int32(exactly: $0) != nil } == true ? "Integer" : "Long"
        case .array: "List"
        case .object: "Map"
        }
    }
}
