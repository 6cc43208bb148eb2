internal import CrossdockData

/// A query's answer that is handed out page by page.
struct QueryCursors {
    struct Cursor {
        let plan: QueryPlan
        let keys: [String]
        let includesDeleted: Bool
    }

    /// The oldest cursor goes when there are more, as the vendor does it per user.
    private static let limit = 20

    private var cursors: [String: Cursor] = [:]
    private var order: [String] = []
    private var last = 0

    /// - Returns: The locator, 18 characters.
    mutating func open(_ cursor: Cursor) -> String {
        last += 1
        let locator = SalesforceID.make(prefix: "01g", number: last)
        cursors[locator] = cursor
        order.append(locator)
        if order.count > Self.limit { cursors[order.removeFirst()] = nil }
        return locator
    }

    subscript(locator: String) -> Cursor? { cursors[locator] }
}

extension SalesforceSystem {
    /// `/query?q=…` and `/query/<locator>-<offset>`.
    func query(_ call: SalesforceCall, includesDeleted: Bool) throws(APIError) -> SandboxResponse {
        guard call.method == "GET" || call.method == "HEAD" else {
            throw .notAllowed(call.method, "GET,HEAD")
        }
        guard call.path.count <= 2 else { throw .notFound }
        if call.path.count == 2 { return try nextPage(call.path[1], call) }
        guard let text = call.request.parameter("q"), !text.isEmpty else {
            throw APIError(400, "MALFORMED_QUERY", "SOQL statements cannot be empty or null")
        }
        let engine = engine(now: call.request.time, includesDeleted: includesDeleted)
        do throws(SOQLError) {
            let plan = try QueryPlanner(engine: engine).plan(try SOQLParser.parse(text))
            if plan.isCount {
                return .json(
                    200,
                    [
                        "totalSize": .integer(engine.count(plan)), "done": true, "records": [],
                    ])
            }
            if !plan.columns.isEmpty {
                return aggregates(Aggregation(engine: engine, plan: plan).results())
            }
            return firstPage(plan, engine, call)
        } catch {
            throw APIError(error, query: text)
        }
    }

    func engine(now: Int64, includesDeleted: Bool) -> QueryEngine {
        late.forget(before: now)
        return QueryEngine(
            reader: reader(), now: now, includesDeleted: includesDeleted, late: late)
    }

    private func aggregates(_ results: [[UInt8]]) -> SandboxResponse {
        var output = Array("{\"totalSize\":\(results.count),\"done\":true,\"records\":[".utf8)
        for (at, result) in results.enumerated() {
            if at > 0 { output.append(UInt8(ascii: ",")) }
            output += result
        }
        output += "]}".utf8
        return .json(200, bytes: output)
    }

    private func firstPage(
        _ plan: QueryPlan, _ engine: QueryEngine, _ call: SalesforceCall
    ) -> SandboxResponse {
        let rows = engine.rows(plan)
        let size = batchSize(call)
        var locator: String?
        if rows.count > size {
            locator = cursors.open(
                QueryCursors.Cursor(
                    plan: plan, keys: rows.map(\.record.key),
                    includesDeleted: engine.includesDeleted))
        }
        return page(
            rows[..<min(size, rows.count)], plan, total: rows.count,
            next: locator.map { "\($0)-\(size)" }, engine, call)
    }

    private func nextPage(_ text: String, _ call: SalesforceCall) throws(APIError)
        -> SandboxResponse
    {
        let refusal = APIError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        let parts = text.split(separator: "-")
        guard let locator = parts.first.flatMap({ SalesforceID.normalized(String($0)) }),
            let cursor = cursors[locator]
        else { throw refusal }
        let start = parts.count > 1 ? Int(parts[1]) : 0
        guard let start, start >= 0, start < cursor.keys.count else { throw refusal }
        if call.request.parameter("q") != nil {
            services.audit.note(
                "query.besideLocator", "q beside a locator is not looked at",
                request: call.request.sequence)
        }
        let engine = engine(now: call.request.time, includesDeleted: cursor.includesDeleted)
        let end = min(cursor.keys.count, start + batchSize(call))
        let table = services.store.table(cursor.plan.object.name)
        let rows = cursor.keys[start..<end].compactMap { table[$0] }
            .map { RecordRow($0, of: cursor.plan.object) }
        return page(
            rows[...], cursor.plan, total: cursor.keys.count,
            next: end < cursor.keys.count ? "\(locator)-\(end)" : nil, engine, call)
    }

    private func page(
        _ rows: ArraySlice<RecordRow>, _ plan: QueryPlan, total: Int, next: String?,
        _ engine: QueryEngine, _ call: SalesforceCall
    ) -> SandboxResponse {
        let request = call.request
        let isDone = next == nil || request.breaks(SalesforceRules.queryDone)
        var output = Array("{\"totalSize\":\(total),\"done\":\(isDone)".utf8)
        if let next, !request.breaks(SalesforceRules.queryNextRecordsURL) {
            output += ",\"nextRecordsUrl\":\"\(call.root)/query/\(next)\"".utf8
        }
        if !request.breaks(SalesforceRules.queryRecords) {
            output += ",\"records\":[".utf8
            for (at, row) in rows.enumerated() {
                if at > 0 { output.append(UInt8(ascii: ",")) }
                plan.projection.write(row, root: call.root, engine: engine, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        }
        output.append(UInt8(ascii: "}"))
        return .json(200, bytes: output)
    }

    /// `Sforce-Query-Options: batchSize=500`, within the vendor's bounds.
    private func batchSize(_ call: SalesforceCall) -> Int {
        let options = call.request.headers["Sforce-Query-Options"] ?? ""
        for option in options.split(separator: ",") {
            let parts = option.split(separator: "=")
            if parts.count == 2, FieldCodec.trimmed(String(parts[0])).lowercased() == "batchsize",
                let size = Int(FieldCodec.trimmed(String(parts[1])))
            {
                return min(max(size, 200), 2_000)
            }
        }
        return 2_000
    }
}
