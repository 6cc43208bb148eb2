internal import CrossdockDiagnostics
internal import CrossdockJSONata

/// Finds fields that rows, expressions and lists name and the schemas do not have.
struct FieldCheck {
    let file: MappingFile
    let schemas: [MappingSide: ObjectSchema]
    let expressions: [String: MappingExpression]

    /// The lists in whose elements rows stand, by side.
    private typealias Scope = [MappingSide: FieldPath]

    func run(_ complaints: inout Complaints) {
        guard !schemas.isEmpty else { return }
        for row in file.rows { check(row, [:], &complaints) }
        if let identity = file.identity {
            if let left = identity.left { check(left, .left, [:], &complaints) }
            if let right = identity.right { check(right, .right, [:], &complaints) }
            for path in identity.matchOn { checkEither(path, &complaints) }
        }
        for (side, paths) in file.ignore {
            for path in paths { check(path, side, [:], &complaints) }
        }
    }

    private func check(_ row: MappingRow, _ scope: Scope, _ complaints: inout Complaints) {
        for path in row.left { check(path, .left, scope, &complaints) }
        for path in row.right { check(path, .right, scope, &complaints) }
        if let currency = row.currency { check(currency, .left, scope, &complaints) }
        let own: MappingSide =
            row.direction == .toLeft || (row.right.isEmpty && !row.left.isEmpty) ? .right : .left
        if let expression = row.expression { check(expression, own, scope, &complaints) }
        if let reverse = row.reverse {
            if let left = reverse.left { check(left, .left, scope, &complaints) }
            check(reverse.expression, .right, scope, &complaints)
        }
        switch row.verb {
        case .lookup(let rule):
            for key in rule.subKeys {
                check(PlacedPath(path: key.path, span: key.span), key.side, scope, &complaints)
            }
        case .when(let clauses):
            for clause in clauses {
                if let condition = clause.condition { check(condition, own, scope, &complaints) }
            }
        case .each(let rule):
            var inner = scope
            for (side, path) in [(MappingSide.left, row.left.first), (.right, row.right.first)] {
                guard let path else { continue }
                inner[side] = scope[side].map { $0.appending(path.path) } ?? path.path
            }
            for row in (rule.key.map { [$0] } ?? []) + rule.rows { check(row, inner, &complaints) }
        default: break
        }
    }

    private func check(
        _ placed: PlacedPath, _ side: MappingSide, _ scope: Scope, _ complaints: inout Complaints
    ) {
        let path =
            placed.path.isFromRoot
            ? placed.path.local : scope[side].map { $0.appending(placed.path) } ?? placed.path
        guard let schema = schemas[side],
            case .unknown(let name, let among) = schema.find(path)
        else { return }
        complain(name, among, schema, placed.span, &complaints)
    }

    private func checkEither(_ placed: PlacedPath, _ complaints: inout Complaints) {
        let found = MappingSide.allCases.contains { side in
            guard let schema = schemas[side] else { return true }
            if case .unknown = schema.find(placed.path) { return false }
            return true
        }
        guard !found, let schema = schemas[.left] else { return }
        let all = schemas.values.flatMap { $0.fields.map(\.name) }
        complain(placed.path.description, all, schema, placed.span, &complaints)
    }

    /// What an expression reads, as far as it can be known without running it.
    private func check(
        _ text: PlacedText, _ side: MappingSide, _ scope: Scope, _ complaints: inout Complaints
    ) {
        for path in expressions[text.text]?.paths ?? [] {
            var side = side
            var scope = scope
            switch path.root {
            case .input: break
            case .variable("root"): scope = [:]
            case .variable(let name):
                guard let named = MappingSide(rawValue: name) else { continue }
                side = named
                scope = [:]
            }
            let steps = FieldPath(steps: path.names.map { .name($0) })
            let full = scope[side].map { $0.appending(steps) } ?? steps
            guard let schema = schemas[side],
                case .unknown(let name, let among) = schema.find(full)
            else { continue }
            var span = MappingExpression.span(text, path.position)
            let last = path.names.last ?? ""
            if span.column != text.span.column {
                span.endColumn = span.column
                span.column = max(text.span.column, span.column - last.unicodeScalars.count)
            }
            complain(name, among, schema, span, &complaints)
        }
    }

    private func complain(
        _ name: String, _ among: [String], _ schema: ObjectSchema, _ span: SourceSpan,
        _ complaints: inout Complaints
    ) {
        let what = schema.object.isEmpty ? "the object" : "`\(schema.object)`"
        complaints.add(
            "\(what) has no field `\(name)`", code: .unknownField, at: span,
            help: Suggestion.help(for: name, in: among))
    }
}
