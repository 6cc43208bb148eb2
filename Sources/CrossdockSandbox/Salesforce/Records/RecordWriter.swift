internal import CrossdockData

/// Writes records for one request: checks each, gathers the changes, commits them together.
///
/// Later rows of a request see what earlier ones wrote.
final class RecordWriter {
    let reader: RecordReader
    /// Id of the user that writes.
    let user: String
    /// Unit: milliseconds since 1970, whole seconds.
    let now: Int64

    private(set) var changes: [RecordChange] = []
    private var staged: [String: StoredRecord] = [:]
    /// `object.field=value` of unique values written by this request, with the record that has it.
    private var stagedUnique: [String: String] = [:]
    private var nextNumbers: [String: Int] = [:]

    init(reader: RecordReader, user: String, now: Int64) {
        self.reader = reader
        self.user = user
        self.now = SalesforceTime.second(now)
    }

    // MARK: Operations

    func create(_ type: SObjectType, _ values: JSONNode) throws(RowError) -> String {
        if values["Id"]?.isNull == false {
            throw RowError(
                "INVALID_FIELD",
                "The Id field should not be specified in the sobject data.")
        }
        var fields = FieldMap()
        try apply(values, to: &fields, of: type, isNew: true)
        let id = newID(of: type)
        DerivedFields.fill(&fields, of: type, id: id, user: user)
        DerivedFields.update(&fields, of: type)
        try checkRequired(fields, of: type)
        try checkUnique(fields, of: type, id: id)
        let record = StoredRecord(
            key: id, stamp: now, modified: now, created: now, createdBy: user, modifiedBy: user,
            fields: fields.json)
        stage(record, type, .create, fields)
        return id
    }

    func update(_ type: SObjectType, _ id: String, _ values: JSONNode) throws(RowError) {
        var record = try live(type, id)
        var fields = FieldMap(record)
        try apply(values, to: &fields, of: type, isNew: false)
        DerivedFields.update(&fields, of: type)
        try checkRequired(fields, of: type)
        try checkUnique(fields, of: type, id: record.key)
        record.fields = fields.json
        record.stamp = now
        record.modified = now
        record.modifiedBy = user
        stage(record, type, .update, fields)
    }

    func delete(_ type: SObjectType, _ id: String) throws(RowError) {
        var record = try live(type, id)
        record.isDeleted = true
        record.stamp = now
        record.modified = now
        record.modifiedBy = user
        stage(record, type, .delete, FieldMap(record))
    }

    /// Live records whose external id has this value.
    func matches(_ type: SObjectType, _ field: SObjectField, _ value: String) -> [StoredRecord] {
        if field.kind == .id {
            return SalesforceID.normalized(value).flatMap { current(type, $0) }.map { [$0] } ?? []
        }
        let table = reader.store.table(type.name)
        var found = table.find(field.name, value, folded: true).filter { staged[$0.key] == nil }
        for record in staged.values
        where reader.schema.object(prefix: record.key.prefix(3))?.name == type.name {
            guard record.document?.root[field.name]?.scalarText?.lowercased() == value.lowercased()
            else { continue }
            found.append(record)
        }
        return found.filter { !$0.isDeleted }
    }

    /// Forgets what this request wrote so far.
    func rollBack() {
        changes = []
        staged = [:]
        stagedUnique = [:]
    }

    // MARK: Steps

    private func current(_ type: SObjectType, _ id: String) -> StoredRecord? {
        staged[id] ?? reader.store.table(type.name)[id]
    }

    /// - Throws: ``RowError`` when the record is not there or deleted.
    func live(_ type: SObjectType, _ id: String) throws(RowError) -> StoredRecord {
        guard let key = SalesforceID.normalized(id) else {
            throw RowError("MALFORMED_ID", "malformed id \(id)")
        }
        guard let record = current(type, key) else { throw .notFound }
        guard !record.isDeleted else { throw .isDeleted }
        return record
    }

    private func newID(of type: SObjectType) -> String {
        let table = reader.store.table(type.name)
        var number = nextNumbers[type.name] ?? table.count + 1
        while true {
            let id = SalesforceID.make(prefix: type.keyPrefix, number: number)
            number += 1
            guard table[id] == nil, staged[id] == nil else { continue }
            nextNumbers[type.name] = number
            return id
        }
    }

