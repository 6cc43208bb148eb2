internal import CrossdockData

extension SalesforceSystem {
    /// `/sobjects` and everything below.
    func sobjects(_ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        guard call.path.count > 1 else {
            guard call.method == "GET" else { throw .notAllowed(call.method, "GET,HEAD") }
            return .json(200, describe(call).global(schema.all))
        }
        guard let type = schema.object(call.path[1]) else { throw .notFound }
        switch call.path.count {
        case 2: return try object(type, call)
        case 3:
            switch call.path[2] {
            case "describe": return try description(of: type, call)
            case "updated": return try updated(type, call)
            case "deleted": return try deleted(type, call)
            default: return try record(type, call.path[2], call)
            }
        case 4: return try externalRecord(type, call.path[2], call.path[3], call)
        default: throw .notFound
        }
    }

    private func describe(_ call: SalesforceCall) -> Describe {
        Describe(schema: schema, root: call.root)
    }

    private func description(
        of type: SObjectType, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        guard call.method == "GET" || call.method == "HEAD" else {
            throw .notAllowed(call.method, "GET,HEAD")
        }
        var value = describe(call).object(type)
        if call.request.breaks(SalesforceRules.describeFields), var object = value.object {
            object["fields"] = nil
            value = .object(object)
        }
        return .json(200, value)
    }

    private func object(
        _ type: SObjectType, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        switch call.method {
        case "GET", "HEAD": return .json(200, describe(call).basic(type))
        case "POST": return try create(type, try call.json(), call)
        default: throw .notAllowed(call.method, "GET,HEAD,POST")
        }
    }

    private func create(
        _ type: SObjectType, _ values: JSONNode, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        let id = try write(call) { writer throws(RowError) in
            try lock(call, row: 0)
            return try writer.create(type, values)
        }
        return created(id, call)
    }

    private func created(_ id: String, _ call: SalesforceCall) -> SandboxResponse {
        var answer = ValueObject([("id", .string(id)), ("success", true), ("errors", .array([]))])
        if call.request.breaks(SalesforceRules.createID) { answer["id"] = nil }
        var response = SandboxResponse.json(201, .object(answer))
        response.headers["Location"] =
            "\(call.root)/sobjects/\(schema.object(prefix: id.prefix(3))?.name ?? "")/\(id)"
        return response
    }

    private func record(
        _ type: SObjectType, _ id: String, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        switch call.method {
        case "GET", "HEAD": return try read(type, id, call)
        case "PATCH":
            let values = try call.json()
            try write(call) { writer throws(RowError) in
                try lock(call, row: 0, id: id)
                try writer.update(type, id, values)
            }
            return SandboxResponse(status: 204)
        case "DELETE":
            try write(call) { writer throws(RowError) in
                try lock(call, row: 0, id: id)
                try writer.delete(type, id)
            }
            return SandboxResponse(status: 204)
        case "POST" where id == "Id": return try create(type, try call.json(), call)
        default: throw .notAllowed(call.method, "GET,HEAD,PATCH,DELETE")
        }
    }

    private func read(
        _ type: SObjectType, _ id: String, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        guard let key = SalesforceID.normalized(id),
            let record = services.store.table(type.name)[key], !record.isDeleted
        else { throw .notFound }
        return try show(record, type, call)
    }

    /// One record with the fields that were asked for, or all.
    func show(
        _ record: StoredRecord, _ type: SObjectType, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        var projection = Projection()
        let names = call.request.parameter("fields")?.split(separator: ",").map(String.init)
        do throws(SOQLError) {
            for name in names ?? type.fields.map(\.name) {
                let name = FieldCodec.trimmed(name)
                let parts = name.split(separator: ".").map(String.init)
                let path = SOQLQuery.Path(parts: parts.isEmpty ? [name] : parts, position: 0)
                try projection.add(
                    try ResolvedPath.resolve(path, in: type, alias: nil, schema: schema), at: 0)
            }
        } catch {
            throw APIError(400, error.code, error.message)
        }
        var output: [UInt8] = []
        projection.write(
            RecordRow(record, of: type), root: call.root,
            engine: engine(now: call.request.time, includesDeleted: false), to: &output)
        return .json(200, bytes: output)
    }

