internal import CrossdockData

/// What an upsert did, or why it did nothing.
enum UpsertOutcome {
    case created(String)
    case updated(String)
    /// More than one record has the external id.
    case ambiguous([String])
}

extension RecordWriter {
    /// Finds the record by an external id and updates it, or creates one that has it.
    func upsert(
        _ type: SObjectType, _ field: SObjectField, _ value: String, _ values: JSONNode,
        updateOnly: Bool = false
    ) throws(RowError) -> UpsertOutcome {
        let found = matches(type, field, value)
        if found.count > 1 { return .ambiguous(found.map(\.key)) }
        if let record = found.first {
            try update(type, record.key, values)
            return .updated(record.key)
        }
        guard field.kind != .id, !updateOnly else { throw .notFound }
        // The value in the address is part of the record.
        var object = JSONLine()
        object.add(field.name, value)
        for (name, node) in values.members where name.lowercased() != field.name.lowercased() {
            object.add(name, json: node.source)
        }
        guard let document = try? JSONDocument(object.object()) else {
            throw .unreadable("object", "VALUE")
        }
        return .created(try create(type, document.root))
    }

    /// The field an upsert addresses records by.
    func externalId(_ name: String, of type: SObjectType) throws(RowError) -> SObjectField {
        guard let field = type.field(name), field.isExternalId || field.isIdLookup else {
            throw RowError(
                "NOT_FOUND",
                "Provided external ID field does not exist or is not accessible: \(name)",
                status: 404)
        }
        return field
    }
}
