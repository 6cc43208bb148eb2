internal import CrossdockData
internal import CrossdockDiagnostics

/// Brings together what a mapping needs: its file, tables, schemas, expressions.
struct MappingLoader {
    private let path: String
    private let tables: any Lookup
    private let schemas: any SchemaProvider
    private var complaints = Complaints()

    /// Rows of one file, those of lists included. Beyond it a file is generated nonsense.
    private static let maximumRows = 20_000

    init(path: String, tables: any Lookup, schemas: any SchemaProvider) {
        self.path = path
        self.tables = tables
        self.schemas = schemas
    }

    mutating func load(_ text: String) throws(DiagnosticsError) -> Mapping {
        var reader = MappingFileReader(file: path)
        let file = try reader.read(text)
        complaints = reader.complaints
        let rows = Self.all(file.rows)
        if rows.count > Self.maximumRows {
            complaints.add("a mapping has at most \(Self.maximumRows) rows", at: file.span)
            throw DiagnosticsError(complaints.errors)
        }
        let tables = lookupTables(rows)
        let schemas = objectSchemas(file)
        let expressions = expressions(rows)
        // Complaints about form come first: with them the rest would only add noise.
        if complaints.hasErrors { throw DiagnosticsError(complaints.errors) }
        FieldCheck(file: file, schemas: schemas, expressions: expressions).run(&complaints)
        if complaints.hasErrors { throw DiagnosticsError(complaints.errors) }
        return try compile(file, tables, schemas, expressions)
    }

    private mutating func compile(
        _ file: MappingFile, _ tables: [String: LookupTable],
        _ schemas: [MappingSide: ObjectSchema], _ expressions: [String: MappingExpression]
    ) throws(DiagnosticsError) -> Mapping {
        var compiled: [MappingDirection: Result<CompiledMapping, DiagnosticsError>] = [:]
        var directed: [MappingDirection: [DirectedRow]] = [:]
        for direction in MappingDirection.allCases {
            var lowering = RowLowering(
                file, direction, tables: tables, schemas: schemas, zones: ZoneCache())
            let rows = lowering.rows(file.rows)
            let pool = LiteralPool()
            var compiler = PlanCompiler(
                rows, side: direction.source, expressions: expressions, pool: pool)
            let plan = compiler.compile()
            directed[direction] = rows
            let found = lowering.complaints.all + compiler.complaints.all
            // The way there runs even when there is no way back.
            let errors = found.filter {
                $0.severity == .error && !(direction == .toRight && $0.code == .notInvertible)
            }
            for complaint in found where !complaints.all.contains(complaint) {
                complaints.add(complaint)
            }
            if errors.isEmpty, let plan {
                compiled[direction] = .success(
                    CompiledMapping(
                        file: file, direction: direction, plan: plan, rows: rows,
                        expressions: expressions))
            } else {
                compiled[direction] = .failure(
                    DiagnosticsError(errors.isEmpty ? found : errors))
            }
        }
        var zones = RowLowering(file, .toRight, tables: [:], schemas: [:], zones: ZoneCache())
        for side in MappingSide.allCases { _ = zones.zone(side) }
        for complaint in zones.complaints.all where !complaints.all.contains(complaint) {
            complaints.add(complaint)
        }
        let shared = complaints.errors.filter {
            $0.code == .badPattern || $0.code == .badMapping
        }
        if !shared.isEmpty { throw DiagnosticsError(shared) }
        return Mapping(
            file: file, diagnostics: complaints.all, schemas: schemas, compiled: compiled,
            directed: directed)
    }

    /// All rows, those of lists included.
    static func all(_ rows: [MappingRow]) -> [MappingRow] {
        rows.flatMap { row -> [MappingRow] in
            guard case .each(let rule) = row.verb else { return [row] }
            return [row] + all((rule.key.map { [$0] } ?? []) + rule.rows)
        }
    }

    private mutating func lookupTables(_ rows: [MappingRow]) -> [String: LookupTable] {
        var result: [String: LookupTable] = [:]
        var failed: Set<String> = []
        for row in rows {
            guard case .lookup(let rule) = row.verb, !failed.contains(rule.table) else { continue }
            if result[rule.table] == nil {
                guard let table = table(rule) else {
                    failed.insert(rule.table)
                    continue
                }
                result[rule.table] = table
            }
            guard let table = result[rule.table], table.keyCount != rule.subKeys.count else {
                continue
            }
            complaints.add(
                "table '\(rule.table)' has \(table.keyCount) key columns, the row gives "
                    + "\(rule.subKeys.count)", code: .badTable, at: rule.span,
                help: "sub-keys follow the table's name: \"\(rule.table)/{Field}\"")
        }
        return result
    }

    private mutating func table(_ rule: LookupRule) -> LookupTable? {
        do {
            if let text = try tables.table(rule.table) {
                return LookupTable.read(rule.table, text, &complaints)
            }
            complaints.add(
                "there is no table '\(rule.table)'", code: .badTable, at: rule.span,
                help: Suggestion.help(for: rule.table, in: tables.tableNames)
                    ?? "tables lie in `tables/` beside the mapping file")
        } catch {
            complaints.add(
                "table '\(rule.table)' cannot be read: \(error)", code: .badTable, at: rule.span)
        }
        return nil
    }

    private mutating func objectSchemas(_ file: MappingFile) -> [MappingSide: ObjectSchema] {
        var result: [MappingSide: ObjectSchema] = [:]
        for side in MappingSide.allCases {
            guard let path = file.object(side).schema else { continue }
            do {
                guard let text = try schemas.schema(path.text) else {
                    // Files travel without their schemas too: then nothing can be checked.
                    complaints.add(
                        "there is no schema '\(path.text)'; fields of this side are not checked",
                        code: .badSchema, at: path.span, severity: .warning,
                        help: "`crossdock schema pull` writes it")
                    continue
                }
                result[side] = try ObjectSchema(json: try Value(json: text), file: path.text)
            } catch {
                let message = (error as? any Classified)?.message ?? "\(error)"
                complaints.add(
                    "schema '\(path.text)' cannot be read: \(message)", code: .badSchema,
                    at: path.span)
            }
        }
        return result
    }

    private mutating func expressions(_ rows: [MappingRow]) -> [String: MappingExpression] {
        var result: [String: MappingExpression] = [:]
        func add(_ text: PlacedText?) {
            guard let text, result[text.text] == nil else { return }
            do throws(DiagnosticsError) {
                result[text.text] = try MappingExpression(text)
            } catch {
                for diagnostic in error.diagnostics { complaints.add(diagnostic) }
            }
        }
        for row in rows {
            add(row.expression)
            add(row.reverse?.expression)
            if case .when(let clauses) = row.verb {
                for clause in clauses { add(clause.condition) }
            }
        }
        return result
    }
}