    /// `/sobjects/Account/Number__c/7`.
    private func externalRecord(
        _ type: SObjectType, _ name: String, _ value: String, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        let writer = writer(call)
        let field: SObjectField
        do throws(RowError) { field = try writer.externalId(name, of: type) } catch {
            throw APIError(error)
        }
        switch call.method {
        case "GET", "HEAD", "DELETE":
            let found = writer.matches(type, field, value)
            if found.count > 1 { return choices(found.map(\.key), type, call) }
            guard let record = found.first else { throw .notFound }
            if call.method != "DELETE" { return try show(record, type, call) }
            try write(call) { writer throws(RowError) in try writer.delete(type, record.key) }
            return SandboxResponse(status: 204)
        case "PATCH": return try upsert(type, field, value, call)
        default: throw .notAllowed(call.method, "GET,HEAD,PATCH,DELETE")
        }
    }

    private func upsert(
        _ type: SObjectType, _ field: SObjectField, _ value: String, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        let values = try call.json()
        let updateOnly = call.request.parameter("updateOnly") == "true"
        let outcome = try write(call) { writer throws(RowError) in
            try lock(call, row: 0)
            return try writer.upsert(type, field, value, values, updateOnly: updateOnly)
        }
        switch outcome {
        case .created(let id):
            var response = created(id, call)
            if call.request.breaks(SalesforceRules.upsertStatus) { response.status = 400 }
            // Version 46 tells of an upsert whether it created.
            if call.major >= 46, var answer = try? Value(json: response.body).object {
                answer["created"] = true
                response.body = Value.object(answer).json
            }
            return response
        case .updated(let id):
            guard call.major >= 46 else { return SandboxResponse(status: 204) }
            return .json(
                200, ["id": .string(id), "success": true, "errors": [], "created": false])
        case .ambiguous(let ids): return choices(ids, type, call)
        }
    }

    private func choices(
        _ ids: [String], _ type: SObjectType, _ call: SalesforceCall
    ) -> SandboxResponse {
        .json(300, .array(ids.map { .string("\(call.root)/sobjects/\(type.name)/\($0)") }))
    }

    // MARK: Writing

    func writer(_ call: SalesforceCall) -> RecordWriter {
        RecordWriter(reader: reader(), user: call.session.userID, now: call.request.time)
    }

    /// Runs a write of one record and makes it last.
    @discardableResult
    private func write<Result>(
        _ call: SalesforceCall, _ body: (RecordWriter) throws(RowError) -> Result
    ) throws(APIError) -> Result {
        let writer = writer(call)
        let result: Result
        do throws(RowError) { result = try body(writer) } catch { throw APIError(error) }
        try commit(writer, call)
        return result
    }

    func commit(_ writer: RecordWriter, _ call: SalesforceCall) throws(APIError) {
        if call.request.breaks(SalesforceRules.rowsLate), let fault = call.request.fault {
            for change in writer.changes {
                late.hide(
                    change.key, before: services.store.table(change.object)[change.key],
                    until: call.request.time + fault.delayMillis)
            }
        }
        do throws(SandboxError) {
            try services.store.commit(writer.changes, request: call.request.sequence)
        } catch {
            throw APIError(error)
        }
    }

    /// The fault `lock`: another transaction holds the row.
    func lock(_ call: SalesforceCall, row: Int, id: String? = nil) throws(RowError) {
        guard let fault = call.request.fault, fault.kind == "lock", fault.hits(row: row) else {
            return
        }
        throw RowError(
            "UNABLE_TO_LOCK_ROW",
            "unable to obtain exclusive access to this record"
                + (id.map { " or 1 records: \($0)" } ?? ""))
    }
}
