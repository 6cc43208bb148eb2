/// A path of a query, found in the schema: references to follow, then a field.
struct ResolvedPath: Sendable {
    let steps: [SObjectField]
    let field: SObjectField

    /// The path's text in the schema's spelling.
    var name: String {
        (steps.compactMap(\.relationshipName) + [field.name]).joined(separator: ".")
    }

    /// - Parameter alias: What the query calls the object, beside its name.
    static func resolve(
        _ path: SOQLQuery.Path, in object: SObjectType, alias: String?, schema: SalesforceSchema
    ) throws(SOQLError) -> ResolvedPath {
        var parts = path.parts[...]
        if parts.count > 1, let first = parts.first?.lowercased(),
            first == alias?.lowercased()
                || (first == object.name.lowercased() && object.reference(first) == nil)
        {
            parts = parts.dropFirst()
        }
        var type = object
        var steps: [SObjectField] = []
        // The vendor follows at most five references.
        while parts.count > 1, let part = parts.first {
            guard steps.count < 5, let reference = type.reference(part),
                let next = reference.referenceTo.first.flatMap({ schema.object($0) })
            else {
                throw SOQLError(
                    "INVALID_FIELD",
                    "Didn't understand relationship '\(part)' in field path. If you are attempting "
                        + "to use a custom relationship, be sure to append the '__r' after the "
                        + "custom relationship name. Please reference your WSDL or the describe "
                        + "call for the appropriate names.",
                    at: path.position)
            }
            steps.append(reference)
            type = next
            parts = parts.dropFirst()
        }
        guard let name = parts.first, let field = type.field(name) else {
            throw .noColumn(parts.first ?? path.text, on: type.name, at: path.position)
        }
        return ResolvedPath(steps: steps, field: field)
    }
}

/// Looks at records and at those they refer to.
struct RecordReader {
    let schema: SalesforceSchema
    let store: RecordStore

    func row(id: String) -> RecordRow? {
        guard let type = schema.object(prefix: id.prefix(3)),
            let record = store.table(type.name)[id]
        else { return nil }
        return RecordRow(record, of: type)
    }

    func value(_ path: ResolvedPath, of row: RecordRow) -> FieldValue {
        guard !path.steps.isEmpty else { return row.value(path.field) }
        guard let end = follow(path.steps, from: row) else { return .null }
        // A reference to several objects was resolved in the first of them.
        return (end.type.field(path.field.name)).map { end.value($0) } ?? .null
    }

    private func follow(_ steps: [SObjectField], from row: RecordRow) -> RecordRow? {
        var row = row
        for step in steps {
            guard let field = row.type.field(step.name), let id = row.reference(field),
                let next = self.row(id: id)
            else { return nil }
            row = next
        }
        return row
    }
}
