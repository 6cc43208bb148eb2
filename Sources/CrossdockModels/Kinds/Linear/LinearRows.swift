/// Training rows of a linear model: centred, and scaled where asked for.
struct LinearRows {
    let rows: Int
    let columns: Int
    /// Row-major.
    private(set) var values: [Double]
    let means: [Double]
    /// 1 for columns that are not scaled or do not vary.
    let scales: [Double]

    init(_ values: [Double], rows: Int, columns: Int, scaled: Bool) throws(ModelError) {
        guard rows > 0, columns > 0 else {
            throw ModelError(.trainingFailed, "no feature has a column")
        }
        var means = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns { means[column] += values[row * columns + column] }
        }
        for column in 0..<columns { means[column] /= Double(rows) }
        guard means.allSatisfy(\.isFinite) else {
            throw ModelError(.trainingFailed, "a column holds missing values after encoding")
        }
        var values = values
        var squares = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns {
                let centred = values[row * columns + column] - means[column]
                values[row * columns + column] = centred
                squares[column] += centred * centred
            }
        }
        let scales = squares.indices.map { column -> Double in
            let deviation = (squares[column] / Double(rows)).squareRoot()
            let isConstant = deviation <= 1e-12 * max(1, abs(means[column]))
            return scaled && !isConstant ? deviation : 1
        }
        if scaled {
            for row in 0..<rows {
                for column in 0..<columns { values[row * columns + column] /= scales[column] }
            }
        }
        self.rows = rows
        self.columns = columns
        self.values = values
        self.means = means
        self.scales = scales
    }

    init(_ job: borrowing TrainingJob, scaled: Bool) throws(ModelError) {
        try self.init(
            job.encoded(as: Double.self), rows: job.rows.count, columns: job.pipeline.width,
            scaled: scaled)
    }

    /// The scorer whose weights, on centred and scaled columns, these are.
    func scorer(_ link: LinearScorer.Link, weights: [[Double]], biases: [Double]) -> LinearScorer {
        let plain = weights.map { zip($0, scales).map { $0 / $1 } }
        let shifted = zip(biases, plain).map { bias, weights in
            bias - zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return LinearScorer(link: link, weights: plain, biases: shifted, means: means)
    }
}
