internal import CrossdockData
internal import CrossdockJSONata

/// Which fields rows touch, as paths from the record.
enum RowPaths {
    /// Everything rows read, expressions as far as it can be known without running them.
    static func read(
        _ rows: [DirectedRow], _ expressions: [String: MappingExpression], side: MappingSide,
        list: FieldPath? = nil
    ) -> [FieldPath] {
        var found: [FieldPath] = []
        func add(_ path: FieldPath, fromRoot: Bool = false) {
            let full =
                path.isFromRoot || fromRoot
                ? path.local : list.map { $0.appending(path) } ?? path
            if !found.contains(full), !full.steps.isEmpty { found.append(full) }
        }
        func add(_ text: PlacedText?) {
            guard let text, let expression = expressions[text.text] else { return }
            for path in expression.paths {
                let steps = FieldPath(steps: path.names.map { .name($0) })
                switch path.root {
                case .input: add(steps)
                case .variable(let name):
                    if name == "root" || name == side.rawValue { add(steps, fromRoot: true) }
                }
            }
        }
        for row in rows {
            if row.expression == nil { for source in row.sources { add(source.path) } }
            add(row.expression)
            for side in sideSources(row) { if case .input(let path) = side { add(path) } }
            switch row.verb {
            case .when(let clauses): for clause in clauses { add(clause.condition) }
            case .each(let inner, _):
                let path = row.sources.first?.path
                let full = list.flatMap { outer in path.map { outer.appending($0) } } ?? path
                for path in read(inner, expressions, side: side, list: full)
                where !found.contains(path) {
                    found.append(path)
                }
            default: break
            }
        }
        return found
    }

    private static func sideSources(_ row: DirectedRow) -> [FieldSource] {
        var sources: [FieldSource] = []
        if case .lookup(_, let keys, _) = row.verb { sources += keys }
        if let currency = row.currency { sources.append(currency) }
        return sources
    }

    /// The targets that are written as decimals, without indexes.
    static func decimals(_ rows: [DirectedRow], list: String = "") -> Set<String> {
        var found: Set<String> = []
        for row in rows {
            if case .decimal? = row.conversion {
                for target in row.targets { found.insert(list + names(target.path)) }
            }
            if case .each(let inner, _) = row.verb, let target = row.targets.first {
                found.formUnion(decimals(inner, list: list + names(target.path) + "."))
            }
        }
        return found
    }

    static func names(_ path: FieldPath) -> String {
        path.steps.compactMap { if case .name(let name) = $0 { name } else { nil } }
            .joined(separator: ".")
    }
}
