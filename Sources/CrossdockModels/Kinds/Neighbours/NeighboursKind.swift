internal import CrossdockData

/// What happened in the most similar rows.
enum NeighboursKind: ModelKind {
    static let name = "knn"
    static let summary = "Nearest neighbours: answers with what happened in the most similar rows."
    static let tasks: [ModelTask] = [.binary, .multiclass, .regression]
    static let handlesMissing = false
    static let parameters: [ModelParameter] = [
        ModelParameter("n_neighbors", "Rows asked.", standard: "5"),
        ModelParameter(
            "weights", "uniform, or distance for nearer rows to count more.", standard: "uniform"),
        ModelParameter("standardize", "Whether columns are scaled first.", standard: "true"),
    ]

    /// Numbers kept in a model: every row is searched for every score.
    static let maximumCells = 5_000_000

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        let count = try job.integer("n_neighbors", in: 1...1_000) ?? 5
        var byDistance = false
        if let parameter = job.parameters.last(where: { $0.name == "weights" }) {
            guard let text = parameter.value.string, text == "uniform" || text == "distance" else {
                throw job.refused(parameter, "must be uniform or distance")
            }
            byDistance = text == "distance"
        }
        let (cells, overflow) = job.rows.count.multipliedReportingOverflow(by: job.pipeline.width)
        guard !overflow, cells <= maximumCells else {
            throw ModelError(
                .trainingFailed,
                "'knn' keeps all rows, and \(job.rows.count) × \(job.pipeline.width) are too many")
        }
        let rows = try LinearRows(job, scaled: try job.flag("standardize") ?? true)
        let scorer = NeighboursScorer(
            columns: rows.columns, classes: job.classes.count, neighbours: min(count, rows.rows),
            byDistance: byDistance, means: rows.means, scales: rows.scales, rows: rows.values,
            labels: job.labels(job.rows))
        return TrainedFile(file: scorer.file, library: "crossdock nearest neighbours")
    }
}

/// Looks through all kept rows.
///
/// - Complexity: O(rows × columns) per score.
struct NeighboursScorer: Scorer {
    let columns: Int
    /// 0 for numbers.
    let classes: Int
    let neighbours: Int
    let byDistance: Bool
    let means: [Double]
    let scales: [Double]
    /// Row-major, centred and scaled.
    let rows: [Double]
    let labels: [Double]

    var outputs: Int { classes > 2 ? classes : 1 }

    func score(
        _ row: UnsafePointer<Double>, texts: [String], into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError) {
        let point = (0..<columns).map { (row[$0] - means[$0]) / scales[$0] }
        guard point.allSatisfy(\.isFinite) else {
            for output in 0..<outputs { scores[output] = .nan }
            return
        }
        let nearest = nearest(point)
        // A row at the very place decides alone, as its weight would be infinite.
        let isExact = byDistance && nearest.contains { $0.distance == 0 }
        var total = 0.0
        for output in 0..<outputs { scores[output] = 0 }
        for (distance, number) in nearest {
            let weight =
                !byDistance ? 1 : isExact ? (distance == 0 ? 1 : 0) : 1 / distance.squareRoot()
            total += weight
            if outputs == 1 {
                scores[0] += weight * labels[number]
            } else {
                scores[Int(labels[number])] += weight
            }
        }
        for output in 0..<outputs { scores[output] /= total }
    }

    /// By squared distance; rows at the same distance in their order.
    private func nearest(_ point: [Double]) -> [(distance: Double, row: Int)] {
        var best: [(distance: Double, row: Int)] = []
        rows.withUnsafeBufferPointer { rows in
            for number in labels.indices {
                var distance = 0.0
                for column in 0..<columns {
                    let difference = rows[number * columns + column] - point[column]
                    distance += difference * difference
                }
                if best.count == neighbours, distance >= best[best.count - 1].distance { continue }
                let place = best.partitioningIndex { $0.distance > distance }
                best.insert((distance, number), at: place)
                if best.count > neighbours { best.removeLast() }
            }
        }
        return best
    }
}

extension NeighboursScorer {
    var file: ModelFile {
        let value: Value = [
            "crossdock": "knn", "columns": .integer(columns), "classes": .integer(classes),
            "neighbours": .integer(neighbours), "byDistance": .bool(byDistance),
            "means": .numbers(means), "scales": .numbers(scales), "rows": .numbers(rows),
            "labels": .numbers(labels),
        ]
        return ModelFile(format: .crossdock, bytes: value.json)
    }

    init(stored: Value) throws(ModelError) {
        let columns = try stored.storedInteger("columns", in: 1...NeighboursKind.maximumCells)
        let classes = try stored.storedInteger("classes", in: 0...1_000)
        let means = try stored.storedNumbers("means")
        let scales = try stored.storedNumbers("scales")
        let rows = try stored.storedNumbers("rows")
        let labels = try stored.storedNumbers("labels")
        let neighbours = try stored.storedInteger("neighbours", in: 1...1_000)
        let areClasses = classes == 0 || labels.allSatisfy { $0 >= 0 && $0 < Double(classes) }
        guard means.count == columns, scales.count == columns, scales.allSatisfy({ $0 != 0 }),
            areClasses, rows.count == labels.count * columns, neighbours <= labels.count
        else { throw Value.damaged("the rows do not fit together") }
        self.init(
            columns: columns, classes: classes, neighbours: neighbours,
            byDistance: stored.storedFlag("byDistance"), means: means, scales: scales, rows: rows,
            labels: labels)
    }
}
