internal import CrossdockData

/// The key of an entity as its predicate: `'1'`, or `BusinessPartner='1',AddressID='2'`.
///
/// The text is the key of its record. It holds values as they are; ``uri`` is percent-encoded.
struct EntityKey: Sendable, Hashable {
    let text: String

    init(text: String) { self.text = text }

    /// Writes the predicate of stored values.
    ///
    /// - Parameter json: The stored JSON of a key property; nil when it has its initial value.
    init(_ type: EdmEntityType, value json: (EdmProperty) -> [UInt8]?) {
        let properties = type.keyProperties
        let parts = properties.map { property in
            let literal = Self.literal(json(property), property.type)
            return properties.count == 1 ? literal : "\(property.name)=\(literal)"
        }
        text = parts.joined(separator: ",")
    }

    init(_ row: EntityRow) {
        self.init(row.type) { property in row.fields[property.name].map { Array($0.source) } }
    }

    /// Reads what stands between the parentheses of a path segment.
    ///
    /// - Returns: The key properties' values as literals, in the order of the key.
    static func parse(
        _ text: some StringProtocol, _ type: EdmEntityType, segment: String
    ) throws(ODataError) -> EntityKey {
        let values = try values(text, type, segment: segment)
        let isSingle = type.keys.count == 1
        let parts = zip(type.keyProperties, values).map { property, value in
            isSingle ? value : "\(property.name)=\(value)"
        }
        return EntityKey(text: parts.joined(separator: ","))
    }

    private static func values(
        _ text: some StringProtocol, _ type: EdmEntityType, segment: String
    ) throws(ODataError) -> [String] {
        let malformed = ODataError.badRequest("Malformed key predicate in segment '\(segment)'")
        let tokens = try FilterLexer.tokens(text).map { $0.0 }
        let properties = type.keyProperties
        var found: [String: String] = [:]
        if properties.count == 1, tokens.count <= 2,
            let literal = literal(tokens[...], properties[0])
        {
            return [literal]
        }
        for part in tokens.split(separator: .comma, omittingEmptySubsequences: false) {
            guard case .word(let name)? = part.first, let property = type.property(name),
                property.isKey, found[name] == nil, part.count >= 3,
                case .equals? = part.dropFirst().first,
                let literal = literal(part.dropFirst(2), property)
            else { throw malformed }
            found[name] = literal
        }
        let values = properties.compactMap { found[$0.name] }
        guard values.count == properties.count, found.count == values.count else { throw malformed }
        return values
    }

    /// A token as the canonical literal of the property's type; nil when it is none.
    private static func literal(
        _ tokens: ArraySlice<FilterToken>, _ property: EdmProperty
    ) -> String? {
        guard tokens.count == 1, let token = tokens.first else { return nil }
        switch token {
        case .literal(let literal):
            guard literal.type.family == property.type.family, let value = literal.value else {
                return nil
            }
            return Self.literal(value, property.type)
        case .word("true"), .word("false"):
            guard property.type == .boolean else { return nil }
            return token == .word("true") ? "true" : "false"
        default: return nil
        }
    }

    private static func literal(_ json: [UInt8]?, _ type: EdmType) -> String {
        guard let json, let document = try? JSONDocument(json) else {
            return literal(EdmValue(stored: nil, type), type)
        }
        return literal(EdmValue(stored: document.root, type), type)
    }

    /// The value as in a URL, not percent-encoded.
    static func literal(_ value: EdmValue, _ type: EdmType) -> String {
        switch value {
        case .null: return "null"
        case .boolean(let flag): return flag ? "true" : "false"
        case .string(let text):
            var quoted = ""
            for scalar in text.unicodeScalars {
                quoted.unicodeScalars.append(scalar)
                if scalar == "'" { quoted.unicodeScalars.append(scalar) }
            }
            return "'\(quoted)'"
        case .number(let number):
            let digits = ExactDecimal(
                isNegative: number.mantissa < 0,
                digits: String(number.mantissa.magnitude).utf8.map { $0 - 0x30 },
                exponent: -number.scale
            ).plain
            return digits + (type == .int64 ? "L" : type == .decimal ? "M" : "")
        case .instant(let millis):
            let text = EdmTime.uriDateTime(millis)
            return type == .dateTimeOffset ? "datetimeoffset'\(text)Z'" : "datetime'\(text)'"
        case .time(let millis): return "time'\(EdmTime.time(millis))'"
        case .guid(let text): return "guid'\(text)'"
        }
    }

    /// For links: all but what delimits a predicate is percent-encoded.
    var uri: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let isLetter = byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
            if isLetter || (byte >= 0x30 && byte <= 0x39) || "-._~'=,".utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
