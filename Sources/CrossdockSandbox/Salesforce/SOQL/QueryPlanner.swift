/// Finds a query's names in the schema and refuses what does not fit.
struct QueryPlanner {
    let engine: QueryEngine
    private var schema: SalesforceSchema { engine.reader.schema }

    init(engine: QueryEngine) { self.engine = engine }

    /// - Parameter object: Given for a query inside a select list, whose `FROM` names a relationship.
    func plan(_ query: SOQLQuery, object given: SObjectType? = nil) throws(SOQLError) -> QueryPlan {
        guard let object = given ?? schema.object(query.object) else {
            throw .noObject(query.object, at: query.objectPosition)
        }
        var plan = QueryPlan(object: object)
        if let condition = query.condition {
            plan.predicate = try PredicateCompiler(
                object: object, alias: query.alias, engine: engine
            ).compile(condition)
        }
        plan.limit = query.limit
        plan.offset = query.offset ?? 0
        guard plan.offset <= 2_000 else {
            throw SOQLError(
                "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
        }
        plan.isCount = query.isCount
        if plan.isCount { return plan }
        if query.isAggregate {
            try addColumns(of: query, to: &plan)
        } else {
            try addItems(of: query, to: &plan)
            for order in query.orders { plan.orders.append(try self.order(order, query, object)) }
        }
        return plan
    }

    private func resolve(
        _ path: SOQLQuery.Path, _ query: SOQLQuery, _ object: SObjectType
    ) throws(SOQLError) -> ResolvedPath {
        try ResolvedPath.resolve(path, in: object, alias: query.alias, schema: schema)
    }

    private func addItems(of query: SOQLQuery, to plan: inout QueryPlan) throws(SOQLError) {
        for item in query.items {
            switch item {
            case .field(let path, let alias):
                if alias != nil {
                    throw .malformed(
                        "only aggregate expressions use field aliasing", at: path.position)
                }
                try plan.projection.add(
                    try resolve(path, query, plan.object), at: path.position)
            case .fields(let set, let position): try addFields(set, query, position, to: &plan)
            case .children(let inner): try addChildren(inner, to: &plan)
            case .aggregate: break
            }
        }
    }

    private func addFields(
        _ set: SOQLQuery.FieldSet, _ query: SOQLQuery, _ position: Int, to plan: inout QueryPlan
    ) throws(SOQLError) {
        if set != .standard, query.limit.map({ $0 > 200 }) ?? true {
            throw .malformed(
                "The SOQL FIELDS function must have a LIMIT of at most 200", at: position)
        }
        for field in plan.object.fields {
            let isWanted =
                switch set {
                case .all: true
                case .standard: !field.isCustom
                case .custom: field.isCustom
                }
            guard isWanted else { continue }
            try plan.projection.add(ResolvedPath(steps: [], field: field), at: position)
        }
    }

    private func addChildren(_ query: SOQLQuery, to plan: inout QueryPlan) throws(SOQLError) {
        let wanted = query.object.lowercased()
        for child in schema.all {
            for field in child.fields
            where field.referenceTo.contains(plan.object.name)
                && field.childRelationshipName?.lowercased() == wanted
            {
                let inner = try self.plan(query, object: child)
                guard inner.columns.isEmpty, !inner.isCount else {
                    throw .malformed(
                        "aggregates are not known in a query of children",
                        at: query.objectPosition)
                }
                plan.projection.add(
                    field.childRelationshipName ?? query.object,
                    Projection.ChildQuery(plan: inner, reference: field))
                return
            }
        }
        throw SOQLError(
            "INVALID_TYPE",
            "Didn't understand relationship '\(query.object)' in FROM part of query call. If you "
                + "are attempting to use a custom relationship, be sure to append the '__r' after "
                + "the custom relationship name. Please reference your WSDL or the describe call "
                + "for the appropriate names.", at: query.objectPosition)
    }

    private func addColumns(of query: SOQLQuery, to plan: inout QueryPlan) throws(SOQLError) {
        for path in query.groups {
            let resolved = try resolve(path, query, plan.object)
            guard resolved.field.isGroupable else {
                throw SOQLError(
                    "MALFORMED_QUERY",
                    "field '\(resolved.name)' can not be grouped in a query call",
                    at: path.position)
            }
            plan.groups.append(resolved)
        }
        var number = 0
        for item in query.items {
            switch item {
            case .field(let path, let alias):
                let resolved = try resolve(path, query, plan.object)
                guard plan.groups.contains(where: { $0.name == resolved.name }) else {
                    throw .malformed(
                        "Field must be grouped or aggregated: \(resolved.name)", at: path.position)
                }
                plan.columns.append(
                    .init(name: alias ?? resolved.field.name, source: .group(resolved)))
            case .aggregate(let function, let path, let alias, let position):
                let resolved = try path.map { path throws(SOQLError) in
                    try resolve(path, query, plan.object)
                }
                try check(function, resolved, at: position)
                plan.columns.append(
                    .init(
                        name: alias ?? "expr\(number)", source: .aggregate(function, resolved)))
                if alias == nil { number += 1 }
            case .fields(_, let position):
                throw .malformed("FIELDS cannot be used with GROUP BY", at: position)
            case .children(let inner):
                throw .malformed(
                    "a query of children cannot be used with GROUP BY", at: inner.objectPosition)
            }
        }
        for order in query.orders {
            let resolved = try self.order(order, query, plan.object)
            guard plan.groups.contains(where: { $0.name == resolved.path.name }) else {
                throw .malformed(
                    "Ordered field must be grouped or aggregated: \(resolved.path.name)",
                    at: order.path.position)
            }
            plan.orders.append(resolved)
        }
    }

    private func check(
        _ function: SOQLQuery.Function, _ path: ResolvedPath?, at position: Int
    ) throws(SOQLError) {
        guard let path else { return }
        let fits =
            switch function {
            case .sum, .average: path.field.kind.isNumber
            case .minimum, .maximum: path.field.isSortable && path.field.kind != .boolean
            case .count, .countDistinct: path.field.isFilterable
            }
        guard fits else {
            throw .malformed(
                "field \(path.name) does not support aggregate operator \(function.rawValue)",
                at: position)
        }
    }

    private func order(
        _ order: SOQLQuery.Order, _ query: SOQLQuery, _ object: SObjectType
    ) throws(SOQLError) -> QueryPlan.Order {
        let path = try resolve(order.path, query, object)
        guard path.field.isSortable else {
            throw .malformed(
                "field '\(path.name)' can not be sorted in a query call", at: order.path.position)
        }
        return QueryPlan.Order(
            path: path, isDescending: order.isDescending, nullsFirst: order.nullsFirst)
    }
}
