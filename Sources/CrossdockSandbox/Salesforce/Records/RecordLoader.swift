internal import CrossdockData

/// Takes records from seed files and `/__sandbox/records`: by id or external id, audit fields kept
/// when given, no effects.
final class RecordLoader {
    private let type: SObjectType
    private let reader: RecordReader
    private let user: String
    private let now: Int64
    private var staged: [String: StoredRecord] = [:]
    /// `field=value` of external and unique ids in this load, with the record that has it.
    private var stagedKeys: [String: String] = [:]
    private var order: [String] = []
    private var nextNumber: Int
    private(set) var summary = LoadSummary()

    init(type: SObjectType, reader: RecordReader, user: String, now: Int64) {
        self.type = type
        self.reader = reader
        self.user = user
        self.now = now
        nextNumber = reader.store.table(type.name).count + 1
    }

    var changes: [RecordChange] {
        order.compactMap { staged[$0] }.map { .put($0, in: type.name) }
    }

    func load(_ values: JSONNode) throws(RowError) {
        let given = try id(in: values)
        let existing = if let given { current(given) } else { try find(values) }
        let key = existing?.key ?? given ?? newID()
        var fields = FieldMap(existing)
        for (name, node) in values.members where name != "attributes" {
            guard let field = type.field(name) else { continue }
            if field.isSystem || field.kind == .address { continue }
            fields[field.name] = try FieldCodec.encode(node, as: field)
        }
        if existing == nil { DerivedFields.fill(&fields, of: type, id: key, user: user) }
        DerivedFields.update(&fields, of: type)
        try claim(fields, for: key)
        let stamp = try time("SystemModstamp", in: values) ?? now
        let record = StoredRecord(
            key: key, stamp: stamp,
            modified: try time("LastModifiedDate", in: values) ?? stamp,
            created: try time("CreatedDate", in: values) ?? existing?.created ?? min(stamp, now),
            createdBy: existing?.createdBy ?? user, modifiedBy: user,
            isDeleted: values["IsDeleted"]?.bool ?? false, fields: fields.json)
        if existing == nil { summary.created += 1 } else { summary.updated += 1 }
        if staged[key] == nil { order.append(key) }
        staged[key] = record
    }

    private func current(_ id: String) -> StoredRecord? {
        staged[id] ?? reader.store.table(type.name)[id]
    }

    private func id(in values: JSONNode) throws(RowError) -> String? {
        guard let node = values["Id"], !node.isNull else { return nil }
        guard let id = node.string.flatMap({ SalesforceID.normalized($0) }),
            id.hasPrefix(type.keyPrefix)
        else {
            throw RowError("MALFORMED_ID", "'\(node.scalarText ?? "")' is no id of \(type.name)")
        }
        return id
    }

    /// The live record that has the same external id.
    private func find(_ values: JSONNode) throws(RowError) -> StoredRecord? {
        for field in type.externalIds {
            guard let text = values[field.name]?.scalarText, !text.isEmpty else { continue }
            let key = FieldCodec.trimmed(text).lowercased()
            if let id = stagedKeys["\(field.name)=\(key)"] { return current(id) }
            if let found = reader.store.table(type.name).find(field.name, key, folded: true)
                .first(where: { !$0.isDeleted })
            {
                return current(found.key)
            }
        }
        return nil
    }

    private func claim(_ fields: FieldMap, for key: String) throws(RowError) {
        for field in type.fields where field.isExternalId || field.isUnique {
            guard let text = fields.text(field.name)?.lowercased() else { continue }
            let name = "\(field.name)=\(text)"
            let stored = reader.store.table(type.name).find(field.name, text, folded: true)
                .first { !$0.isDeleted && $0.key != key && staged[$0.key] == nil }
            if field.isUnique, let other = stagedKeys[name] ?? stored?.key, other != key {
                throw RowError(
                    "DUPLICATE_VALUE", "\(field.name) '\(text)' is also that of \(other)")
            }
            stagedKeys[name] = key
        }
    }

    private func time(_ name: String, in values: JSONNode) throws(RowError) -> Int64? {
        guard let node = values[name], !node.isNull else { return nil }
        guard let text = node.string, let time = Timestamp.parse(text) else {
            throw RowError("INVALID_FIELD", "\(name) is no date with time")
        }
        return time
    }

    private func newID() -> String {
        while true {
            let id = SalesforceID.make(prefix: type.keyPrefix, number: nextNumber)
            nextNumber += 1
            if current(id) == nil { return id }
        }
    }
}
