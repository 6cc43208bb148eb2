internal import CrossdockData

/// A job of the Bulk API 2.0. Jobs live as long as the sandbox runs.
struct BulkJob {
    enum Kind: Equatable { case query, ingest }

    let id: String
    let kind: Kind
    let operation: String
    let object: String
    let created: Int64
    let createdBy: String
    let major: Int
    var delimiter = BulkCSV.Delimiter.comma
    var lineEnding = "LF"
    var externalId: String?
    var query: String?
    var state: String
    var changed: Int64
    /// What was uploaded, until it is worked on.
    var upload: [UInt8] = []
    /// Rows of a query's result, each as its texts.
    var header: [String] = []
    var rows: [[String]] = []
    /// Results of an ingest, as rows of texts with their header.
    var successes: [[String]] = []
    var failures: [[String]] = []
    var unprocessed: [[String]] = []
    var failedCount: Int { max(0, failures.count - 1) }
    var processedCount: Int {
        kind == .query ? rows.count : max(0, successes.count - 1) + failedCount
    }
    var errorMessage: String?

    var csv: BulkCSV { BulkCSV(delimiter, lineEnding: lineEnding) }

    /// As the API tells of it; with counts once it is under way.
    func value(withCounts: Bool) -> Value {
        var value = ValueObject()
        value["id"] = .string(id)
        value["operation"] = .string(operation)
        value["object"] = .string(object)
        value["createdById"] = .string(createdBy)
        value["createdDate"] = .string(SalesforceTime.text(created))
        value["systemModstamp"] = .string(SalesforceTime.text(changed))
        value["state"] = .string(state)
        if let externalId { value["externalIdFieldName"] = .string(externalId) }
        value["concurrencyMode"] = "Parallel"
        value["contentType"] = "CSV"
        value["apiVersion"] = .double(Double(major))
        if kind == .ingest { value["jobType"] = "V2Ingest" } else { value["jobType"] = "V2Query" }
        value["lineEnding"] = .string(lineEnding)
        value["columnDelimiter"] = .string(delimiter.rawValue)
        if kind == .ingest {
            value["contentUrl"] = .string("services/data/v\(major).0/jobs/ingest/\(id)/batches")
        }
        if withCounts {
            value["numberRecordsProcessed"] = .integer(processedCount)
            if kind == .ingest { value["numberRecordsFailed"] = .integer(failedCount) }
            value["retries"] = 0
            value["totalProcessingTime"] = 1
            if let errorMessage { value["errorMessage"] = .string(errorMessage) }
        }
        return .object(value)
    }
}
