internal import CrossdockData

/// One line of the answer to a collection.
private enum RowResult {
    case success(id: String, created: Bool?)
    case failure(RowError)

    var value: Value {
        switch self {
        case .success(let id, let created):
            var object = ValueObject([
                ("id", .string(id)), ("success", true), ("errors", .array([])),
            ])
            if let created { object["created"] = .bool(created) }
            return .object(object)
        case .failure(let error):
            return [
                "success": false,
                "errors": [
                    [
                        "statusCode": .string(error.code), "message": .string(error.message),
                        "fields": .array(error.fields.map { .string($0) }),
                    ]
                ],
            ]
        }
    }
}

extension SalesforceSystem {
    /// Records in one request.
    static let collectionLimit = 200

    /// `/composite/sobjects` and what follows it.
    func collections(_ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        switch (call.path.count, call.method) {
        case (2, "POST"):
            return try write(call) { writer, type, _, values throws(RowError) in
                .success(id: try writer.create(type, values), created: nil)
            }
        case (2, "PATCH"):
            return try write(call) { writer, type, id, values throws(RowError) in
                guard let id else {
                    throw RowError(
                        "MISSING_ARGUMENT", "Id not specified in an update call", fields: ["Id"])
                }
                try writer.update(type, id, values)
                return .success(id: SalesforceID.normalized(id) ?? id, created: nil)
            }
        case (2, "DELETE"): return try deleteAll(call)
        case (3, "GET"), (3, "POST"): return try readAll(call)
        case (4, "PATCH"): return try upsertAll(call)
        case (2, _): throw .notAllowed(call.method, "POST,PATCH,DELETE")
        default: throw .notFound
        }
    }

    private func upsertAll(_ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        guard let wanted = schema.object(call.path[2]) else { throw .notFound }
        let field: SObjectField
        do throws(RowError) { field = try writer(call).externalId(call.path[3], of: wanted) } catch
        {
            throw APIError(error)
        }
        return try write(call) { writer, type, _, values throws(RowError) in
            guard type.name == wanted.name else {
                throw RowError("INVALID_TYPE", "the record is not of type \(wanted.name)")
            }
            guard let value = values[field.name]?.scalarText, !value.isEmpty else {
                throw RowError(
                    "MISSING_ARGUMENT", "\(field.name) not specified", fields: [field.name])
            }
            switch try writer.upsert(type, field, value, values) {
            case .created(let id): return .success(id: id, created: true)
            case .updated(let id): return .success(id: id, created: false)
            case .ambiguous:
                throw RowError(
                    "DUPLICATE_EXTERNAL_ID_SPECIFIED",
                    "Duplicate external id specified: \(value)", fields: [field.name])
            }
        }
    }

    /// Writes the rows of `records`, each by itself or all or none.
    private func write(
        _ call: SalesforceCall,
        _ body: (RecordWriter, SObjectType, String?, JSONNode) throws(RowError) -> RowResult
    ) throws(APIError) -> SandboxResponse {
        let json = try call.json()
        guard let records = json["records"], records.kind == .array else {
            throw APIError(400, "JSON_PARSER_ERROR", "The list 'records' is missing")
        }
        guard records.count <= Self.collectionLimit else { throw tooMany() }
        let writer = writer(call)
        var results: [RowResult] = []
        for (row, values) in records.elements.enumerated() {
            do throws(RowError) {
                let id = values["Id"]?.string ?? values["id"]?.string
                try lock(call, row: row, id: id)
                guard let name = values["attributes"]?["type"]?.string else {
                    throw RowError("INVALID_TYPE", "attributes.type is missing")
                }
                guard let type = schema.object(name) else {
                    throw RowError(
                        "INVALID_TYPE", "sObject type '\(name)' is not supported.")
                }
                results.append(try body(writer, type, id, values))
            } catch {
                if error.endsRequest { throw APIError(error) }
                results.append(.failure(error))
            }
        }
        return try finish(results, writer, allOrNone: json["allOrNone"]?.bool ?? false, call)
    }

    private func deleteAll(_ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        let ids = (call.request.parameter("ids") ?? "").split(separator: ",").map(String.init)
        guard !ids.isEmpty else { throw APIError(400, "MISSING_ARGUMENT", "ids is missing") }
        guard ids.count <= Self.collectionLimit else { throw tooMany() }
        let writer = writer(call)
        var results: [RowResult] = []
        for (row, id) in ids.enumerated() {
            do throws(RowError) {
                try lock(call, row: row, id: id)
                guard let type = schema.object(prefix: id.prefix(3)) else {
                    throw RowError("MALFORMED_ID", "malformed id \(id)")
                }
                try writer.delete(type, id)
                results.append(.success(id: SalesforceID.normalized(id) ?? id, created: nil))
            } catch {
                results.append(.failure(error))
            }
        }
        let allOrNone = call.request.parameter("allOrNone") == "true"
        return try finish(results, writer, allOrNone: allOrNone, call)
    }

    private func finish(
        _ results: [RowResult], _ writer: RecordWriter, allOrNone: Bool, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        var results = results
        let failed = results.contains { if case .failure = $0 { true } else { false } }
        if allOrNone, failed {
            writer.rollBack()
            let rolledBack = RowError(
                "ALL_OR_NONE_OPERATION_ROLLED_BACK",
                "Record rolled back because not all records were valid and the request was using "
                    + "AllOrNone header")
            results = results.map { if case .success = $0 { .failure(rolledBack) } else { $0 } }
        }
        try commit(writer, call)
        var values = results.map(\.value)
        if call.request.breaks(SalesforceRules.collectionsOrder) { values.reverse() }
        return .json(200, .array(values))
    }

    /// `GET /composite/sobjects/X?ids=&fields=`, and the same as a body by POST.
    private func readAll(_ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        guard let type = schema.object(call.path[2]) else { throw .notFound }
        var ids: [String]
        var fields: String
        if call.method == "POST" {
            let json = try call.json()
            ids = json["ids"]?.elements.compactMap(\.string) ?? []
            fields = (json["fields"]?.elements.compactMap(\.string) ?? []).joined(separator: ",")
        } else {
            ids = (call.request.parameter("ids") ?? "").split(separator: ",").map(String.init)
            fields = call.request.parameter("fields") ?? ""
        }
        guard ids.count <= 2_000 else { throw tooMany() }
        guard !fields.isEmpty else { throw APIError(400, "MISSING_ARGUMENT", "fields is missing") }
        var request = call.request
        request.query = [("fields", fields)]
        let shown = SalesforceCall(
            request: request, session: call.session, version: call.version, path: call.path)
        var output: [UInt8] = [UInt8(ascii: "[")]
        for (at, id) in ids.enumerated() {
            if at > 0 { output.append(UInt8(ascii: ",")) }
            let record = SalesforceID.normalized(id).flatMap { services.store.table(type.name)[$0] }
            if let record, !record.isDeleted {
                output += try show(record, type, shown).body
            } else {
                output += "null".utf8
            }
        }
        output.append(UInt8(ascii: "]"))
        return .json(200, bytes: output)
    }

    private func tooMany() -> APIError {
        APIError(
            400, "EXCEEDED_ID_LIMIT",
            "record limit reached. cannot submit more than 200 records "
                + "into this call")
    }
}
