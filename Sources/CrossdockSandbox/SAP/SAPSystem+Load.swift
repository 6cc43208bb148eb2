internal import CrossdockData
internal import CrossdockDiagnostics

extension SAPSystem {
    private func place(
        _ object: String
    ) throws(SandboxError) -> (service: EdmService, set: EdmEntitySet) {
        if let service = catalog.service(with: object), let set = service.entitySet(object) {
            return (service, set)
        }
        let help = Suggestion.help(for: object, in: catalog.entitySetNames)
        throw SandboxError(
            .sandboxSeed, "there is no entity set '\(object)'" + (help.map { "; \($0)" } ?? ""))
    }

    func records(of object: String) throws -> [UInt8] {
        let set = try place(object).set
        var output: [UInt8] = []
        for record in services.store.table(set.name).records {
            output += record.fields
            output.append(0x0A)
        }
        return output
    }

    func load(_ lines: [UInt8], into object: String) throws -> LoadSummary {
        let (service, set) = try place(object)
        let entities = EntityReader(service, services.store)
        let author = EntityWriter.Author(
            user: SAPIdentity.seedUser, time: services.clock.now, isSeed: true)
        let writer = EntityWriter(entities: entities, rules: rules, author: author)
        var summary = LoadSummary()
        for (number, line) in lines.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        where line.contains(where: { $0 > 0x20 }) {
            do {
                let document = try JSONDocument(Array(line))
                if try load(document.root, set, writer) {
                    summary.created += 1
                } else {
                    summary.updated += 1
                }
            } catch let error as ODataError {
                throw SandboxError(.sandboxSeed, "line \(number + 1): \(error.message)")
            } catch let error as JSONError {
                throw SandboxError(
                    .sandboxSeed, "line \(number + 1): \(error.message)", cause: error)
            }
        }
        try entities.commit(request: nil)
        return summary
    }

    /// - Returns: Whether the record is new.
    private func load(
        _ body: JSONNode, _ set: EdmEntitySet, _ writer: EntityWriter
    ) throws(ODataError) -> Bool {
        if let key = try key(of: body, set, writer), writer.entities.record(key, in: set) != nil {
            try writer.update(key, in: set, with: body, replaces: false) { (_) throws(ODataError) in
            }
            return false
        }
        _ = try writer.create(body, in: set)
        return true
    }

    /// The key that a record names; nil when it leaves a part of it to the system.
    private func key(
        of body: JSONNode, _ set: EdmEntitySet, _ writer: EntityWriter
    ) throws(ODataError) -> EntityKey? {
        var values: [String: [UInt8]] = [:]
        for property in set.type.keyProperties {
            guard let node = body[property.name] else { return nil }
            values[property.name] = try writer.codec.stored(node, property)
        }
        return EntityKey(set.type) { values[$0.name] }
    }

    // MARK: Custom fields

    func declareFields(_ json: [UInt8], of object: String) throws {
        _ = try place(object)
        let value: Value
        do { value = try Value(json: json) } catch {
            throw SandboxError(.sandboxSeed, "the field declarations are not JSON", cause: error)
        }
        try declare(value, in: object)
        var kept = services.store.note("fields")?.object ?? ValueObject()
        kept[object] = .array((kept[object]?.array ?? []) + (value.array ?? []))
        try services.store.setNote("fields", .object(kept))
    }

    func restoreCustomFields() throws(SandboxError) {
        guard let kept = services.store.note("fields")?.object else { return }
        for (object, declarations) in kept { try declare(declarations, in: object) }
    }

    private func declare(_ value: Value, in object: String) throws(SandboxError) {
        guard let declarations = value.array else {
            throw SandboxError(.sandboxSeed, "the field declarations are no JSON array")
        }
        var fields: [EdmProperty] = []
        for (number, declaration) in declarations.enumerated() {
            guard let field = Self.field(declaration) else {
                throw SandboxError(
                    .sandboxSeed,
                    "field \(number + 1): a name (letters, digits, '_') and a type are expected")
            }
            fields.append(field)
        }
        catalog.declare(fields, in: object)
    }

    /// Types by the names of OData and by plain ones.
    private static func field(_ value: Value) -> EdmProperty? {
        guard let name = value["name"]?.string, let first = name.utf8.first, first | 0x20 >= 0x61,
            first | 0x20 <= 0x7A,
            name.utf8.allSatisfy({
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F
            })
        else { return nil }
        let typeName = value["type"]?.string ?? "string"
        let types: [String: EdmType] = [
            "string": .string, "text": .string, "picklist": .string, "email": .string,
            "phone": .string,
            "url": .string, "textarea": .string, "boolean": .boolean, "checkbox": .boolean,
            "int": .int32, "integer": .int32, "double": .decimal, "number": .decimal,
            "currency": .decimal, "percent": .decimal, "decimal": .decimal, "date": .dateTime,
            "datetime": .dateTimeOffset, "time": .time,
        ]
        guard let type = EdmType(rawValue: typeName) ?? types[typeName.lowercased()] else {
            return nil
        }
        var field = EdmProperty(name: name, type: type)
        let length = value["length"]?.number?.int
        switch type {
        case .string: field.maxLength = length.map { max(1, $0) }
        case .decimal:
            field.precision = value["precision"]?.number?.int ?? 31
            field.scale = value["scale"]?.number?.int ?? 6
        case .dateTime: field.isDateOnly = true
        default: break
        }
        return field
    }
}
