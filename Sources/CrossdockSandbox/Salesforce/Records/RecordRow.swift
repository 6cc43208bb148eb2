internal import CrossdockData

/// One record as its object's fields: looked at as needed, written as the API shows it.
///
/// - Threads: confined to the lock of its system.
final class RecordRow {
    let type: SObjectType
    let record: StoredRecord
    private lazy var root: JSONNode? = record.document?.root

    init(_ record: StoredRecord, of type: SObjectType) {
        self.record = record
        self.type = type
    }

    /// A field's stored JSON; nil for null, for system fields and for compound ones.
    func stored(_ field: SObjectField) -> JSONNode? { root?[field.name] }

    func value(_ field: SObjectField) -> FieldValue {
        switch field.name {
        case "Id": return .id(record.key)
        case "IsDeleted": return .bool(record.isDeleted)
        case "SystemModstamp": return .instant(record.stamp)
        case "LastModifiedDate": return .instant(record.modified)
        case "CreatedDate": return .instant(record.created)
        case "CreatedById": return .id(record.createdBy)
        case "LastModifiedById": return .id(record.modifiedBy)
        default: break
        }
        guard let node = stored(field) else { return field.kind == .boolean ? .bool(false) : .null }
        switch node.kind {
        case .null, .object, .array: return .null
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .number:
            return ExactDecimal(bytes: Array(node.source)).map { .number($0) } ?? .null
        case .string: return text(node.string ?? "", of: field)
        }
    }

    private func text(_ text: String, of field: SObjectField) -> FieldValue {
        switch field.kind {
        case .datetime: Timestamp.parse(text).map { .instant($0) } ?? .null
        case .date: Timestamp.parseDate(text).map { .instant($0) } ?? .null
        case .reference, .id: .id(text)
        default: .text(text.lowercased())
        }
    }

    /// The id that a reference holds; nil when it is empty.
    func reference(_ field: SObjectField) -> String? {
        if case .id(let id) = value(field) { id } else { nil }
    }

    /// Writes a field's value as JSON.
    func write(_ field: SObjectField, to output: inout [UInt8]) {
        switch field.name {
        case "Id": quote(record.key, to: &output)
        case "IsDeleted": output += (record.isDeleted ? "true" : "false").utf8
        case "SystemModstamp": quote(SalesforceTime.text(record.stamp), to: &output)
        case "LastModifiedDate": quote(SalesforceTime.text(record.modified), to: &output)
        case "CreatedDate": quote(SalesforceTime.text(record.created), to: &output)
        case "CreatedById": quote(record.createdBy, to: &output)
        case "LastModifiedById": quote(record.modifiedBy, to: &output)
        default:
            if field.kind == .address {
                writeAddress(field, to: &output)
            } else if let node = stored(field) {
                output += node.source
            } else {
                output += (field.kind == .boolean ? "false" : "null").utf8
            }
        }
    }

    /// Writes the whole record: its fields with values, and the system's.
    func writeAll(to output: inout [UInt8], withNulls: Bool = false) {
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        for field in type.fields {
            let isThere = field.isSystem || stored(field) != nil
            guard isThere || (withNulls && field.kind != .address) else { continue }
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            quote(field.name, to: &output)
            output.append(UInt8(ascii: ":"))
            write(field, to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    private func writeAddress(_ address: SObjectField, to output: inout [UInt8]) {
        let stem = address.name.replacing("Address", with: "")
        let parts = [
            "City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State",
            "Street",
        ]
        let values = parts.map { type.field(stem + $0).flatMap { stored($0) } }
        guard values.contains(where: { $0 != nil }) else {
            output += "null".utf8
            return
        }
        output.append(UInt8(ascii: "{"))
        for (at, (part, value)) in zip(parts, values).enumerated() {
            if at > 0 { output.append(UInt8(ascii: ",")) }
            quote(part.prefix(1).lowercased() + part.dropFirst(), to: &output)
            output.append(UInt8(ascii: ":"))
            output += value.map { Array($0.source) } ?? Array("null".utf8)
        }
        output.append(UInt8(ascii: "}"))
    }

    private func quote(_ text: String, to output: inout [UInt8]) {
        JSONEscapes.write(text.utf8, to: &output)
    }
}

/// Instants as the API writes them: `2026-01-31T12:00:00.000+0000`.
enum SalesforceTime {
    static func text(_ millis: Int64) -> String { Timestamp.text(millis, zone: "+0000") }

    /// The org keeps time in whole seconds.
    static func second(_ millis: Int64) -> Int64 { Timestamp.floor(millis, to: 1_000) }
}
