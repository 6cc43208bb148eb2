internal import CrossdockData

extension SalesforceSystem {
    /// Checks a bulk query when its job is made, as the vendor does.
    func planned(
        _ job: BulkJob, query: String, _ call: SalesforceCall
    ) throws(APIError) -> BulkJob {
        let engine = engine(now: call.request.time, includesDeleted: job.operation == "queryAll")
        do throws(SOQLError) {
            let parsed = try SOQLParser.parse(query)
            let plan = try QueryPlanner(engine: engine).plan(parsed)
            guard plan.columns.isEmpty, !plan.isCount, parsed.offset == nil else {
                throw SOQLError(
                    "INVALIDJOB", "Aggregates, GROUP BY and OFFSET are not supported in Bulk Query")
            }
            for part in plan.projection.parts {
                if case .field(let field) = part, field.kind == .address {
                    throw SOQLError(
                        "INVALIDENTITY", "Selecting compound data not supported in Bulk Query")
                }
                if case .children = part {
                    throw SOQLError("INVALIDJOB", "Subqueries are not supported in Bulk Query")
                }
            }
            var job = BulkJob(
                id: job.id, kind: .query, operation: job.operation, object: plan.object.name,
                created: job.created, createdBy: job.createdBy, major: job.major,
                delimiter: job.delimiter, lineEnding: job.lineEnding, state: job.state,
                changed: job.changed)
            job.query = query
            return job
        } catch {
            throw APIError(error, query: query)
        }
    }

    func runQuery(of job: inout BulkJob, _ call: SalesforceCall) {
        let engine = engine(now: call.request.time, includesDeleted: job.operation == "queryAll")
        do throws(SOQLError) {
            let plan = try QueryPlanner(engine: engine).plan(
                try SOQLParser.parse(job.query ?? ""))
            let table = BulkTable(projection: plan.projection, reader: engine.reader)
            job.header = table.header
            job.rows = engine.rows(plan).map { table.texts(of: $0) }
            job.state = "JobComplete"
        } catch {
            job.state = "Failed"
            job.errorMessage = "\(error.code): \(error.message)"
        }
    }

    /// A page of results: a header row each time, and the place of the next page in a header field.
    func results(of job: BulkJob, _ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        guard job.state == "JobComplete" else {
            if job.state == "UploadComplete" || job.state == "InProgress" {
                return SandboxResponse(status: 204)
            }
            throw APIError(400, "INVALIDJOBSTATE", "the job is \(job.state)")
        }
        let size = call.request.parameter("maxRecords").flatMap { Int($0) } ?? 50_000
        let start: Int
        switch call.request.parameter("locator") {
        case nil, "", "null": start = 0
        case let text?:
            guard let bytes = Int(text), bytes >= 0, bytes < job.rows.count else {
                throw APIError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
            }
            start = bytes
        }
        let end = min(job.rows.count, start + max(1, size))
        var response = csv([job.header] + job.rows[start..<end], job)
        if !call.request.breaks(SalesforceRules.bulkCount) {
            response.headers["Sforce-NumberOfRecords"] = String(end - start)
        }
        if !call.request.breaks(SalesforceRules.bulkLocator) {
            // On the last page the word, not the absence: clients loop until they read it.
            response.headers["Sforce-Locator"] = end < job.rows.count ? String(end) : "null"
        }
        return response
    }
}

/// Records as rows of texts: nothing for null.
struct BulkTable {
    private let columns: [(name: String, path: [SObjectField], field: SObjectField)]
    private let reader: RecordReader

    init(projection: Projection, reader: RecordReader) {
        self.reader = reader
        columns = Self.columns(of: projection, [])
    }

    var header: [String] { columns.map(\.name) }

    private static func columns(
        of projection: Projection, _ path: [SObjectField]
    ) -> [(name: String, path: [SObjectField], field: SObjectField)] {
        projection.parts.flatMap {
            part -> [(name: String, path: [SObjectField], field: SObjectField)] in
            switch part {
            case .field(let field):
                let names = path.compactMap(\.relationshipName) + [field.name]
                return [(names.joined(separator: "."), path, field)]
            case .parent(let reference, let inner): return columns(of: inner, path + [reference])
            case .children: return []
            }
        }
    }

    func texts(of row: RecordRow) -> [String] {
        columns.map { column in
            var at: RecordRow? = row
            for step in column.path {
                at = at.flatMap { $0.reference(step) }.flatMap { reader.row(id: $0) }
            }
            guard let at else { return "" }
            var json: [UInt8] = []
            at.write(column.field, to: &json)
            return (try? JSONDocument(json))?.root.scalarText ?? ""
        }
    }
}
