/// The labels of a table, made numbers.
struct Labels: Sendable {
    /// The positive class last, for binary tasks; sorted for several; empty for numbers.
    let classes: [String]
    /// Per row of the table: the class's number or the number itself; NaN where there is no label.
    let targets: [Double]
    /// The rows that have a label.
    let rows: [Int]

    init(_ table: TrainingTable, _ spec: ModelSpec) throws(ModelError) {
        guard let column = table.label, let label = spec.label else {
            throw ModelError(.labelMissing, "the spec has no label")
        }
        let rows = (0..<table.rows).filter { !column.isMissing($0) }
        guard rows.count >= 2 else {
            throw ModelError(
                .labelMissing, "\(rows.count) of \(table.rows) rows have a '\(label.field)'")
        }
        self.rows = rows
        guard spec.task.isClassification else {
            classes = []
            targets = column.numbers
            return
        }
        classes = try Self.classes(column, rows, spec.task, label)
        var codes = [Double](repeating: .nan, count: column.table.count)
        for (number, name) in classes.enumerated() {
            if let code = column.table.find(name) { codes[code] = Double(number) }
        }
        targets = (0..<table.rows).map { row in
            column.codes[row] < 0 ? .nan : codes[Int(column.codes[row])]
        }
    }

    /// Uses the classes of a model that exists, to judge it. Labels it does not know have none.
    init(_ table: TrainingTable, of model: LoadedModel) throws(ModelError) {
        guard let column = table.label else {
            throw ModelError(.labelMissing, "the spec has no label")
        }
        let known = TextTable(model.classes)
        let targets =
            model.classes.isEmpty
            ? column.numbers
            : (0..<table.rows).map { row in
                column.text(row).flatMap { known.find($0) }.map(Double.init) ?? .nan
            }
        classes = model.classes
        self.targets = targets
        rows = targets.indices.filter { !targets[$0].isNaN }
        guard !rows.isEmpty else { throw ModelError(.labelMissing, "no row has a known label") }
    }

    private static func classes(
        _ column: FeatureColumn, _ rows: [Int], _ task: ModelTask, _ label: LabelSpec
    ) throws(ModelError) -> [String] {
        let found = FeatureFitting.sorted(column.table.texts)
        guard found.count >= 2 else {
            throw ModelError(
                .labelOneClass, "every '\(label.field)' is '\(found.first ?? "")'")
        }
        guard task == .binary else {
            guard found.count <= 1_000 else {
                throw ModelError(
                    .labelMissing, "'\(label.field)' has \(found.count) classes; is it a number?")
            }
            return found
        }
        guard found.count == 2 else {
            throw ModelError(
                .labelMissing,
                "'\(label.field)' has \(found.count) values, a binary task needs two: "
                    + found.prefix(5).joined(separator: ", "))
        }
        let usual = ["1", "true", "Yes", "yes", "True", "Y", "won"].first { found.contains($0) }
        guard let positive = label.positive ?? usual else {
            throw ModelError(
                .labelMissing,
                "label.positive must say which of '\(found[0])' and '\(found[1])' the score is for")
        }
        guard found.contains(where: { $0.utf8.elementsEqual(positive.utf8) }) else {
            throw ModelError(
                .labelOneClass, "no '\(label.field)' is '\(positive)', the positive class")
        }
        return found.filter { !$0.utf8.elementsEqual(positive.utf8) } + [positive]
    }
}
