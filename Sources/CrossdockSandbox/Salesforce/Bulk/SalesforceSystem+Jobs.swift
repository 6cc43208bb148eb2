internal import CrossdockData

/// Jobs by id; the oldest goes when there are more than a hundred.
struct BulkJobs {
    private static let limit = 100

    private var jobs: [String: BulkJob] = [:]
    private var order: [String] = []
    private var last = 0

    mutating func newID() -> String {
        last += 1
        return SalesforceID.make(prefix: "750", number: last)
    }

    subscript(id: String) -> BulkJob? {
        get { jobs[id] }
        set {
            if jobs[id] == nil, newValue != nil { order.append(id) }
            jobs[id] = newValue
            if newValue == nil { order.removeAll { $0 == id } }
            if order.count > Self.limit { jobs[order.removeFirst()] = nil }
        }
    }

    func all(_ kind: BulkJob.Kind) -> [BulkJob] {
        order.compactMap { jobs[$0] }.filter { $0.kind == kind }
    }
}

extension SalesforceSystem {
    /// `/jobs/query…` and `/jobs/ingest…`.
    func jobs(_ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        let kind: BulkJob.Kind
        switch call.path.count > 1 ? call.path[1] : "" {
        case "query": kind = .query
        case "ingest": kind = .ingest
        default: throw .notFound
        }
        guard call.path.count > 2 else {
            switch call.method {
            case "POST": return try createJob(kind, call)
            case "GET":
                return .json(
                    200,
                    [
                        "done": true, "nextRecordsUrl": .null,
                        "records": .array(bulkJobs.all(kind).map { $0.value(withCounts: false) }),
                    ])
            default: throw .notAllowed(call.method, "GET,POST")
            }
        }
        guard let id = SalesforceID.normalized(call.path[2]), let job = bulkJobs[id],
            job.kind == kind
        else { throw .notFound }
        switch call.path.count {
        case 3: return try self.job(job, call)
        case 4: return try jobData(job, call.path[3], call)
        default: throw .notFound
        }
    }

    private func createJob(
        _ kind: BulkJob.Kind, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        let json = try call.json()
        let operation = json["operation"]?.string ?? ""
        let known =
            kind == .query
            ? ["query", "queryAll"] : ["insert", "update", "upsert", "delete", "hardDelete"]
        guard known.contains(operation) else { throw invalidJob("operation \(operation)") }
        guard (json["contentType"]?.string ?? "CSV") == "CSV" else {
            throw invalidJob("contentType")
        }
        let delimiter = BulkCSV.Delimiter(rawValue: json["columnDelimiter"]?.string ?? "COMMA")
        let lineEnding = json["lineEnding"]?.string ?? "LF"
        guard let delimiter else { throw invalidJob("columnDelimiter") }
        guard lineEnding == "LF" || lineEnding == "CRLF" else { throw invalidJob("lineEnding") }
        var job = BulkJob(
            id: bulkJobs.newID(), kind: kind, operation: operation,
            object: json["object"]?.string ?? "", created: call.request.time,
            createdBy: call.session.userID, major: call.major,
            state: kind == .query ? "UploadComplete" : "Open", changed: call.request.time)
        job.delimiter = delimiter
        job.lineEnding = lineEnding
        if kind == .query {
            job = try planned(job, query: json["query"]?.string ?? "", call)
        } else {
            guard let type = schema.object(job.object) else {
                throw invalidJob("object \(job.object)")
            }
            if operation == "upsert" {
                guard let name = json["externalIdFieldName"]?.string,
                    let field = type.field(name), field.isExternalId || field.isIdLookup
                else { throw invalidJob("externalIdFieldName") }
                job.externalId = field.name
            }
        }
        bulkJobs[job.id] = job
        return .json(200, job.value(withCounts: false))
    }

    private func invalidJob(_ what: String) -> APIError {
        APIError(400, "INVALIDJOB", "Unable to create the job: \(what) is missing or not known")
    }

    private func job(_ job: BulkJob, _ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        switch call.method {
        case "GET":
            // A job is worked on when it is first looked at, so that it is seen waiting before.
            var job = job
            if ["UploadComplete", "InProgress"].contains(job.state) {
                job.state = "InProgress"
                if !call.request.breaks(SalesforceRules.bulkSlow) { try work(&job, call) }
            }
            let answer = job.value(withCounts: true)
            bulkJobs[job.id] = job
            return .json(200, answer)
        case "PATCH":
            let wanted = try call.json()["state"]?.string ?? ""
            let isAllowed =
                wanted == "Aborted" && !["JobComplete", "Failed"].contains(job.state)
                || wanted == "UploadComplete" && job.kind == .ingest && job.state == "Open"
            guard isAllowed else {
                throw APIError(
                    400, "INVALIDJOBSTATE", "\(job.state) jobs cannot become \(wanted)")
            }
            var job = job
            job.state = wanted
            job.changed = call.request.time
            bulkJobs[job.id] = job
            return .json(200, job.value(withCounts: false))
        case "DELETE":
            guard ["JobComplete", "Failed", "Aborted"].contains(job.state) else {
                throw APIError(400, "INVALIDJOBSTATE", "\(job.state) jobs cannot be deleted")
            }
            bulkJobs[job.id] = nil
            return SandboxResponse(status: 204)
        default: throw .notAllowed(call.method, "GET,PATCH,DELETE")
        }
    }

    private func jobData(
        _ job: BulkJob, _ name: String, _ call: SalesforceCall
    ) throws(APIError) -> SandboxResponse {
        switch (job.kind, name, call.method) {
        case (.query, "results", "GET"): return try results(of: job, call)
        case (.ingest, "batches", "PUT"):
            guard job.state == "Open", job.upload.isEmpty else {
                throw APIError(
                    400, "INVALIDJOBSTATE", "data were uploaded before, or the job is closed")
            }
            var job = job
            job.upload = call.request.body
            job.changed = call.request.time
            bulkJobs[job.id] = job
            return SandboxResponse(status: 201)
        case (.ingest, "successfulResults", "GET"): return csv(job.successes, job)
        case (.ingest, "failedResults", "GET"): return csv(job.failures, job)
        case (.ingest, "unprocessedrecords", "GET"), (.ingest, "unprocessedRecords", "GET"):
            return csv(job.unprocessed, job)
        default: throw .notFound
        }
    }

    func csv(_ rows: [[String]], _ job: BulkJob) -> SandboxResponse {
        var output: [UInt8] = []
        for row in rows { job.csv.write(row, to: &output) }
        return SandboxResponse(
            status: 200, headers: ["Content-Type": "text/csv;charset=UTF-8"], body: output)
    }

    private func work(_ job: inout BulkJob, _ call: SalesforceCall) throws(APIError) {
        job.changed = call.request.time
        if job.kind == .query {
            runQuery(of: &job, call)
        } else {
            try ingest(&job, call)
        }
    }
}
