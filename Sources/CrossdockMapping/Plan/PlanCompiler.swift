internal import CrossdockData
internal import CrossdockDiagnostics

/// Makes a plan of directed rows.
struct PlanCompiler {
    let rows: [DirectedRow]
    let pool: LiteralPool
    let expressions: [String: MappingExpression]
    /// Paths of the record; shared with the plans of its lists.
    let root: SourceMapBuilder
    /// Paths of this plan's own object.
    let own: SourceMapBuilder
    let isList: Bool
    let side: MappingSide

    var tables = PlanTables()
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

    /// How long a chain of rows that need each other may be.
    private static let maximumChain = 64

    private mutating func refuseCycles() {
        var state: [Int: Int] = [:]
        for number in dependencies.keys.sorted() where isInCycle(number, &state, 0) {
            complaints.add(
                "this row needs what it is itself needed for: rows wait for each other",
                code: .dependencyCycle, at: rows[number].origin.span)
            return
        }
    }

    private func isInCycle(_ number: Int, _ state: inout [Int: Int], _ depth: Int) -> Bool {
        if let known = state[number] { return known == 1 }
        if depth > Self.maximumChain { return true }
        state[number] = 1
        for next in dependencies[number] ?? [] where isInCycle(next, &state, depth + 1) {
            return true
        }
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
