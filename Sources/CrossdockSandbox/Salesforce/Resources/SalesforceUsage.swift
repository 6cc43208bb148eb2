internal import CrossdockData

/// How many calls of the API were made within a day.
struct SalesforceUsage {
    /// Calls a day that the limits header tells of. More are served all the same.
    static let dailyLimit = 100_000

    private(set) var calls = 0
    private var day: Int64 = 0

    /// Counts a call.
    ///
    /// - Returns: The text of `Sforce-Limit-Info`.
    mutating func count(inLongForm: Bool, now: Int64) -> String {
        let today = Timestamp.split(now).days
        if today != day {
            day = today
            calls = 0
        }
        calls += 1
        let short = "api-usage=\(calls)/\(Self.dailyLimit)"
        return inLongForm ? "\(short); per-app-api-usage=\(calls)/250(appName=crossdock)" : short
    }
}

extension SalesforceSystem {
    func limits(_ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        guard call.method == "GET" else { throw .notAllowed(call.method, "GET,HEAD") }
        if call.path.count == 2, call.path[1] == "recordCount" { return recordCount(call) }
        guard call.path.count == 1 else { throw .notFound }
        func limit(_ maximum: Int, used: Int = 0) -> Value {
            ["Max": .integer(maximum), "Remaining": .integer(max(0, maximum - used))]
        }
        return .json(
            200,
            [
                "ConcurrentAsyncGetReportInstances": limit(200),
                "ConcurrentSyncReportRuns": limit(20),
                "DailyApiRequests": limit(SalesforceUsage.dailyLimit, used: usage.calls),
                "DailyAsyncApexExecutions": limit(250_000), "DailyBulkApiBatches": limit(15_000),
                "DailyBulkV2QueryFileStorageMB": limit(976_562),
                "DailyBulkV2QueryJobs": limit(10_000),
                "DailyDurableStreamingApiEvents": limit(10_000),
                "DailyStreamingApiEvents": limit(10_000), "DataStorageMB": limit(1_024),
                "FileStorageMB": limit(1_024), "HourlyODataCallout": limit(10_000),
                "HourlyPublishedPlatformEvents": limit(50_000), "SingleEmail": limit(15),
            ])
    }

    /// Approximate in a real org; exact here.
    private func recordCount(_ call: SalesforceCall) -> SandboxResponse {
        let wanted = call.request.parameter("sObjects")?.split(separator: ",").map(String.init)
        let counts = (wanted ?? schema.names).compactMap { schema.object($0) }.map { type in
            (type.name, services.store.table(type.name).liveCount)
        }
        return .json(
            200,
            [
                "sObjects": .array(
                    counts.map { ["count": .integer($0.1), "name": .string($0.0)] })
            ])
    }

    func versions(_ request: SandboxRequest) -> SandboxResponse {
        .json(
            200,
            .array(
                SalesforceCall.versions.map { major in
                    [
                        "label": .string("API v\(major)"),
                        "url": .string("/services/data/v\(major).0"),
                        "version": .string("\(major).0"),
                    ]
                }))
    }

    func resources(_ call: SalesforceCall) -> SandboxResponse {
        let names = ["query", "queryAll", "sobjects", "limits", "composite", "jobs/query"]
        var object = ValueObject()
        for name in names { object[name] = .string("\(call.root)/\(name)") }
        object["identity"] = .string(
            "\(call.request.origin)/id/\(identity.organization)/\(call.session.userID)")
        return .json(200, .object(object))
    }
}
