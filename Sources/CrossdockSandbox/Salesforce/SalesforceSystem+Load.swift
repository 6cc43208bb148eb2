internal import CrossdockCrypto
internal import CrossdockData
internal import CrossdockDiagnostics

extension SalesforceSystem {
    func declareFields(_ json: [UInt8], of object: String) throws {
        for field in try FieldDeclaration.fields(json) { try schema.set(field, of: object) }
        try keepSchema()
    }

    private func keepSchema() throws(SandboxError) {
        for (object, declarations) in schema.takeChanges() {
            try services.store.setNote("fields.\(object)", declarations)
            var objects = services.store.note("objects")?.array ?? []
            if !objects.contains(.string(object)) {
                objects.append(.string(object))
                try services.store.setNote("objects", .array(objects))
            }
        }
    }

    func records(of object: String) throws -> [UInt8] {
        guard let type = schema.object(object) else {
            let help = Suggestion.help(for: object, in: schema.names).map { "; \($0)" } ?? ""
            throw SandboxError(.sandboxSeed, "there is no object '\(object)'\(help)")
        }
        var output: [UInt8] = []
        for record in services.store.table(type.name).records where !record.isDeleted {
            RecordRow(record, of: type).writeAll(to: &output)
            output.append(0x0A)
        }
        return output
    }

    func load(_ lines: [UInt8], into object: String) throws -> LoadSummary {
        var documents: [(line: Int, root: JSONNode)] = []
        for (number, line) in lines.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { continue }
            do {
                let root = try JSONDocument(Array(line)).root
                guard root.kind == .object else {
                    throw SandboxError(.sandboxSeed, "not a JSON object")
                }
                documents.append((number + 1, root))
            } catch {
                throw SandboxError(.sandboxSeed, "line \(number + 1): \(error)")
            }
        }
        var type = try schema.objectForData(object)
        try infer(documents.map(\.root), of: &type)
        try keepSchema()
        let loader = RecordLoader(
            type: type, reader: reader(), user: identity.seedUser,
            now: SalesforceTime.second(services.clock.now))
        for (line, root) in documents {
            do throws(RowError) { try loader.load(root) } catch {
                throw SandboxError(.sandboxSeed, "line \(line): \(error.code): \(error.message)")
            }
        }
        try services.store.commit(loader.changes, request: nil)
        return loader.summary
    }

    /// Adds fields that only the data know of, and widens those that no longer fit.
    private func infer(_ records: [JSONNode], of type: inout SObjectType) throws(SandboxError) {
        var inference = FieldInference()
        for record in records {
            for (name, value) in record.members where name != "attributes" {
                if let known = type.field(name), !known.isInferred { continue }
                if type.field(name) == nil, !SalesforceSchema.isCustomName(name) {
                    if type.reference(name) != nil { continue }
                    let help = Suggestion.help(for: name, in: type.fields.map(\.name))
                    throw SandboxError(
                        .sandboxSeed,
                        "\(type.name) has no field '\(name)'" + (help.map { "; \($0)" } ?? ""))
                }
                inference.see(value, as: type.field(name)?.name ?? name)
            }
        }
        for field in inference.fields {
            var field = field
            if let known = type.field(field.name) {
                if known.kind == field.kind, known.length >= field.length { continue }
                if known.kind != field.kind { field.kind = .string }
                if field.kind == .string { field.length = max(255, known.length, field.length) }
                if field.length > 255 { field.kind = .textarea }
            }
            try schema.set(field, of: type.name)
        }
        type = try schema.objectForData(type.name)
    }

    func generate(_ count: Int) throws {
        _ = try load(SampleAccounts.lines(count), into: "Account")
    }
}
