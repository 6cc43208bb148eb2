internal import CrossdockData

extension SalesforceSystem {
    /// Works on an upload: each row by itself, all in one commit.
    func ingest(_ job: inout BulkJob, _ call: SalesforceCall) throws(APIError) {
        guard let type = schema.object(job.object), let rows = job.csv.rows(job.upload),
            let header = rows.first
        else {
            job.state = "Failed"
            job.errorMessage = "InvalidBatch : Unable to read the CSV"
            return
        }
        // The line ends must be those that the job declared.
        let hasCarriageReturns = job.upload.contains(0x0D)
        guard hasCarriageReturns == (job.lineEnding == "CRLF") || rows.count < 2 else {
            job.state = "Failed"
            job.errorMessage =
                "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting "
                + "is \(job.lineEnding)"
            return
        }
        job.successes = [["sf__Id", "sf__Created"] + header]
        job.failures = [["sf__Id", "sf__Error"] + header]
        job.unprocessed = [header]
        let writer = writer(call)
        for (number, row) in rows.dropFirst().enumerated() {
            do throws(RowError) {
                guard row.count == header.count else {
                    throw RowError("INVALID_CSV", "the row has \(row.count) fields")
                }
                try lock(call, row: number)
                let result = try write(header, row, type, job, writer)
                job.successes.append([result.id, result.created ? "true" : "false"] + row)
            } catch {
                let fields = error.fields.joined(separator: ",")
                job.failures.append(["", "\(error.code):\(error.message):\(fields) --"] + row)
            }
        }
        try commit(writer, call)
        job.upload = []
        job.state = "JobComplete"
    }

    private func write(
        _ header: [String], _ row: [String], _ type: SObjectType, _ job: BulkJob,
        _ writer: RecordWriter
    ) throws(RowError) -> (id: String, created: Bool) {
        let values = try values(header, row)
        let id = values["Id"]?.string
        switch job.operation {
        case "insert": return (try writer.create(type, values), true)
        case "upsert":
            let name = job.externalId ?? "Id"
            let field = try writer.externalId(name, of: type)
            guard let value = values[name]?.scalarText, !value.isEmpty else {
                if name == "Id" { return (try writer.create(type, values), true) }
                throw RowError("MISSING_ARGUMENT", "\(name) not specified", fields: [name])
            }
            switch try writer.upsert(type, field, value, values) {
            case .created(let id): return (id, true)
            case .updated(let id): return (id, false)
            case .ambiguous:
                throw RowError(
                    "DUPLICATE_EXTERNAL_ID", "\(name): more than one record found for \(value)")
            }
        case "update":
            guard let id else { throw RowError("MISSING_ARGUMENT", "Id not specified") }
            try writer.update(type, id, values)
            return (SalesforceID.normalized(id) ?? id, false)
        default:
            guard let id else { throw RowError("MISSING_ARGUMENT", "Id not specified") }
            try writer.delete(type, id)
            return (SalesforceID.normalized(id) ?? id, false)
        }
    }

    /// A row as JSON: an empty cell leaves the field alone, `#N/A` sets null, `Parent.Ext__c` refers
    /// by external id.
    private func values(_ header: [String], _ row: [String]) throws(RowError) -> JSONNode {
        var line = JSONLine()
        for (name, text) in zip(header, row) where !text.isEmpty {
            let parts = name.split(separator: ".")
            if parts.count == 2 {
                var inner = JSONLine()
                inner.add(String(parts[1]), text)
                line.add(String(parts[0]), json: inner.object())
            } else {
                line.add(name, text == "#N/A" ? nil : text)
            }
        }
        do { return try JSONDocument(line.object()).root } catch {
            throw RowError("INVALID_CSV", "the row cannot be read: \(error.message)")
        }
    }
}
