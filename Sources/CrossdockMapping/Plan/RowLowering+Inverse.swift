internal import CrossdockData
internal import CrossdockDiagnostics

extension RowLowering {
    /// Whether the row can be turned round; complains, naming why, when it cannot.
    mutating func isInvertible(_ row: MappingRow) -> Bool {
        guard let reason = obstacle(row) else { return true }
        let name = row.right.first?.path.description ?? row.left.first?.path.description ?? "row"
        complaints.add(
            "`\(name)` works in both directions by its `direction`, but \(reason)",
            code: .notInvertible, at: row.span,
            help: "say `direction: to-right`, or write `reverse: {left: …, expr: …}`")
        return false
    }

    /// Why the derived inverse does not exist; nil when it does.
    private func obstacle(_ row: MappingRow) -> String? {
        if row.expression != nil { return "an expression has no inverse" }
        if let step = row.clean.first(where: { !$0.isReversible }) {
            return "`clean: \(step.rawValue)` cannot be undone"
        }
        if let reason = verbObstacle(row) { return reason }
        guard case .temporal(.date, _, let from) = row.conversion else { return nil }
        if let from, let pattern = try? TemporalPattern(from.text, for: .date) {
            return pattern.hasTime
                ? "the time of day of `from` is lost in a date" : nil
        }
        if let path = row.left.first?.path, let schema = schemas[.left],
            case .field(let field) = schema.find(path)
        {
            return field.type == .date
                ? nil : "the left field is no date, so its time would be lost"
        }
        return "it is not known that the left field is a date (no `from`, no schema)"
    }

    private func verbObstacle(_ row: MappingRow) -> String? {
        switch row.verb {
        case .when: return "`when` has no inverse"
        case .score: return "`score` has no inverse"
        case .join(_, let isReversible):
            let joins = (direction == .toRight ? row.right : row.left).count > 1
            return joins && !isReversible
                ? "the parts of `join` cannot be told apart; `join: {by: …}` can" : nil
        case .each(let rule):
            return rule.key == nil ? "`each` needs `key` to recognise elements" : nil
        case .lookup(let rule): return lookupObstacle(rule)
        case .codes(let rule):
            let forward = CodeTables.translation(from: rule.from, to: rule.to)
            return forward.collision.map {
                "'\($0.one)' and '\($0.other)' of `\(rule.from.rawValue)` become the same code"
            }
        default: return nil
        }
    }

    func lookupObstacle(_ rule: LookupRule) -> String? {
        guard let table = tables[rule.table], let pair = table.collision else { return nil }
        let keys = pair.one.keys.isEmpty ? "" : " (\(pair.one.keys.joined(separator: ", ")))"
        return "table '\(table.name)' turns both '\(pair.one.left)' and '\(pair.other.left)' into "
            + "'\(pair.one.right)'\(keys) (lines \(pair.one.line) and \(pair.other.line))"
    }
}
