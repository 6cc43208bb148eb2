internal import Foundation

/// Logistic regression, of two classes or more.
enum LogisticKind: ModelKind {
    static let name = "logistic"
    static let summary =
        "Logistic regression with L2 regularisation: fast, steady, easy to explain."
    static let tasks: [ModelTask] = [.binary, .multiclass]
    static let handlesMissing = false
    static let parameters: [ModelParameter] = [
        ModelParameter("C", "The inverse of the regularisation's strength.", standard: "1"),
        ModelParameter("max_iter", "Iterations at most.", standard: "1000"),
        ModelParameter("tol", "The slope at which to stop.", standard: "1e-7"),
        ModelParameter(
            "standardize", "Whether columns are scaled before training.", standard: "true"),
    ]

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        let rows = try LinearRows(job, scaled: try job.flag("standardize") ?? true)
        let strength = try job.number("C") ?? 1
        guard strength > 0 else { throw ModelError(.specBadValue, "'C' must be above 0") }
        var optimizer = LBFGS()
        optimizer.maximumIterations = try job.integer("max_iter", in: 1...1_000_000) ?? 1_000
        optimizer.tolerance = try job.number("tol") ?? 1e-7
        optimizer.keepGoing = job.keepGoing
        let fit = LogisticFit(
            rows: rows, classes: job.task == .multiclass ? job.classes.count : 2,
            labels: job.labels(job.rows).map { Int($0) }, strength: strength)
        let (scorer, result) = try fit.run(optimizer)
        var trained = TrainedFile(
            file: scorer.file, library: "crossdock logistic", rounds: result.iterations)
        if !result.hasConverged {
            trained.notes.append("the optimiser stopped before the slope was flat")
        }
        return trained
    }
}

/// Finds the weights that minimise half their squares plus C times the log loss.
///
/// - Source: scikit-learn's `LogisticRegression`: the intercept is not regularised.
struct LogisticFit {
    let rows: LinearRows
    let classes: Int
    let labels: [Int]
    let strength: Double

    /// Two classes need one set of weights; more need one each.
    private var outputs: Int { classes == 2 ? 1 : classes }

    func run(_ optimizer: LBFGS) throws(ModelError) -> (LinearScorer, LBFGS.Result) {
        try LinearAlgebra.load()
        let width = rows.columns
        // Dividing by the rows keeps the tolerance meaningful for tables of any size.
        let scale = 1 / (strength * Double(rows.rows))
        let start = [Double](repeating: 0, count: outputs * (width + 1))
        let result = try optimizer.minimize(from: start) { x throws(ModelError) in
            try loss(x, regularization: scale)
        }
        let weights = (0..<outputs).map { Array(result.x[($0 * width)..<(($0 + 1) * width)]) }
        let biases = Array(result.x.suffix(outputs))
        return (
            rows.scorer(outputs == 1 ? .logistic : .softmax, weights: weights, biases: biases),
            result
        )
    }

    /// - Shape: the weights, `[outputs, columns]`, then the biases.
    private func loss(
        _ x: [Double], regularization: Double
    ) throws(ModelError) -> LBFGS.Point {
        let (n, width, k) = (rows.rows, rows.columns, outputs)
        let weights = Array(x.prefix(k * width))
        let biases = Array(x.suffix(k))
        var margins = try LinearAlgebra.product(
            rows.values, weights, transposingB: true, rows: n, inner: width, columns: k)
        var loss = 0.0
        var slopes = [Double](repeating: 0, count: k)
        margins.withUnsafeMutableBufferPointer { margins in
            guard let start = margins.baseAddress else { return }
            for row in 0..<n {
                let here = start + row * k
                for output in 0..<k { here[output] += biases[output] }
                loss +=
                    k == 1 ? Self.binary(here, labels[row]) : Self.multinomial(here, k, labels[row])
                for output in 0..<k { slopes[output] += here[output] }
            }
        }
        var gradient = try LinearAlgebra.product(
            margins, rows.values, transposingA: true, rows: k, inner: n, columns: width)
        var penalty = 0.0
        for at in weights.indices {
            penalty += weights[at] * weights[at]
            gradient[at] = gradient[at] / Double(n) + regularization * weights[at]
        }
        return (
            loss / Double(n) + regularization * penalty / 2,
            gradient + slopes.map { $0 / Double(n) }
        )
    }

    /// Turns a margin into the slope of the loss, and returns the loss.
    private static func binary(_ margin: UnsafeMutablePointer<Double>, _ label: Int) -> Double {
        let m = margin[0]
        let softplus = max(m, 0) + log1p(exp(-abs(m)))
        margin[0] = LinearScorer.logistic(m) - Double(label)
        return softplus - Double(label) * m
    }

    private static func multinomial(
        _ margins: UnsafeMutablePointer<Double>, _ count: Int, _ label: Int
    ) -> Double {
        var highest = -Double.infinity
        for at in 0..<count { highest = max(highest, margins[at]) }
        let own = margins[label] - highest
        var sum = 0.0
        for at in 0..<count {
            margins[at] = exp(margins[at] - highest)
            sum += margins[at]
        }
        for at in 0..<count { margins[at] /= sum }
        margins[label] -= 1
        return log(sum) - own
    }
}