    private func stage(
        _ record: StoredRecord, _ type: SObjectType, _ operation: Journal.Effect.Operation,
        _ fields: FieldMap
    ) {
        staged[record.key] = record
        for field in type.uniqueFields {
            if let text = fields.text(field.name) {
                stagedUnique["\(type.name).\(field.name)=\(text.lowercased())"] = record.key
            }
        }
        let externalId = type.externalIds.lazy.compactMap { fields.text($0.name) }.first
        changes.append(
            .put(
                record, in: type.name,
                effect: .init(operation: operation, id: record.key, externalId: externalId)))
    }

    private func apply(
        _ values: JSONNode, to fields: inout FieldMap, of type: SObjectType, isNew: Bool
    ) throws(RowError) {
        guard values.kind == .object else { throw .unreadable("object", "VALUE") }
        for (name, node) in values.members {
            if name.lowercased() == "attributes" || name.lowercased() == "id" { continue }
            guard let field = type.field(name) else {
                try applyReference(name, node, to: &fields, of: type)
                continue
            }
            guard isNew ? field.isCreateable : field.isUpdateable else {
                throw RowError(
                    "INVALID_FIELD_FOR_INSERT_UPDATE",
                    "Unable to create/update fields: \(field.name). Please check the security "
                        + "settings of this field and verify that it is read/write for your "
                        + "profile or permission set.", fields: [field.name])
            }
            let json = try FieldCodec.encode(node, as: field)
            if json == nil, field.kind == .boolean {
                fields[field.name] = Array("false".utf8)
            } else {
                fields[field.name] = json
            }
            if field.kind == .reference, let id = fields.text(field.name) {
                try checkReference(id, field)
            }
        }
    }

    /// `"Parent": {"Number__c": "7"}`: a reference by the other record's external id.
    private func applyReference(
        _ name: String, _ node: JSONNode, to fields: inout FieldMap, of type: SObjectType
    ) throws(RowError) {
        guard let reference = type.reference(name), node.kind == .object || node.isNull else {
            throw .noField(name, of: type.name)
        }
        if node.isNull {
            fields[reference.name] = nil
            return
        }
        let wanted = node.members.first { $0.key.lowercased() != "attributes" }
        guard let target = reference.referenceTo.first.flatMap({ reader.schema.object($0) }),
            let wanted, let field = target.field(wanted.key),
            field.isIdLookup || field.isExternalId,
            let text = wanted.value.scalarText
        else {
            throw RowError("INVALID_FIELD", "\(name) is not addressed by an external id")
        }
        let found = matches(target, field, text)
        guard let record = found.first, found.count == 1 else {
            throw RowError(
                "INVALID_FIELD",
                "Foreign key external ID: \(text) not found for field \(field.name) in entity "
                    + target.name)
        }
        fields.set(reference.name, text: record.key)
    }

    private func checkReference(_ id: String, _ field: SObjectField) throws(RowError) {
        guard let target = reader.schema.object(prefix: id.prefix(3)),
            field.referenceTo.contains(target.name)
        else {
            throw RowError(
                "MALFORMED_ID", "\(field.label): id value of incorrect type: \(id)",
                fields: [field.name])
        }
        guard let record = current(target, id), !record.isDeleted else {
            throw RowError(
                "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields: [field.name])
        }
    }

    private func checkRequired(_ fields: FieldMap, of type: SObjectType) throws(RowError) {
        let missing = type.fields.filter {
            !$0.isNillable && !$0.isSystem && $0.isCreateable && $0.kind != .boolean
                && fields[$0.name] == nil
        }.map(\.name)
        guard missing.isEmpty else {
            throw RowError(
                "REQUIRED_FIELD_MISSING",
                "Required fields are missing: [\(missing.joined(separator: ", "))]",
                fields: missing)
        }
    }

    private func checkUnique(
        _ fields: FieldMap, of type: SObjectType, id: String
    ) throws(RowError) {
        for field in type.uniqueFields {
            guard let text = fields.text(field.name) else { continue }
            let inRequest = stagedUnique["\(type.name).\(field.name)=\(text.lowercased())"]
            let inStore = reader.store.table(type.name).find(field.name, text, folded: true)
                .first { !$0.isDeleted && staged[$0.key] == nil && $0.key != id }?.key
            let other = inRequest.flatMap { $0 == id ? nil : $0 } ?? inStore
            if let other {
                throw RowError(
                    "DUPLICATE_VALUE",
                    "duplicate value found: \(field.name) duplicates value on record with id: "
                        + other)
            }
        }
    }
}
