internal import CrossdockData

extension SalesforceSystem {
    /// A window in whole minutes: seconds are not looked at.
    private func window(
        _ call: SalesforceCall, retentionDays: Int64
    ) throws(APIError) -> Range<Int64> {
        func instant(_ name: String) throws(APIError) -> Int64 {
            guard let text = call.request.parameter(name) else {
                throw APIError(400, "MISSING_ARGUMENT", "\(name) is required")
            }
            // A plus sign that was not encoded arrives as a blank.
            guard let instant = Timestamp.parse(text.replacing(" ", with: "+")) else {
                throw APIError(400, "INVALID_REPLICATION_DATE", "\(name) is not a date: \(text)")
            }
            return Timestamp.floor(instant, to: 60_000)
        }
        let start = try instant("start")
        let end = try instant("end")
        guard start < end else {
            throw APIError(
                400, "INVALID_REPLICATION_DATE", "startDate must be before endDate")
        }
        let earliest = call.request.time - retentionDays * Timestamp.millisPerDay
        guard start >= earliest else {
            throw APIError(
                400, "INVALID_REPLICATION_DATE",
                "startDate cannot be more than \(retentionDays) days ago")
        }
        return start..<end
    }

    private func latestCovered(_ window: Range<Int64>, _ call: SalesforceCall) -> String {
        let now = Timestamp.floor(call.request.time, to: 60_000)
        return SalesforceTime.text(min(window.upperBound, now))
    }

    /// `/sobjects/X/updated?start=…&end=…`.
    func updated(_ type: SObjectType, _ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        guard call.method == "GET" else { throw .notAllowed(call.method, "GET") }
        let window = try window(call, retentionDays: 30)
        let engine = engine(now: call.request.time, includesDeleted: false)
        let ids = services.store.table(type.name).records
            .compactMap { engine.late.visible($0, now: engine.now) }
            .filter { !$0.isDeleted && window.contains($0.modified) }
            .map { Value.string($0.key) }
        return .json(
            200,
            [
                "ids": .array(ids), "latestDateCovered": .string(latestCovered(window, call)),
            ])
    }

    /// `/sobjects/X/deleted?start=…&end=…`.
    func deleted(_ type: SObjectType, _ call: SalesforceCall) throws(APIError) -> SandboxResponse {
        guard call.method == "GET" else { throw .notAllowed(call.method, "GET") }
        let window = try window(call, retentionDays: 15)
        let deleted = services.store.table(type.name).records
            .filter { $0.isDeleted && window.contains($0.modified) }
            .map { record -> Value in
                [
                    "id": .string(record.key),
                    "deletedDate": .string(SalesforceTime.text(record.modified)),
                ]
            }
        let earliest = call.request.time - 15 * Timestamp.millisPerDay
        return .json(
            200,
            [
                "deletedRecords": .array(deleted),
                "earliestDateAvailable": .string(
                    SalesforceTime.text(Timestamp.floor(earliest, to: 60_000))),
                "latestDateCovered": .string(latestCovered(window, call)),
            ])
    }
}
