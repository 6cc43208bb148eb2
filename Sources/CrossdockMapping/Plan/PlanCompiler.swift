internal import CrossdockData
internal import CrossdockDiagnostics

/// Makes a plan of directed rows.
struct PlanCompiler {
    private let rows: [DirectedRow]
    private let pool: LiteralPool
    private let expressions: [String: MappingExpression]
    /// Paths of the record; shared with the plans of its lists.
    private let root: SourceMapBuilder
    /// Paths of this plan's own object.
    private let own: SourceMapBuilder
    private let isList: Bool
    private let side: MappingSide

    private var tables = PlanTables()
    private var plans: [RowPlan] = []
    private var targets: [TargetPlan] = []
    private var targetPaths: [PlacedPath] = []
    private var targetRows: [Int] = []
    private var needed: Set<Int> = []
    private var dependencies: [Int: Set<Int>] = [:]
    var complaints = Complaints()

    /// - Parameters:
    ///   - expressions: All expressions of the file, by text.
    ///   - root: For the rows of a list, the paths of the record they lie in.
    init(
        _ rows: [DirectedRow], side: MappingSide, expressions: [String: MappingExpression],
        pool: LiteralPool, root: SourceMapBuilder? = nil
    ) {
        self.rows = rows
        self.side = side
        self.expressions = expressions
        self.pool = pool
        own = SourceMapBuilder()
        self.root = root ?? own
        isList = root != nil
    }

    /// - Returns: Nil, with complaints, when the rows contradict each other.
    mutating func compile() -> Plan? {
        for (number, row) in rows.enumerated() {
            for (at, target) in row.targets.enumerated() {
                targets.append(
                    TargetPlan(
                        prefix: Bytes(start: nil, count: 0), length: length(row, at),
                        row: Int32(number)))
                targetPaths.append(target)
                targetRows.append(number)
            }
        }
        var first = 0
        for (number, row) in rows.enumerated() {
            plans.append(plan(row, number: number, firstTarget: first))
            first += row.targets.count
        }
        refuseCycles()
        let steps = steps()
        guard !complaints.hasErrors else { return nil }
        return Plan(
            sources: own.build(pool), rows: plans, targets: targets, steps: steps.steps,
            targetNames: targetPaths.map { $0.path.description }, bufferCount: bufferCount,
            depth: steps.depth, isInFileOrder: steps.isInFileOrder, tables: tables, pool: pool)
    }

    private func length(_ row: DirectedRow, _ at: Int) -> Int32 {
        guard at < row.lengths.count, let length = row.lengths[at] else { return 0 }
        return Int32(clamping: length)
    }

    private var bufferCount: Int { targets.count { $0.buffer >= 0 } }

    // MARK: Order

    /// The steps of writing, and buffers for values that are made before their place is reached.
    private mutating func steps() -> (steps: [PlanStep], depth: Int, isInFileOrder: Bool) {
        var tree = TargetTree()
        for (number, target) in targetPaths.enumerated() {
            guard tree.insert(target.path, target: number) else {
                complaints.add(
                    "two rows write `\(target.path)`, or a part of it", code: .duplicateTarget,
                    at: target.span, help: "let one of them be for the other direction only")
                continue
            }
        }
        var order: [(target: Int, depth: Int)] = []
        var depth = 1
        var deepest = 1
        tree.walk { visit in
            switch visit {
            case .leaf(let target, _): order.append((target, depth))
            case .open:
                depth += 1
                deepest = max(deepest, depth)
            case .closeObject, .closeList: depth -= 1
            case .endElement: break
            }
        }
        assignBuffers(order.map(\.target), tree)
        var steps: [PlanStep] = []
        let pool = pool
        var targets = targets
        tree.walk { Self.append($0, &steps, &targets, pool) }
        self.targets = targets
        let written = order.map { targetRows[$0.target] }
        let isInFileOrder = zip(written, written.dropFirst()).allSatisfy { $0 <= $1 }
        return (steps, deepest, isInFileOrder && needed.isEmpty)
    }

