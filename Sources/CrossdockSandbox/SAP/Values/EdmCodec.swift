internal import CrossdockData

/// Checks values that a client wrote and gives them their one stored form, which is OData V2's JSON.
///
/// - Trust: every value is untrusted.
struct EdmCodec {
    /// Takes a note of what the vendor accepts but does not ask for.
    var remark: (_ rule: String, _ detail: String) -> Void = { _, _ in }

    /// Returns the value's JSON; nil when it is null or ABAP's initial value, which are not stored.
    func stored(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> [UInt8]? {
        if node.isNull {
            guard property.isNullable || property.isKey else {
                throw .value(property.name, "must not be null")
            }
            return nil
        }
        switch property.type {
        case .string: return try string(node, property)
        case .boolean: return try boolean(node, property)
        case .byte, .sbyte, .int16, .int32, .int64: return try integer(node, property)
        case .decimal: return try decimal(node, property)
        case .double, .single: return try float(node, property)
        case .dateTime, .dateTimeOffset: return try instant(node, property)
        case .time: return try time(node, property)
        case .guid: return try guid(node, property)
        case .binary: return try binary(node, property)
        }
    }

    private func invalid(_ node: JSONNode, _ property: EdmProperty) -> ODataError {
        let shown = String(decoding: node.source.prefix(60), as: UTF8.self)
        return .value(
            property.name, "has invalid value \(shown); expected \(property.type.rawValue)")
    }

    private func text(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> String {
        guard let text = node.string else { throw invalid(node, property) }
        return text
    }

    private func string(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> [UInt8]? {
        let text = try text(node, property)
        let length = text.unicodeScalars.count
        if let limit = property.maxLength, length > limit {
            throw ODataError(
                400, "/IWCOR/CX_DS_EDM_FACET_ERROR",
                "Value of property '\(property.name)' has \(length) characters; at most \(limit) fit",
                property: property.name)
        }
        if property.isNumericText, !text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            throw .value(property.name, "takes digits only")
        }
        if text.isEmpty { return nil }
        // As written, unless it has escapes, of which there are several for one text.
        let source = node.source
        return source.contains(UInt8(ascii: "\\")) ? Self.quoted(text) : Array(source)
    }

    private func boolean(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> [UInt8]? {
        guard let flag = node.bool else { throw invalid(node, property) }
        return flag ? Array("true".utf8) : nil
    }

    private func integer(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> [UInt8]? {
        let isText = node.kind == .string
        if property.type != .int64, isText { remark("value.numberAsString", property.name) }
        if property.type == .int64, !isText { remark("value.int64AsNumber", property.name) }
        guard let text = node.scalarText, let value = Int64(text),
            property.type.integers?.contains(value) == true
        else { throw invalid(node, property) }
        if value == 0 { return nil }
        return property.type == .int64 ? Self.quoted(String(value)) : Array(String(value).utf8)
    }

    private func decimal(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> [UInt8]? {
        if node.kind == .number { remark("value.decimalAsNumber", property.name) }
        guard node.kind == .number || node.kind == .string, let text = node.scalarText,
            let value = ExactDecimal(text)
        else { throw invalid(node, property) }
        let scale = property.scale ?? 0
        if let precision = property.precision {
            guard value.integerDigits <= precision - scale, -value.exponent <= scale else {
                throw ODataError(
                    400, "/IWCOR/CX_DS_EDM_FACET_ERROR",
                    "Value of property '\(property.name)' does not fit into \(precision) digits, "
                        + "\(scale) of them after the point", property: property.name)
            }
        }
        guard !value.digits.isEmpty else { return nil }
        // As many digits after the point as were written.
        let point = text.utf8.firstIndex(of: UInt8(ascii: "."))
        let written = point.map { text.utf8.distance(from: $0, to: text.utf8.endIndex) - 1 } ?? 0
        let isPlain = !text.utf8.contains { $0 | 0x20 == UInt8(ascii: "e") }
        return Self.quoted(isPlain ? value.formatted(scale: written) : value.plain)
    }

    private func float(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> [UInt8]? {
        guard node.kind == .number || node.kind == .string, let text = node.scalarText,
            let value = Double(text), value.isFinite
        else { throw invalid(node, property) }
        return value == 0 ? nil : Self.quoted(text)
    }

    private func instant(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> [UInt8]? {
        let text = try text(node, property)
        let isZoned = property.type == .dateTimeOffset
        var millis = EdmTime.parseJSONDate(text)
        if millis == nil {
            millis = EdmTime.parseDateTime(text, zoned: isZoned)
            if millis != nil { remark("value.isoDate", property.name) }
        }
        guard let millis else { throw invalid(node, property) }
        let value =
            property.isDateOnly ? Timestamp.floor(millis, to: Timestamp.millisPerDay) : millis
        return Self.quoted(EdmTime.jsonDate(value, zoned: isZoned))
    }

    private func time(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> [UInt8]? {
        guard let millis = EdmTime.parseTime(try text(node, property)) else {
            throw invalid(node, property)
        }
        return millis == 0 ? nil : Self.quoted(EdmTime.time(millis))
    }

    private func guid(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> [UInt8]? {
        guard let guid = Self.guid(try text(node, property)) else { throw invalid(node, property) }
        return Self.quoted(guid)
    }

    private func binary(_ node: JSONNode, _ property: EdmProperty) throws(ODataError) -> [UInt8]? {
        let text = try text(node, property)
        let isBase64 = text.utf8.allSatisfy {
            ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x2F && $0 <= 0x39) || $0 == 0x2B
                || $0 == 0x3D
        }
        guard isBase64, text.utf8.count % 4 == 0 else { throw invalid(node, property) }
        return text.isEmpty ? nil : Self.quoted(text)
    }

    /// `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in lower case.
    static func guid(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (at, byte) in bytes.enumerated() {
            let isDash = at == 8 || at == 13 || at == 18 || at == 23
            let isHex =
                (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66)
            guard isDash ? byte == 0x2D : isHex else { return nil }
        }
        return text.lowercased()
    }

    /// The text as a JSON string.
    static func quoted(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { bytes in
            var output: [UInt8] = []
            // Hardly any text needs escapes, and then it is copied in one piece.
            guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) else {
                JSONEscapes.write(bytes, to: &output)
                return output
            }
            output.reserveCapacity(bytes.count + 2)
            output.append(UInt8(ascii: "\""))
            output.append(contentsOf: bytes)
            output.append(UInt8(ascii: "\""))
            return output
        }
    }
}
