internal import CrossdockData
internal import CrossdockDiagnostics

/// Turns rows as written into rows of one direction; derives the inverse where that is asked for.
struct RowLowering {
    let file: MappingFile
    let direction: MappingDirection
    let tables: [String: LookupTable]
    let schemas: [MappingSide: ObjectSchema]
    var zones: ZoneCache
    var complaints = Complaints()

    init(
        _ file: MappingFile, _ direction: MappingDirection, tables: [String: LookupTable],
        schemas: [MappingSide: ObjectSchema], zones: ZoneCache
    ) {
        self.file = file
        self.direction = direction
        self.tables = tables
        self.schemas = schemas
        self.zones = zones
    }

    /// - Parameter scope: The list whose elements the rows are for, on each side.
    mutating func rows(
        _ rows: [MappingRow], scope: [MappingSide: FieldPath] = [:]
    ) -> [DirectedRow] {
        var result: [DirectedRow] = []
        var lineGroups: Set<FieldPath> = []
        for row in rows where effectiveDirection(row).includes(direction) {
            if case .line = row.verb, direction == .toLeft, row.reverse == nil {
                guard let left = row.left.first, lineGroups.insert(left.path).inserted else {
                    continue
                }
                result.append(lines(joining: rows, left, scope))
                continue
            }
            result += self.row(row, scope)
        }
        return result
    }

    private func effectiveDirection(_ row: MappingRow) -> RowDirection {
        row.direction ?? file.defaults.direction
    }

    /// In which direction the row works as written.
    private func ownDirection(_ row: MappingRow) -> MappingDirection {
        if row.direction == .toLeft { return .toLeft }
        return row.right.isEmpty && !row.left.isEmpty ? .toLeft : .toRight
    }

    private mutating func row(
        _ row: MappingRow, _ scope: [MappingSide: FieldPath]
    ) -> [DirectedRow] {
        if direction == .toLeft, let reverse = row.reverse { return reversed(row, reverse, scope) }
        let isForward = ownDirection(row) == direction
        let sources = direction == .toRight ? row.left : row.right
        let targets = direction == .toRight ? row.right : row.left
        if case .constant = row.verb, !isForward { return [] }
        var directed = DirectedRow(origin: row, direction: direction, isForward: isForward)
        directed.sources = sources
        directed.targets = targets
        directed.expression = isForward ? row.expression : nil
        policies(&directed)
        guard isForward || isInvertible(row) else { return [] }
        if targets.isEmpty { return [] }
        guard verb(&directed, scope) else { return [] }
        conversion(&directed, scope)
        return paired(directed, scope)
    }

    private func policies(_ directed: inout DirectedRow) {
        let row = directed.origin
        let defaults = file.defaults
        directed.clean = row.clean
        directed.defaultValue = directed.isForward ? row.defaultValue : nil
        let hasDefault = directed.defaultValue != nil
        func action(_ own: MissingPolicy?, _ general: MissingPolicy) -> RowPlan.Missing {
            switch own ?? (hasDefault ? .default : general) {
            case .skip: .skip
            case .clear: .clear
            case .fail: .fail
            case .default: hasDefault ? .useDefault : .skip
            }
        }
        directed.onAbsent = action(row.onAbsent, defaults.onAbsent)
        directed.onNull = action(row.onNull, defaults.onNull)
        directed.onAbsentPiece =
            switch row.onAbsent ?? defaults.onAbsent {
            case .skip: .skip
            case .clear: .clear
            case .fail: .fail
            case .default: hasDefault ? .useDefault : .skip
            }
        if case .boolean? = row.conversion {
            directed.emptyIsNull = row.onEmpty == .asNull
        } else {
            directed.emptyIsNull = (row.onEmpty ?? defaults.onEmpty) == .asNull
        }
        directed.cutsLong = (row.onTooLong ?? defaults.onTooLong) == .truncate
    }

    /// `reverse: {left: field, expr: …}`.
    private mutating func reversed(
        _ row: MappingRow, _ rule: ReverseRule, _ scope: [MappingSide: FieldPath]
    ) -> [DirectedRow] {
        var directed = DirectedRow(origin: row, direction: .toLeft, isForward: false)
        directed.expression = rule.expression
        directed.targets = rule.left.map { [$0] } ?? row.left
        guard directed.targets.count == 1 else {
            complaints.add("`reverse` needs `left`: the field it writes", at: rule.expression.span)
            return []
        }
        policies(&directed)
        directed.clean = []
        return paired(directed, scope)
    }

    /// All `line` rows of one left field, joined again.
    private mutating func lines(
        joining rows: [MappingRow], _ left: PlacedPath, _ scope: [MappingSide: FieldPath]
    ) -> DirectedRow {
        var parts: [(order: Int, row: MappingRow, source: PlacedPath)] = []
        for row in rows where effectiveDirection(row).includes(.toLeft) {
            if case .line(let range) = row.verb, row.reverse == nil,
                row.left.first?.path == left.path, let source = row.right.first
            {
                parts.append((range.first, row, source))
                if !isInvertible(row) { break }
            }
        }
        let first = parts.first?.row ?? MappingRow(span: left.span)
        var directed = DirectedRow(origin: first, direction: .toLeft, isForward: false)
        directed.sources = parts.sorted { $0.order < $1.order }.map(\.source)
        directed.targets = [left]
        policies(&directed)
        directed.verb = .join("\n")
        directed.lengths = [schemaLength(left.path, .left, scope)]
        return directed
    }

    /// Several fields on both sides are rows of their own; elsewhere lengths are attached.
    private func paired(
        _ directed: DirectedRow, _ scope: [MappingSide: FieldPath]
    ) -> [DirectedRow] {
        var directed = directed
        let side = direction.target
        directed.lengths = directed.targets.map { target in
            (directed.isForward ? directed.origin.length : nil)
                ?? schemaLength(target.path, side, scope)
        }
        switch directed.verb {
        case .splitWidth, .splitBy, .join: return [directed]
        default: break
        }
        guard directed.targets.count > 1 else { return [directed] }
        return directed.targets.indices.map { at in
            var one = directed
            one.targets = [directed.targets[at]]
            one.lengths = [directed.lengths[at]]
            if directed.sources.count == directed.targets.count {
                one.sources = [directed.sources[at]]
            }
            return one
        }
    }

    private func schemaLength(
        _ path: FieldPath, _ side: MappingSide, _ scope: [MappingSide: FieldPath]
    ) -> Int? {
        guard let schema = schemas[side] else { return nil }
        let full = scope[side].map { $0.appending(path) } ?? path
        if case .field(let field) = schema.find(full), field.type == .text { return field.length }
        return nil
    }
}

/// The zones that a mapping names, read once.
struct ZoneCache {
    private var zones: [String: TimeZoneTable] = [:]

    mutating func zone(_ name: String) -> TimeZoneTable? {
        if let known = zones[name] { return known }
        let loaded = TimeZoneTable.load(name)
        zones[name] = loaded
        return loaded
    }
}