    /// Values that others need, and rows whose targets do not lie side by side, are kept in buffers.
    private mutating func assignBuffers(_ order: [Int], _ tree: TargetTree) {
        var position: [Int: Int] = [:]
        for (at, target) in order.enumerated() { position[target] = at }
        var neighbours: [Int: Int] = [:]
        var run = 0
        tree.walk { visit in
            if case .leaf(let target, _) = visit { neighbours[target] = run } else { run += 1 }
        }
        for (number, row) in plans.enumerated() {
            let range = Int(row.firstTarget)..<Int(row.firstTarget + row.targetCount)
            let isScattered = zip(range, range.dropFirst()).contains { one, next in
                neighbours[one] != neighbours[next]
                    || (position[one] ?? 0) + 1 != (position[next] ?? 0)
            }
            if needed.contains(number) || isScattered {
                for target in range { targets[target].buffer = Int32(bufferCount) }
            }
        }
    }

    private static func append(
        _ visit: TargetTree.Visit, _ steps: inout [PlanStep], _ targets: inout [TargetPlan],
        _ pool: LiteralPool
    ) {
        switch visit {
        case .leaf(let target, let prefix):
            targets[target].prefix = pool.bytes(prefix)
            if targets[target].buffer >= 0 {
                steps.append(PlanStep(kind: .target, number: Int32(target)))
            } else if steps.last?.kind != .row || steps.last?.number != targets[target].row {
                steps.append(PlanStep(kind: .row, number: targets[target].row))
            }
        case .open(let prefix):
            steps.append(PlanStep(kind: .open, prefix: pool.bytes(prefix)))
        case .closeObject: steps.append(PlanStep(kind: .closeObject))
        case .closeList: steps.append(PlanStep(kind: .closeList))
        case .endElement: steps.append(PlanStep(kind: .endElement))
        }
    }

    private mutating func refuseCycles() {
        var state: [Int: Int] = [:]
        for number in dependencies.keys.sorted() where isInCycle(number, &state) {
            complaints.add(
                "this row needs what it is itself needed for: rows wait for each other",
                code: .dependencyCycle, at: rows[number].origin.span)
            return
        }
    }

    private func isInCycle(_ number: Int, _ state: inout [Int: Int]) -> Bool {
        if let known = state[number] { return known == 1 }
        state[number] = 1
        for next in dependencies[number] ?? [] where isInCycle(next, &state) { return true }
        state[number] = 2
        return false
    }

    // MARK: Sources

    func source(_ path: FieldPath) -> SideValue {
        path.isFromRoot && isList
            ? .rootSlot(root.slot(of: path.local)) : .slot(own.slot(of: path.local))
    }

    /// What a row needs besides its source; nil, with a complaint, when nothing makes it.
    mutating func sideValue(_ source: FieldSource, of row: DirectedRow, _ number: Int) -> SideValue?
    {
        switch source {
        case .input(let path): return self.source(path)
        case .output(let path):
            guard let target = targetPaths.firstIndex(where: { $0.path == path }) else {
                let code: DiagnosticCode = row.isForward ? .badMapping : .notInvertible
                complaints.add(
                    "the row needs `\(path)`, which no row of this direction writes", code: code,
                    at: row.origin.span,
                    help: Suggestion.help(
                        for: path.description, in: targetPaths.map { $0.path.description }))
                return nil
            }
            needed.insert(targetRows[target])
            dependencies[number, default: []].insert(targetRows[target])
            return .target(Int32(target))
        }
    }
}

extension FieldPath {
    /// The path inside the record or element it belongs to.
    var local: FieldPath { FieldPath(steps: steps) }
}

extension PlanCompiler {
    private mutating func plan(_ row: DirectedRow, number: Int, firstTarget: Int) -> RowPlan {
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
