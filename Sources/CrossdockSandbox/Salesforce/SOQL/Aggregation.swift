internal import CrossdockData

/// Result rows of a query with aggregates.
struct Aggregation {
    let engine: QueryEngine
    let plan: QueryPlan

    private struct Group {
        let keys: [FieldValue]
        let first: RecordRow
        var rows: [RecordRow]
    }

    /// Each result as JSON, in order, cut by the plan's limit.
    func results() -> [[UInt8]] {
        var unlimited = plan
        unlimited.limit = nil
        unlimited.offset = 0
        unlimited.orders = []
        let rows = engine.rows(unlimited)
        if plan.groups.isEmpty { return [json(of: rows)] }
        var places: [[FieldValue]: Int] = [:]
        var groups: [Group] = []
        for row in rows {
            let keys = plan.groups.map { engine.reader.value($0, of: row) }
            if let place = places[keys] {
                groups[place].rows.append(row)
            } else {
                places[keys] = groups.count
                groups.append(Group(keys: keys, first: row, rows: [row]))
            }
        }
        let ordered = groups.enumerated().sorted { a, b in
            for order in plan.orders {
                guard let at = plan.groups.firstIndex(where: { $0.name == order.path.name }),
                    let isFirst = order.precedes(a.element.keys[at], b.element.keys[at])
                else { continue }
                return isFirst
            }
            return a.offset < b.offset
        }
        let rest = ordered.dropFirst(plan.offset)
        return (plan.limit.map { rest.prefix($0) } ?? rest).map { json(of: $0.element.rows) }
    }

    private func json(of rows: [RecordRow]) -> [UInt8] {
        var line = JSONLine()
        line.add("attributes", json: #"{"type":"AggregateResult"}"#.utf8)
        for column in plan.columns {
            switch column.source {
            case .group(let path): line.add(column.name, json: text(path, of: rows.first))
            case .aggregate(let function, let path):
                line.add(column.name, json: aggregate(function, path, rows))
            }
        }
        return line.object()
    }

    private func text(_ path: ResolvedPath, of row: RecordRow?) -> [UInt8] {
        var output: [UInt8] = []
        guard let row else { return Array("null".utf8) }
        if path.steps.isEmpty {
            row.write(path.field, to: &output)
        } else {
            // The end of the path is written as the record there shows it.
            var at: RecordRow? = row
            for step in path.steps {
                at = at.flatMap { $0.reference(step) }.flatMap { engine.reader.row(id: $0) }
            }
            guard let at else { return Array("null".utf8) }
            at.write(path.field, to: &output)
        }
        return output
    }

    private func aggregate(
        _ function: SOQLQuery.Function, _ path: ResolvedPath?, _ rows: [RecordRow]
    ) -> [UInt8] {
        guard let path else { return Array(String(rows.count).utf8) }
        let valued = rows.map { (row: $0, value: engine.reader.value(path, of: $0)) }
            .filter { !$0.value.isNull }
        switch function {
        case .count: return Array(String(valued.count).utf8)
        case .countDistinct: return Array(String(Set(valued.map(\.value)).count).utf8)
        case .sum, .average: return number(function, valued.map(\.value))
        case .minimum, .maximum:
            let best = valued.min {
                let isLess = $0.value.isLess(than: $1.value) ?? false
                return function == .minimum
                    ? isLess : $1.value.isLess(than: $0.value) ?? false
            }
            return text(path, of: best?.row)
        }
    }

    private func number(_ function: SOQLQuery.Function, _ values: [FieldValue]) -> [UInt8] {
        var sum = 0.0
        for case .number(let value) in values { sum += Double(value.plain) ?? 0 }
        guard !values.isEmpty else { return Array("null".utf8) }
        let result = function == .average ? sum / Double(values.count) : sum
        return Array(String(result).utf8)
    }
}
