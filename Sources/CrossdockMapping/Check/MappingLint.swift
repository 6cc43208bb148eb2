internal import CrossdockData
public import CrossdockDiagnostics

extension Mapping {
    /// Everything there is to say about the file: what loading found, and what the schemas, tables and
    /// tests show.
    public func lint() -> [Diagnostic] {
        var check = MappingLint(mapping: self)
        check.run()
        return check.complaints.all
    }

    /// The tables that rows look things up in.
    public var tablesUsed: Set<String> {
        Set(
            MappingLoader.all(file.rows).compactMap { row in
                if case .lookup(let rule) = row.verb { rule.table } else { nil }
            })
    }

    /// Complains about tables that none of a project's mappings uses.
    public static func unusedTables(
        _ mappings: [Mapping], in tables: any Lookup
    ) -> [Diagnostic] {
        let used = mappings.reduce(into: Set<String>()) { $0.formUnion($1.tablesUsed) }
        return tables.tableNames.filter { !used.contains($0) }.map { name in
            let file = (try? tables.table(name))?.file ?? "\(name).csv"
            return Diagnostic(
                .tableUnused, "table '\(name)' is not used by any mapping",
                at: SourceSpan(file: file, line: 1, column: 1), severity: .warning)
        }
    }
}

private struct MappingLint {
    let mapping: Mapping
    var complaints = Complaints()

    private var file: MappingFile { mapping.file }

    mutating func run() {
        for diagnostic in mapping.diagnostics { complaints.add(diagnostic) }
        for direction in MappingDirection.allCases {
            if case .failure(let error) = Result(catching: { try mapping.compiled(direction) }),
                let error = error as? DiagnosticsError
            {
                for diagnostic in error.diagnostics where !complaints.all.contains(diagnostic) {
                    complaints.add(diagnostic)
                }
            }
        }
        let rows = mapping.directedRows(.toRight)
        for row in rows { check(row, [:]) }
        for row in MappingLoader.all(file.rows) { checkWritten(row) }
        personal(rows)
        requiredTargets(rows)
        unreadFields()
        untestedRows(rows)
    }

    // MARK: Rows

    private typealias Scope = [MappingSide: FieldPath]

    private func field(
        _ path: FieldPath?, _ side: MappingSide, _ scope: Scope
    ) -> ObjectSchema.Field? {
        guard let path, let schema = mapping.schemas[side] else { return nil }
        let full =
            path.isFromRoot ? path.local : scope[side].map { $0.appending(path) } ?? path
        if case .field(let field) = schema.find(full) { return field }
        return nil
    }

    private mutating func check(_ row: DirectedRow, _ scope: Scope) {
        let source = field(row.sources.first?.path, .left, scope)
        for target in row.targets {
            guard let field = field(target.path, .right, scope) else { continue }
            if field.isReadOnly {
                complaints.add(
                    "`\(target.path)` is read-only there", code: .readOnlyTarget, at: target.span)
            }
            if let source { compare(row, source, field, target) }
        }
        if case .lookup(let table, let keys, let onMissing) = row.verb, keys.isEmpty {
            checkLookup(row, table, onMissing, source, scope)
        }
        if case .each(let rows, _) = row.verb {
            var inner = scope
            if let path = row.sources.first?.path {
                inner[.left] = scope[.left].map { $0.appending(path) } ?? path
            }
            if let path = row.targets.first?.path {
                inner[.right] = scope[.right].map { $0.appending(path) } ?? path
            }
            for row in rows { check(row, inner) }
        }
    }

    private mutating func compare(
        _ row: DirectedRow, _ source: ObjectSchema.Field, _ target: ObjectSchema.Field,
        _ place: PlacedPath
    ) {
        if case .copy = row.verb, row.conversion == nil, row.clean.isEmpty,
            !Self.fits(source.type, target.type)
        {
            complaints.add(
                "`\(source.name)` is \(source.type.rawValue), `\(place.path)` is "
                    + target.type.rawValue, code: .typeClash, at: place.span, severity: .warning,
                help: "convert with `as`")
        }
        if case .copy = row.verb, row.conversion == nil, !row.cutsLong, row.origin.length == nil,
            let from = source.length, let to = target.length, from > to
        {
            complaints.add(
                "`\(source.name)` may have \(from) characters, `\(place.path)` holds \(to)",
                code: .textTooLong, at: place.span, severity: .warning,
                help: "say `length` and what to do with longer text: `onTooLong`")
        }
        if target.isRequired, row.defaultValue == nil, !source.isRequired,
            row.onNull != .fail || row.onAbsent != .fail
        {
            complaints.add(
                "`\(place.path)` is required, `\(source.name)` may be missing",
                code: .nullableToRequired, at: place.span, severity: .warning)
        }
        let isInstant = source.type == .dateTime && file.defaults.zone[.right] == nil
        if case .temporal(.date, _, _)? = row.origin.conversion, isInstant {
            complaints.add(
                "the day of `\(source.name)` depends on a time zone, and none is given",
                code: .dateWithoutZone, at: place.span, severity: .warning,
                help: "say `defaults: {zone: {right: Europe/Berlin}}`")
        }
    }

    private static func fits(
        _ source: ObjectSchema.FieldType, _ target: ObjectSchema.FieldType
    ) -> Bool {
        let numbers: Set<ObjectSchema.FieldType> = [.number, .integer, .decimal]
        if source == target || source == .any || target == .any { return true }
        if numbers.contains(source), numbers.contains(target) { return target != .integer }
        // Every scalar has a text.
        return target == .text && source != .object
    }

