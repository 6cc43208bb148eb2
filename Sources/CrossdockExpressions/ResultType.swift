public import CrossdockCore
public import CrossdockData
internal import CrossdockXML

/// A type to which a value is converted, under the Java names that routes use.
///
/// - Source: Camel manual, "Type converters", for what becomes what.
public enum ResultType: Sendable, Equatable {
    case text, integer, long, double, decimal, boolean, bytes, list, map, node, any

    /// The type of a Java name, with or without its package; nil when it has no counterpart here.
    public init?(javaName name: String) {
        let short = name.split(separator: ".").last.map(String.init) ?? name
        switch short {
        case "String", "CharSequence", "InputStream", "Reader", "StreamCache", "char": self = .text
        case "byte[]", "ByteBuffer": self = .bytes
        case "int", "Integer", "short", "Short", "byte", "Byte": self = .integer
        case "long", "Long", "BigInteger": self = .long
        case "double", "Double", "float", "Float": self = .double
        case "BigDecimal", "Number": self = .decimal
        case "boolean", "Boolean": self = .boolean
        case "List", "ArrayList", "LinkedList", "Collection", "Iterable", "Iterator", "Set",
            "String[]", "Object[]", "ArrayNode":
            self = .list
        case "Map", "HashMap", "LinkedHashMap", "ObjectNode": self = .map
        case "JsonNode": self = .any
        case "Document", "Node", "Element", "NodeList", "Source": self = .node
        case "Object": self = .any
        default: return nil
        }
    }

    /// The short name, as a message has it.
    public var name: String {
        switch self {
        case .text: "String"
        case .integer: "Integer"
        case .long: "Long"
        case .double: "Double"
        case .decimal: "BigDecimal"
        case .boolean: "Boolean"
        case .bytes: "byte[]"
        case .list: "List"
        case .map: "Map"
        case .node: "Document"
        case .any: "Object"
        }
    }

    /// Converts a value; null stays null.
    ///
    /// - Returns: Nil when the value cannot become one.
    public func converted(_ value: Value) -> Value? {
        if value.isNull { return .null }
        switch self {
        case .any, .node: return value
        case .text, .bytes: return .string(value.scalarText ?? value.jsonText)
        case .integer, .long: return integer(value)
        case .double, .decimal:
            if let number = value.number { return .number(number) }
            return value.string.flatMap { Self.number($0) }.map { .number($0) }
        case .boolean: return boolean(value)
        case .list: return value.array == nil ? .array([value]) : value
        case .map:
            if value.object != nil { return value }
            guard let text = value.string else { return nil }
            return (try? Value(json: text)).flatMap { $0.object == nil ? nil : $0 }
        }
    }

    private func integer(_ value: Value) -> Value? {
        let number: JSONNumber? =
            switch value {
            case .number(let number): number
            case .string(let text): Self.number(text)
            default: nil
            }
        guard let number else { return nil }
        // A fraction is cut, as Java's `longValue` does.
        guard let whole = number.int64 ?? Int64(exactly: number.double.rounded(.towardZero)) else {
            return nil
        }
        if self == .integer, Int32(exactly: whole) == nil { return nil }
        return .number(JSONNumber(whole))
    }

    private func boolean(_ value: Value) -> Value? {
        switch value {
        case .bool: return value
        case .string(let text):
            switch text.lowercased() {
            case "true": return true
            case "false": return false
            default: return nil
            }
        default: return nil
        }
    }

    private static func number(_ text: String) -> JSONNumber? {
        let trimmed = text.trimmed
        if let number = JSONNumber(trimmed) { return number }
        // Java also reads a plus sign and leading zeros.
        guard let decimal = ExactDecimal(trimmed) else { return nil }
        return JSONNumber(decimal.plain)
    }

    /// Converts a body.
    ///
    /// - Throws: ``ExpressionError`` (CD1122).
    public func converted(_ body: Body) throws -> Body {
        if body.isNull { return .empty }
        switch self {
        case .any: return body
        case .bytes: return .bytes(body.bytes)
        case .text:
            guard let text = body.text else {
                throw Self.failure("the body's bytes are no UTF-8 text", self)
            }
            return .text(text)
        case .node:
            var copy = body
            do { return .xml(try copy.xml()) } catch {
                throw Self.failure("the body is no XML", self, cause: error)
            }
        case .map, .list:
            var copy = body
            if let document = copy.jsonContainer(),
                document.root.kind == (self == .map ? .object : .array)
            {
                return .json(document)
            }
        default: break
        }
        let value = try body.value()
        guard let converted = converted(value) else {
            throw Self.failure("a \(value.typeName) cannot become a \(name)", self)
        }
        return .value(converted)
    }

    static func failure(
        _ reason: String, _ type: ResultType, cause: (any Error)? = nil
    ) -> ExpressionError {
        ExpressionError(
            "no conversion to \(type.name): \(reason)", code: .conversionFailed, cause: cause,
            exceptionClass: "org.apache.camel.TypeConversionException")
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
