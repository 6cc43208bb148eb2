internal import CrossdockData

/// Turns values as clients send them into values as the org keeps them.
///
/// - Trust: everything that comes in is untrusted; what comes out is JSON in one line.
enum FieldCodec {
    /// - Returns: JSON text; nil when the value is null or an empty text.
    /// - Throws: ``RowError`` in the API's words.
    static func encode(
        _ node: JSONNode, as field: SObjectField
    ) throws(RowError) -> [UInt8]? {
        if node.isNull { return nil }
        guard node.kind != .object, node.kind != .array else {
            throw .unreadable(
                field.kind.soapType.split(separator: ":").last.map(String.init) ?? "string",
                node.kind == .object ? "START_OBJECT" : "START_ARRAY")
        }
        switch field.kind {
        case .boolean: return try boolean(node)
        case .int, .double, .currency, .percent: return try number(node, field)
        case .date: return try date(node, field)
        case .datetime: return try dateTime(node)
        case .id, .reference: return try id(node, field)
        case .address:
            throw RowError("INVALID_FIELD", "\(field.name) is a compound field: write its parts")
        default: return try text(node, field)
        }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        JSONEscapes.write(text.utf8, to: &output)
        return output
    }

    private static func boolean(_ node: JSONNode) throws(RowError) -> [UInt8] {
        switch node.scalarText?.lowercased() {
        case "true": return Array("true".utf8)
        case "false": return Array("false".utf8)
        default: throw .unreadable("boolean", describe(node))
        }
    }

    private static func number(
        _ node: JSONNode, _ field: SObjectField
    ) throws(RowError) -> [UInt8]? {
        guard node.kind == .number || node.kind == .string, let text = node.scalarText else {
            throw .unreadable(field.kind == .int ? "int" : "double", describe(node))
        }
        if text.isEmpty { return nil }
        guard let value = ExactDecimal(text) else {
            throw .unreadable(field.kind == .int ? "int" : "double", describe(node))
        }
        if field.kind == .int {
            guard let whole = value.int64, Int32(exactly: whole) != nil else {
                throw .unreadable("int", describe(node))
            }
            return Array(String(whole).utf8)
        }
        let rounded = value.rounded(scale: field.scale)
        guard rounded.integerDigits <= max(0, field.precision - field.scale) else {
            throw RowError(
                "NUMBER_OUTSIDE_VALID_RANGE",
                "\(field.label): value outside of valid range on numeric field: \(text)",
                fields: [field.name])
        }
        let plain = rounded.plain
        return Array((plain.contains(".") ? plain : plain + ".0").utf8)
    }

    private static func date(_ node: JSONNode, _ field: SObjectField) throws(RowError) -> [UInt8]? {
        let text = node.string ?? ""
        if node.kind == .string, text.isEmpty { return nil }
        guard let day = Timestamp.parseDate(text) ?? Timestamp.parse(text) else {
            throw .unreadable("date", describe(node))
        }
        return quoted(Timestamp.date(day))
    }

    private static func dateTime(_ node: JSONNode) throws(RowError) -> [UInt8]? {
        let text = node.string ?? ""
        if node.kind == .string, text.isEmpty { return nil }
        guard let instant = Timestamp.parse(text) ?? Timestamp.parseDate(text) else {
            throw .unreadable("datetime", describe(node))
        }
        return quoted(SalesforceTime.text(SalesforceTime.second(instant)))
    }

    private static func id(_ node: JSONNode, _ field: SObjectField) throws(RowError) -> [UInt8]? {
        let text = node.scalarText ?? ""
        if text.isEmpty { return nil }
        guard let id = SalesforceID.normalized(text) else {
            throw RowError(
                "MALFORMED_ID", "\(field.label): id value of incorrect type: \(text)",
                fields: [field.name])
        }
        return quoted(id)
    }

    /// Blanks at the ends are not kept, as the vendor does it.
    private static func text(_ node: JSONNode, _ field: SObjectField) throws(RowError) -> [UInt8]? {
        guard let raw = node.scalarText else { return nil }
        let text = trimmed(raw)
        if text.isEmpty { return nil }
        if field.length > 0, text.utf16.count > field.length {
            throw RowError(
                "STRING_TOO_LONG",
                "\(field.label): data value too large: \(text.prefix(255)) "
                    + "(max length=\(field.length))", fields: [field.name])
        }
        if field.isRestricted {
            for value in field.kind == .multipicklist ? text.split(separator: ";") : [text[...]]
            where !field.picklist.contains(String(value)) {
                throw RowError(
                    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                    "\(field.label): bad value for restricted picklist field: \(value)",
                    fields: [field.name])
            }
        }
        if field.kind == .email, !isEmail(text) {
            throw RowError(
                "INVALID_EMAIL_ADDRESS", "\(field.label): invalid email address: \(text)",
                fields: [field.name])
        }
        return quoted(text)
    }

    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".")
            && !parts[1].hasPrefix(".") && !parts[1].hasSuffix(".")
            && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0.value < 0x20 }
    }

    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    private static func describe(_ node: JSONNode) -> String {
        switch node.kind {
        case .string: "VALUE_STRING value \(node.string?.prefix(80) ?? "")"
        case .number: "VALUE_NUMBER value \(node.scalarText?.prefix(80) ?? "")"
        case .true: "VALUE_TRUE value true"
        case .false: "VALUE_FALSE value false"
        default: "VALUE"
        }
    }
}
