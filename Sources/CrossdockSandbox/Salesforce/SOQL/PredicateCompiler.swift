internal import CrossdockData

/// Checks a condition against the schema and turns it into a ``Predicate``.
struct PredicateCompiler {
    let object: SObjectType
    let alias: String?
    let engine: QueryEngine

    func compile(_ condition: SOQLQuery.Condition) throws(SOQLError) -> Predicate {
        switch condition {
        case .all(let parts): return .all(try parts.map(compile))
        case .any(let parts): return .any(try parts.map(compile))
        case .not(let part): return .not(try compile(part))
        case .compare(let path, let comparison, let literal):
            return try compare(try filterable(path), comparison, literal)
        case .like(let path, let pattern, let position):
            let resolved = try filterable(path)
            guard resolved.field.kind.isText else {
                throw SOQLError(
                    "INVALID_QUERY_FILTER_OPERATOR",
                    "invalid operator on \(resolved.field.kind.rawValue) field", at: position)
            }
            return .like(resolved, LikePattern(pattern))
        case .isIn(let path, let literals, let negated):
            return try membership(try filterable(path), literals, negated)
        case .isInQuery(let path, let query, let negated):
            let resolved = try filterable(path)
            guard resolved.field.kind == .id || resolved.field.kind == .reference else {
                throw SOQLError(
                    "INVALID_FIELD",
                    "The left operand field in the where expression for outer query should be an "
                        + "id field, cannot use: '\(resolved.name)'", at: path.position)
            }
            let inside = Predicate.isIn(resolved, try engine.ids(of: query))
            return negated ? .not(inside) : inside
        case .includes(let path, let texts, let negated):
            let resolved = try filterable(path)
            guard resolved.field.kind == .multipicklist else {
                throw SOQLError(
                    "INVALID_QUERY_FILTER_OPERATOR",
                    "includes or excludes operator only valid on multipicklist field",
                    at: path.position)
            }
            let wanted = texts.map { text in
                Set(text.lowercased().split(separator: ";").map(String.init))
            }
            let inside = Predicate.includes(resolved, wanted)
            return negated ? .not(inside) : inside
        }
    }

    private func filterable(_ path: SOQLQuery.Path) throws(SOQLError) -> ResolvedPath {
        let resolved = try ResolvedPath.resolve(
            path, in: object, alias: alias, schema: engine.reader.schema)
        guard resolved.field.isFilterable else {
            throw SOQLError(
                "INVALID_FIELD",
                "field '\(resolved.name)' can not be filtered in a query call", at: path.position)
        }
        return resolved
    }

    private func compare(
        _ path: ResolvedPath, _ comparison: SOQLQuery.Comparison, _ literal: SOQLQuery.Literal
    ) throws(SOQLError) -> Predicate {
        if case .range(let name, let count) = literal.value {
            guard path.field.kind == .date || path.field.kind == .datetime,
                let range = DateRange.range(name, count: count, now: engine.now)
            else { throw mismatch(path, literal) }
            return .range(path, comparison, range)
        }
        let value = try value(of: literal, for: path)
        let isOrder = comparison != .equal && comparison != .notEqual
        if isOrder, path.field.kind == .boolean || value.isNull {
            throw SOQLError(
                "INVALID_QUERY_FILTER_OPERATOR",
                "invalid operator on \(path.field.kind.rawValue) field", at: literal.position)
        }
        return .compare(path, comparison, value)
    }

    private func membership(
        _ path: ResolvedPath, _ literals: [SOQLQuery.Literal], _ negated: Bool
    ) throws(SOQLError) -> Predicate {
        var values: Set<FieldValue> = []
        for literal in literals { values.insert(try value(of: literal, for: path)) }
        let inside = Predicate.isIn(path, values)
        return negated ? .not(inside) : inside
    }

    /// The literal as a value of the field's kind.
    private func value(
        of literal: SOQLQuery.Literal, for path: ResolvedPath
    ) throws(SOQLError) -> FieldValue {
        let kind = path.field.kind
        switch literal.value {
        case .null: return .null
        case .bool(let flag) where kind == .boolean: return .bool(flag)
        case .number(let text) where kind.isNumber:
            return ExactDecimal(text).map { .number($0) } ?? .null
        case .string(let text) where kind == .id || kind == .reference:
            if text.isEmpty { return .null }
            guard let id = SalesforceID.normalized(text) else {
                throw SOQLError(
                    "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: \(text)",
                    at: literal.position)
            }
            return .id(id)
        case .string(let text) where kind.isText || kind == .time || kind == .anyType:
            // An empty text is no value at all.
            return text.isEmpty ? .null : .text(text.lowercased())
        case .date(let day) where kind == .date: return .instant(day)
        case .dateTime(let instant) where kind == .datetime: return .instant(instant)
        default: throw mismatch(path, literal)
        }
    }

    private func mismatch(_ path: ResolvedPath, _ literal: SOQLQuery.Literal) -> SOQLError {
        let kind = path.field.kind
        let isQuoted = kind.isText || kind == .id || kind == .reference
        let type = kind == .datetime ? "dateTime" : isQuoted ? "string" : kind.rawValue
        return SOQLError(
            "INVALID_FIELD",
            "value of filter criterion for field '\(path.name)' must be of type \(type) and "
                + "should \(isQuoted ? "" : "not ")be enclosed in quotes", at: literal.position)
    }
}
