internal import CrossdockData

/// Ordinary least squares.
enum LinearKind: ModelKind {
    static let name = "linear"
    static let summary = "Linear regression by least squares."
    static let tasks: [ModelTask] = [.regression]
    static let handlesMissing = false
    static let parameters: [ModelParameter] = []

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        let rows = try LinearRows(job, scaled: true)
        let labels = job.labels(job.rows)
        let mean = Statistics.mean(labels)
        let weights = try LinearAlgebra.leastSquares(
            rows.values, labels.map { $0 - mean }, rows: rows.rows, columns: rows.columns)
        let scorer = rows.scorer(.identity, weights: [weights], biases: [mean])
        return TrainedFile(file: scorer.file, library: "crossdock linear")
    }
}

/// Least squares with the weights kept small.
enum RidgeKind: ModelKind {
    static let name = "ridge"
    static let summary = "Linear regression with L2 regularisation."
    static let tasks: [ModelTask] = [.regression]
    static let handlesMissing = false
    static let parameters: [ModelParameter] = [
        ModelParameter("alpha", "The regularisation's strength.", standard: "1"),
        ModelParameter(
            "standardize", "Whether columns are scaled before training.", standard: "false"),
    ]

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        let alpha = try job.number("alpha") ?? 1
        guard alpha >= 0 else { throw ModelError(.specBadValue, "'alpha' must not be negative") }
        let rows = try LinearRows(job, scaled: try job.flag("standardize") ?? false)
        let labels = job.labels(job.rows)
        let mean = Statistics.mean(labels)
        let target = labels.map { $0 - mean }
        let width = rows.columns
        var gram = try LinearAlgebra.gram(rows.values, rows: rows.rows, columns: width)
        for at in 0..<width { gram[at * width + at] += alpha }
        let moments = try LinearAlgebra.product(
            rows.values, target, transposingA: true, rows: width, inner: rows.rows, columns: 1)
        guard let weights = try LinearAlgebra.solvePositive(gram, moments, order: width) else {
            throw ModelError(
                .trainingFailed, "columns repeat each other; raise 'alpha' or use 'linear'")
        }
        let scorer = rows.scorer(.identity, weights: [weights], biases: [mean])
        return TrainedFile(file: scorer.file, library: "crossdock ridge")
    }
}

/// Least squares with weights pushed to exactly zero.
enum LassoKind: ModelKind {
    static let name = "lasso"
    static let summary = "Linear regression with L1 regularisation: leaves weak columns out."
    static let tasks: [ModelTask] = [.regression]
    static let handlesMissing = false
    static let parameters: [ModelParameter] = [
        ModelParameter("alpha", "The regularisation's strength.", standard: "1"),
        ModelParameter("max_iter", "Passes over the columns at most.", standard: "10000"),
        ModelParameter("tol", "The change of weights at which to stop.", standard: "1e-8"),
        ModelParameter(
            "standardize", "Whether columns are scaled before training.", standard: "false"),
    ]

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        let alpha = try job.number("alpha") ?? 1
        guard alpha >= 0 else { throw ModelError(.specBadValue, "'alpha' must not be negative") }
        let limit = try job.integer("max_iter", in: 1...10_000_000) ?? 10_000
        let tolerance = try job.number("tol") ?? 1e-8
        let rows = try LinearRows(job, scaled: try job.flag("standardize") ?? false)
        let labels = job.labels(job.rows)
        let mean = Statistics.mean(labels)
        let (n, width) = (Double(rows.rows), rows.columns)
        let gram = try LinearAlgebra.gram(rows.values, rows: rows.rows, columns: width)
        let moments = try LinearAlgebra.product(
            rows.values, labels.map { $0 - mean }, transposingA: true, rows: width,
            inner: rows.rows, columns: 1)
        let weights = try descend(
            gram, moments, penalty: alpha * n, limit: limit, tolerance: tolerance,
            keepGoing: job.keepGoing)
        let scorer = rows.scorer(.identity, weights: [weights], biases: [mean])
        return TrainedFile(file: scorer.file, library: "crossdock lasso")
    }

    /// Minimises ½·wᵀGw − mᵀw + penalty·|w|₁, one weight after the other.
    ///
    /// - Source: Friedman, Hastie, Tibshirani, "Regularization Paths … via Coordinate Descent" (2010).
    private static func descend(
        _ gram: [Double], _ moments: [Double], penalty: Double, limit: Int, tolerance: Double,
        keepGoing: () -> Bool
    ) throws(ModelError) -> [Double] {
        let width = moments.count
        var weights = [Double](repeating: 0, count: width)
        var rest = moments
        for _ in 0..<limit {
            guard keepGoing() else {
                throw ModelError(.trainingCancelled, "stopped while descending")
            }
            var change = 0.0
            for column in 0..<width {
                let curvature = gram[column * width + column]
                guard curvature > 0 else { continue }
                let old = weights[column]
                let pull = rest[column] + curvature * old
                let shrunk = max(abs(pull) - penalty, 0) / curvature
                let new = pull < 0 ? -shrunk : shrunk
                guard new != old else { continue }
                weights[column] = new
                for other in 0..<width { rest[other] -= gram[column * width + other] * (new - old) }
                change = max(change, abs(new - old) * curvature.squareRoot())
            }
            if change <= tolerance * max(1, penalty) { break }
        }
        return weights
    }
}

extension TrainingJob {
    func flag(_ name: String) throws(ModelError) -> Bool? {
        guard let parameter = parameters.last(where: { $0.name == name }) else { return nil }
        guard let flag = parameter.value.bool else {
            throw refused(parameter, "must be true or false")
        }
        return flag
    }
}