    private mutating func checkLookup(
        _ row: DirectedRow, _ table: LookupTable, _ onMissing: MissingTranslation,
        _ source: ObjectSchema.Field?, _ scope: Scope
    ) {
        let left = Set(table.rows.map(\.left))
        if onMissing == .fail, let gap = source?.picklist.first(where: { !left.contains($0) }) {
            complaints.add(
                "table '\(table.name)' does not have '\(gap)', which `\(source?.name ?? "")` may be",
                code: .lookupMissing, at: row.origin.span, severity: .warning)
        }
        let target = field(row.targets.first?.path, .right, scope)
        if let target, !target.picklist.isEmpty,
            let odd = table.rows.first(where: { !target.picklist.contains($0.right) })
        {
            complaints.add(
                "table '\(table.name)' gives '\(odd.right)' (line \(odd.line)), which "
                    + "`\(target.name)` may not be", code: .lookupMissing, at: row.origin.span,
                severity: .warning)
        }
    }

    /// What can be said of a row as it is written.
    private mutating func checkWritten(_ row: MappingRow) {
        if let expression = row.expression, case .decimal? = row.conversion {
            complaints.add(
                "the expression calculates with binary fractions", code: .doubleIntoDecimal,
                at: expression.span, severity: .warning,
                help: "copy the field and let `as: {decimal}` round it")
        }
        if let expression = row.expression { checkCollapse(expression) }
        if row.conflict == .newest {
            complaints.add(
                "`newest` compares records, not fields", code: .newestWithoutTime, at: row.span,
                severity: .note)
        }
    }

    /// A plain path through a list yields a list, or a single value when there is one.
    private mutating func checkCollapse(_ expression: PlacedText) {
        let isPath = expression.text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0 == "." || $0 == "_" || ("0"..."9").contains($0)
        }
        guard isPath, let schema = mapping.schemas[.left] else { return }
        var steps: [FieldPath.Step] = []
        for name in expression.text.split(separator: ".") {
            steps.append(.name(String(name)))
            guard case .field(let field) = schema.find(FieldPath(steps: steps)), field.isList,
                steps.count < expression.text.split(separator: ".").count
            else { continue }
            complaints.add(
                "`\(field.name)` is a list: with one element the result is a single value",
                code: .listMayCollapse, at: expression.span, severity: .warning,
                help: "use `each`, or put the expression in [ ]")
            return
        }
    }

    // MARK: The whole

    private mutating func personal(_ rows: [DirectedRow]) {
        var personal: Set<FieldPath> = []
        for row in rows where row.origin.isPersonal {
            personal.formUnion(row.sources.map(\.path))
        }
        for row in rows where !row.origin.isPersonal {
            guard let shared = row.sources.first(where: { personal.contains($0.path) }) else {
                continue
            }
            complaints.add(
                "`\(shared.path)` is personal data in another row, here it is not marked",
                code: .personalData, at: row.origin.span, severity: .warning,
                help: "say `pii: true`")
        }
    }

    private mutating func requiredTargets(_ rows: [DirectedRow]) {
        guard let schema = mapping.schemas[.right], !rows.isEmpty else { return }
        let written = Set(rows.flatMap { $0.targets.compactMap(\.path.head) })
        let ignored = Set((file.ignore[.right] ?? []).compactMap(\.path.head))
        for field in schema.fields
        where field.isRequired && !written.contains(field.name) && !ignored.contains(field.name) {
            complaints.add(
                "`\(field.name)` is required and no row writes it",
                code: .requiredTargetUnmapped, at: file.span, severity: .warning)
        }
    }

    private mutating func unreadFields() {
        guard let schema = mapping.schemas[.left],
            let compiled = try? mapping.compiled(.toRight), !compiled.fieldsRead.isEmpty
        else { return }
        let read = Set(compiled.fieldsRead.compactMap(\.head))
        let ignored = Set((file.ignore[.left] ?? []).compactMap(\.path.head))
        for field in schema.fields where !read.contains(field.name) && !ignored.contains(field.name)
        {
            complaints.add(
                "`\(field.name)` is never read", code: .fieldNeverRead, at: file.span,
                severity: .note, help: "map it, or list it under `ignore: {left: […]}`")
        }
    }

    private mutating func untestedRows(_ rows: [DirectedRow]) {
        var seen: Set<String> = []
        for test in file.tests where test.direction == .toRight {
            switch test.expectation {
            case .subset(let value), .exactly(let value): Self.names(of: value, "", &seen)
            case .failure(let field?, _):
                seen.insert(
                    RowPaths.names((try? FieldPath(parsing: field)) ?? FieldPath(steps: [])))
            default: break
            }
        }
        for row in rows
        where !row.targets.contains(where: { seen.contains(RowPaths.names($0.path)) }) {
            let name = row.targets.first?.path.description ?? ""
            complaints.add(
                "no test expects a value of `\(name)`", code: .rowUntested, at: row.origin.span,
                severity: .note)
        }
    }

    /// The paths of all members, without indexes.
    private static func names(of value: Value, _ path: String, _ names: inout Set<String>) {
        if !path.isEmpty { names.insert(path) }
        switch value {
        case .object(let members):
            for (key, member) in members {
                Self.names(of: member, path.isEmpty ? key : "\(path).\(key)", &names)
            }
        case .array(let elements): for element in elements { Self.names(of: element, path, &names) }
        default: break
        }
    }
}
