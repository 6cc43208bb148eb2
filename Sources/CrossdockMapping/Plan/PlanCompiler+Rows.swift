internal import CrossdockData
internal import CrossdockDiagnostics

extension PlanCompiler {
    mutating func plan(_ row: DirectedRow, number: Int, firstTarget: Int) -> RowPlan {
        var plan = RowPlan()
        plan.firstTarget = Int32(firstTarget)
        plan.targetCount = Int32(row.targets.count)
        plan.line = Int32(clamping: row.origin.span.line)
        plan.isPersonal = row.origin.isPersonal
        plan.cutsLong = row.cutsLong
        plan.emptyIsNull = row.emptyIsNull
        (plan.onAbsent, plan.onNull) = (row.onAbsent, row.onNull)
        plan.onAbsentPiece = row.onAbsentPiece
        plan.cleanStart = Int32(tables.clean.count)
        plan.cleanCount = Int32(row.clean.count)
        tables.clean += row.clean
        if let value = row.defaultValue { plan.literal = pool.piece(value) }
        plan.source = source(of: row, &plan)
        plan.verb = verb(row, number, &plan)
        plan.conversion = conversion(row.conversion)
        if let currency = row.currency, let value = sideValue(currency, of: row, number) {
            plan.currency = Int32(tables.currencies.count)
            tables.currencies.append(value)
        }
        let hasLength = row.lengths.contains { $0 != nil }
        if case .copy = plan.verb, case .none = plan.conversion, row.clean.isEmpty, !hasLength,
            row.targets.count == 1
        {
            if case .slot = plan.source { plan.isPlain = true }
        }
        return plan
    }

    private mutating func source(of row: DirectedRow, _ plan: inout RowPlan) -> RowPlan.Source {
        if let text = row.expression {
            guard let expression = expressions[text.text] else { return .none }
            plan.readsTarget = expression.reads(side.other)
            tables.expressions.append(expression)
            return .expression(Int32(tables.expressions.count - 1))
        }
        switch row.verb {
        case .constant, .when, .score: return .none
        case .join(let separator):
            tables.joins.append(
                JoinPlan(
                    sources: row.sources.map { source($0.path) }, separator: pool.bytes(separator)))
            return .several(Int32(tables.joins.count - 1))
        default: break
        }
        guard let path = row.sources.first?.path else { return .none }
        switch source(path) {
        case .rootSlot(let slot): return .rootSlot(slot)
        case .slot(let slot), .target(let slot): return .slot(slot)
        }
    }

    private mutating func verb(
        _ row: DirectedRow, _ number: Int, _ plan: inout RowPlan
    ) -> RowPlan.Verb {
        switch row.verb {
        case .copy, .join: return .copy
        case .constant(let value):
            plan.literal = pool.piece(value)
            return .constant
        case .when(let clauses):
            tables.clauses.append(clauses.map { clause($0, &plan) })
            return .when(Int32(tables.clauses.count - 1))
        case .lookup(let table, let keys, let onMissing):
            let keys = keys.compactMap { sideValue($0, of: row, number) }
            tables.translations.append(
                TranslationPlan(
                    table: table.translation(row.direction), tableName: table.name, subKeys: keys,
                    onMissing: onMissing, missing: missing(onMissing)))
            return .translate(Int32(tables.translations.count - 1))
        case .xref(let table, let side, let onMissing):
            tables.xrefs.append(XrefPlan(table: table, side: side, onMissing: onMissing))
            return .xref(Int32(tables.xrefs.count - 1))
        case .codes(let rule, let translation, let onMissing):
            let list = row.direction == .toRight ? rule.from : rule.to
            tables.codes.append(
                CodesPlan(
                    translation: translation, listName: list.rawValue, onMissing: onMissing,
                    missing: missing(onMissing)))
            return .codes(Int32(tables.codes.count - 1))
        case .splitWidth(let width, let atWord):
            return .splitWidth(width: Int32(clamping: width), atWord: atWord)
        case .splitBy(let separator):
            tables.separators.append(pool.bytes(separator))
            return .splitBy(Int32(tables.separators.count - 1))
        case .line(let range):
            tables.lines.append(range)
            return .line(Int32(tables.lines.count - 1))
        case .each(let rows, _): return each(rows)
        case .score(let model, let output):
            tables.scores.append(ScorePlan(model: model, output: output))
            return .score(Int32(tables.scores.count - 1))
        }
    }

    private mutating func each(_ rows: [DirectedRow]) -> RowPlan.Verb {
        var compiler = PlanCompiler(
            rows, side: side, expressions: expressions, pool: pool, root: root)
        let plan = compiler.compile()
        for complaint in compiler.complaints.all { complaints.add(complaint) }
        guard let plan else { return .copy }
        tables.lists.append(plan)
        return .each(Int32(tables.lists.count - 1))
    }

    /// `onMissing: {default: x}` yields text, as the translation would have.
    private func missing(_ onMissing: MissingTranslation) -> Piece {
        guard case .value(let value) = onMissing else { return .null }
        if let text = value.scalarText { return pool.piece(.string(text)) }
        return pool.piece(value)
    }

    private mutating func clause(_ clause: WhenClause, _ plan: inout RowPlan) -> ClausePlan {
        let value = pool.piece(clause.value)
        guard let text = clause.condition, let expression = expressions[text.text] else {
            return ClausePlan(condition: nil, value: value)
        }
        if expression.reads(side.other) { plan.readsTarget = true }
        var condition = RowCondition(text, expression)
        if case .comparison(var comparison) = condition {
            comparison.slot = own.slot(of: comparison.path)
            condition = .comparison(comparison)
        }
        return ClausePlan(condition: condition, value: value)
    }

    private mutating func conversion(_ conversion: DirectedConversion?) -> RowPlan.Conversion {
        switch conversion {
        case nil: return .none
        case .decimal(let precision, let scale, let reading, let writing):
            tables.decimals.append(
                DecimalPlan(precision: precision, scale: scale, reading: reading, writing: writing))
            return .decimal(Int32(tables.decimals.count - 1))
        case .integer(let reading):
            tables.integers.append(reading)
            return .integer(Int32(tables.integers.count - 1))
        case .boolean(let yes, let no):
            tables.booleans.append(BooleanPlan(isTrue: pool.piece(yes), isFalse: pool.piece(no)))
            return .boolean(Int32(tables.booleans.count - 1))
        case .unboolean(let yes, let no):
            tables.booleans.append(BooleanPlan(isTrue: pool.piece(yes), isFalse: pool.piece(no)))
            return .unboolean(Int32(tables.booleans.count - 1))
        case .temporal(let converter):
            tables.temporals.append(converter)
            return .temporal(Int32(tables.temporals.count - 1))
        }
    }
}
