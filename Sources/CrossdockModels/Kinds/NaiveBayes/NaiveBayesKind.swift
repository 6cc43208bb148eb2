internal import CrossdockData
internal import Foundation

/// Classes told apart by each column on its own.
enum NaiveBayesKind: ModelKind {
    static let name = "naiveBayes"
    static let summary =
        "Naive Bayes: numbers as bell curves, categories as shares. Learns from few rows."
    static let tasks: [ModelTask] = [.binary, .multiclass]
    static let handlesMissing = false
    static let parameters: [ModelParameter] = [
        ModelParameter(
            "var_smoothing", "The part of the largest variance added to all.", standard: "1e-9"),
        ModelParameter("alpha", "Rows added to each category's count.", standard: "1"),
    ]

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        let smoothing = try job.number("var_smoothing") ?? 1e-9
        let alpha = try job.number("alpha") ?? 1
        guard smoothing >= 0, alpha >= 0 else {
            throw ModelError(.specBadValue, "'var_smoothing' and 'alpha' must not be negative")
        }
        let fit = NaiveBayesFit(
            values: job.encoded(as: Double.self), labels: job.labels(job.rows).map { Int($0) },
            columns: job.pipeline.width, classes: job.classes.count,
            isShare: shares(job.pipeline))
        let scorer = try fit.run(smoothing: smoothing, alpha: alpha)
        return TrainedFile(file: scorer.file, library: "crossdock naive Bayes")
    }

    /// Which columns are 0 or 1 for a category.
    private static func shares(_ pipeline: FeaturePipeline) -> [Bool] {
        pipeline.features.flatMap { feature in
            var isCategory = false
            if case .onehot = feature.state { isCategory = true }
            return [Bool](repeating: isCategory, count: feature.width)
        }
    }
}

/// Counts what naive Bayes needs.
///
/// - Source: scikit-learn's `GaussianNB` and `BernoulliNB`, side by side.
private struct NaiveBayesFit {
    let values: [Double]
    let labels: [Int]
    let columns: Int
    let classes: Int
    let isShare: [Bool]

    func run(smoothing: Double, alpha: Double) throws(ModelError) -> NaiveBayesScorer {
        guard columns > 0 else { throw ModelError(.trainingFailed, "no feature has a column") }
        var counts = [Double](repeating: 0, count: classes)
        var sums = [Double](repeating: 0, count: classes * columns)
        for (row, label) in labels.enumerated() {
            counts[label] += 1
            for column in 0..<columns {
                sums[label * columns + column] += values[row * columns + column]
            }
        }
        guard sums.allSatisfy(\.isFinite) else {
            throw ModelError(.trainingFailed, "a column holds missing values after encoding")
        }
        var squares = [Double](repeating: 0, count: classes * columns)
        for (row, label) in labels.enumerated() {
            for column in 0..<columns {
                let place = label * columns + column
                let distance = values[row * columns + column] - sums[place] / counts[label]
                squares[place] += distance * distance
            }
        }
        let floor = smoothing * largestVariance()
        var terms: [NaiveBayesScorer.Term] = []
        for k in 0..<classes {
            for column in 0..<columns {
                let place = k * columns + column
                if isShare[column] {
                    let share = (sums[place] + alpha) / (counts[k] + 2 * alpha)
                    terms.append(.share(min(max(share, 1e-12), 1 - 1e-12)))
                } else {
                    terms.append(
                        .bell(
                            mean: sums[place] / counts[k],
                            variance: max(squares[place] / counts[k] + floor, .leastNormalMagnitude)
                        ))
                }
            }
        }
        let total = Double(labels.count)
        return NaiveBayesScorer(
            columns: columns, priors: counts.map { log($0 / total) }, terms: terms)
    }

    private func largestVariance() -> Double {
        let rows = labels.count
        return (0..<columns).filter { !isShare[$0] }.map { column in
            let column = (0..<rows).map { values[$0 * columns + column] }
            return Statistics.variance(column, mean: Statistics.mean(column))
        }.max() ?? 0
    }
}

/// Adds up, per class, how likely each column's value is.
struct NaiveBayesScorer: Scorer {
    enum Term {
        case bell(mean: Double, variance: Double)
        case share(Double)

        func logLikelihood(_ value: Double) -> Double {
            switch self {
            case .bell(let mean, let variance):
                let distance = value - mean
                return -0.5 * (log(2 * Double.pi * variance) + distance * distance / variance)
            case .share(let share): return log(value > 0.5 ? share : 1 - share)
            }
        }
    }

    let columns: Int
    /// Logarithms of the classes' shares.
    let priors: [Double]
    /// Row-major, `[classes, columns]`.
    let terms: [Term]

    /// Two classes need one probability.
    var outputs: Int { priors.count == 2 ? 1 : priors.count }

    func score(
        _ row: UnsafePointer<Double>, texts: [String], into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError) {
        let sums = priors.indices.map { k in
            (0..<columns).reduce(priors[k]) { $0 + terms[k * columns + $1].logLikelihood(row[$1]) }
        }
        if sums.count == 2 {
            scores[0] = LinearScorer.logistic(sums[1] - sums[0])
            return
        }
        for k in sums.indices { scores[k] = sums[k] }
        LinearScorer.apply(.softmax, scores, sums.count)
    }

    /// Of the log-odds against the average of the other classes.
    func contributions(
        _ row: UnsafePointer<Double>, output: Int
    ) -> (columns: [Double], base: Double)? {
        let k = priors.count == 2 ? 1 : output
        guard priors.indices.contains(k), priors.count > 1 else { return nil }
        let others = priors.indices.filter { $0 != k }
        func against(_ value: (Int) -> Double) -> Double {
            value(k) - others.reduce(0) { $0 + value($1) } / Double(others.count)
        }
        let effects = (0..<columns).map { column in
            against { terms[$0 * columns + column].logLikelihood(row[column]) }
        }
        return (effects, against { priors[$0] })
    }
}

extension NaiveBayesScorer {
    var file: ModelFile {
        let stored: [Value] = terms.map { term in
            switch term {
            case .bell(let mean, let variance): .numbers([mean, variance])
            case .share(let share): .numbers([share])
            }
        }
        let value: Value = [
            "crossdock": "naiveBayes", "columns": .integer(columns), "priors": .numbers(priors),
            "terms": .array(stored),
        ]
        return ModelFile(format: .crossdock, bytes: value.json)
    }

    init(stored: Value) throws(ModelError) {
        let columns = try stored.storedInteger("columns", in: 1...10_000_000)
        let priors = try stored.storedNumbers("priors")
        var terms: [Term] = []
        for term in try stored.stored("terms").array ?? [] {
            let numbers = (term.array ?? []).compactMap { $0.number?.double }
            switch numbers.count {
            case 1 where numbers[0] > 0 && numbers[0] < 1: terms.append(.share(numbers[0]))
            case 2 where numbers[1] > 0: terms.append(.bell(mean: numbers[0], variance: numbers[1]))
            default: throw Value.damaged("a term is out of range")
            }
        }
        guard priors.count > 1, terms.count == priors.count * columns else {
            throw Value.damaged("the terms do not fit together")
        }
        self.init(columns: columns, priors: priors, terms: terms)
    }
}
