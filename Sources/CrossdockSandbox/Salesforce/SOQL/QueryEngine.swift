internal import CrossdockData

/// Runs queries over the store.
struct QueryEngine {
    let reader: RecordReader
    /// Unit: milliseconds since 1970, by the sandbox clock.
    let now: Int64
    let includesDeleted: Bool
    /// Writes that are not to be seen yet.
    let late: LateRows

    /// Ids, or other values of one field, that a query inside a condition yields.
    func ids(of query: SOQLQuery) throws(SOQLError) -> Set<FieldValue> {
        guard query.items.count == 1, case .field(let path, nil) = query.items[0] else {
            throw .malformed(
                "a query inside a condition selects one field", at: query.objectPosition)
        }
        let plan = try QueryPlanner(engine: self).plan(query)
        let resolved = try ResolvedPath.resolve(
            path, in: plan.object, alias: query.alias, schema: reader.schema)
        guard resolved.field.kind == .id || resolved.field.kind == .reference else {
            throw SOQLError(
                "INVALID_FIELD", "a query inside a condition selects an id", at: path.position)
        }
        var values = Set(rows(plan).map { reader.value(resolved, of: $0) })
        values.remove(.null)
        return values
    }

    /// The rows of a plan, in order, cut by its limit.
    func rows(_ plan: QueryPlan) -> [RecordRow] {
        let found = sorted(matching(plan), by: plan.orders)
        let rest = found.dropFirst(plan.offset)
        return Array(plan.limit.map { rest.prefix($0) } ?? rest)
    }

    func count(_ plan: QueryPlan) -> Int {
        let found = max(0, matching(plan).count - plan.offset)
        return plan.limit.map { min($0, found) } ?? found
    }

    private func matching(_ plan: QueryPlan) -> [RecordRow] {
        let table = reader.store.table(plan.object.name)
        if let candidates = candidates(plan.predicate, plan.object, table) {
            return candidates.compactMap { keep($0, plan) }
        }
        return table.records.compactMap { keep($0, plan) }
    }

    private func keep(_ record: StoredRecord, _ plan: QueryPlan) -> RecordRow? {
        guard let record = late.visible(record, now: now), includesDeleted || !record.isDeleted
        else { return nil }
        let row = RecordRow(record, of: plan.object)
        return plan.predicate.map { $0.holds(for: row, reader) } ?? true ? row : nil
    }

    /// The records an id or external id in the condition leads to; nil when all must be looked at.
    private func candidates(
        _ predicate: Predicate?, _ object: SObjectType, _ table: RecordTable
    ) -> [StoredRecord]? {
        switch predicate {
        case .all(let parts):
            for part in parts {
                if let found = candidates(part, object, table) { return found }
            }
            return nil
        case .compare(let path, .equal, let value): return lookUp(path, [value], table)
        case .isIn(let path, let values): return lookUp(path, values, table)
        default: return nil
        }
    }

    private func lookUp(
        _ path: ResolvedPath, _ values: Set<FieldValue>, _ table: RecordTable
    ) -> [StoredRecord]? {
        let field = path.field
        guard path.steps.isEmpty, field.kind == .id || field.isIdLookup || field.isUnique else {
            return nil
        }
        var found: [StoredRecord] = []
        for value in values {
            switch value {
            case .id(let id): if let record = table[id] { found.append(record) }
            case .text(let text): found += table.find(field.name, text, folded: true)
            default: return nil
            }
        }
        return found.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    private func sorted(_ rows: [RecordRow], by orders: [QueryPlan.Order]) -> [RecordRow] {
        guard !orders.isEmpty else { return rows }
        let keyed = rows.enumerated().map { at, row in
            (keys: orders.map { reader.value($0.path, of: row) }, at: at, row: row)
        }
        return keyed.sorted { a, b in
            for (at, order) in orders.enumerated() {
                if let isFirst = order.precedes(a.keys[at], b.keys[at]) { return isFirst }
            }
            return a.at < b.at
        }.map(\.row)
    }

    /// Writes what a query in the select list yields for one parent.
    func writeChildren(
        _ query: Projection.ChildQuery, of parent: String, root: String,
        to output: inout [UInt8]
    ) {
        var plan = query.plan
        let mine = Predicate.compare(
            ResolvedPath(steps: [], field: query.reference), .equal, .id(parent))
        plan.predicate = plan.predicate.map { .all([mine, $0]) } ?? mine
        let rows = rows(plan)
        guard !rows.isEmpty else {
            output += "null".utf8
            return
        }
        output += "{\"totalSize\":\(rows.count),\"done\":true,\"records\":[".utf8
        for (at, row) in rows.enumerated() {
            if at > 0 { output.append(UInt8(ascii: ",")) }
            plan.projection.write(row, root: root, engine: self, to: &output)
        }
        output += "]}".utf8
    }
}

extension QueryPlan.Order {
    /// Whether the first value comes first; nil when both are the same.
    func precedes(_ a: FieldValue, _ b: FieldValue) -> Bool? {
        if a == b { return nil }
        if a.isNull { return nullsFirst }
        if b.isNull { return !nullsFirst }
        guard let isLess = a.isLess(than: b) else { return nil }
        return isLess != isDescending
    }
}

/// Writes that become visible to queries only after a while, as rows of long transactions do.
struct LateRows {
    private struct Change {
        let until: Int64
        /// What is seen until then; nil when the record is new.
        let before: StoredRecord?
    }

    private var changes: [String: Change] = [:]

    mutating func hide(_ key: String, before: StoredRecord?, until: Int64) {
        changes[key] = Change(until: until, before: before)
    }

    func visible(_ record: StoredRecord, now: Int64) -> StoredRecord? {
        guard !changes.isEmpty, let change = changes[record.key], now < change.until else {
            return record
        }
        return change.before
    }

    mutating func forget(before now: Int64) {
        if !changes.isEmpty { changes = changes.filter { $0.value.until > now } }
    }
}
