internal import Foundation

/// A linear model, learned one row at a time.
enum SGDKind: ModelKind {
    static let name = "sgd"
    static let summary =
        "A linear or logistic model by stochastic gradient descent, for very large tables."
    static let tasks: [ModelTask] = [.binary, .multiclass, .regression]
    static let handlesMissing = false
    static let parameters: [ModelParameter] = [
        ModelParameter("max_iter", "Passes over the rows.", standard: "20"),
        ModelParameter("alpha", "The strength of the L2 regularisation.", standard: "0.0001"),
        ModelParameter("eta0", "The first step of a regression.", standard: "0.01"),
    ]

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        let rows = try LinearRows(job, scaled: true)
        let alpha = try job.number("alpha") ?? 1e-4
        let step = try job.number("eta0") ?? 0.01
        guard alpha > 0, step > 0 else {
            throw ModelError(.specBadValue, "'alpha' and 'eta0' must be above 0")
        }
        var descent = GradientDescent(
            rows: rows, passes: try job.integer("max_iter", in: 1...100_000) ?? 20, alpha: alpha,
            seed: job.seed, keepGoing: job.keepGoing)
        let labels = job.labels(job.rows)
        if job.task == .regression {
            // On the target's own scale a step that suits euros would not suit percentages.
            let mean = Statistics.mean(labels)
            let scale = max(
                Statistics.variance(labels, mean: mean).squareRoot(), .leastNormalMagnitude)
            let (weights, bias) = try descent.run(
                labels.map { ($0 - mean) / scale }, step: { step / pow(Double($0), 0.25) },
                slope: { $0 - $1 })
            let scorer = rows.scorer(
                .identity, weights: [weights.map { $0 * scale }], biases: [bias * scale + mean])
            return TrainedFile(file: scorer.file, library: "crossdock sgd", rounds: descent.passes)
        }
        var weights: [[Double]] = []
        var biases: [Double] = []
        let outputs = job.task == .binary ? [1] : Array(job.classes.indices)
        for k in outputs {
            let (found, bias) = try descent.run(
                labels.map { $0 == Double(k) ? 1 : 0 },
                step: { 1 / (alpha * (Double($0) + 1 / (alpha * 10))) },
                slope: { LinearScorer.logistic($0) - $1 })
            weights.append(found)
            biases.append(bias)
        }
        let scorer = rows.scorer(
            outputs.count == 1 ? .logistic : .softmax, weights: weights, biases: biases)
        return TrainedFile(file: scorer.file, library: "crossdock sgd", rounds: descent.passes)
    }
}

/// Steps down the slope of one row after the other; the average of the second half of the way counts.
///
/// - Source: Bottou, "Stochastic Gradient Descent Tricks" (2012); averaging by Polyak and Ruppert.
private struct GradientDescent {
    let rows: LinearRows
    let passes: Int
    let alpha: Double
    let seed: UInt64
    let keepGoing: () -> Bool

    /// - Parameters:
    ///   - step: The step's length, by how many rows have been seen, from 1.
    ///   - slope: Of the loss, by margin and target.
    mutating func run(
        _ targets: [Double], step: (Int) -> Double, slope: (Double, Double) -> Double
    ) throws(ModelError) -> (weights: [Double], bias: Double) {
        let width = rows.columns
        var weights = [Double](repeating: 0, count: width)
        var bias = 0.0
        var meanWeights = weights
        var meanBias = 0.0
        var averaged = 0.0
        var seen = 0
        var order = Array(0..<rows.rows)
        var generator = SplitMix64(seed: seed)
        for pass in 0..<passes {
            guard keepGoing() else {
                throw ModelError(.trainingCancelled, "stopped after \(pass) passes over the rows")
            }
            order.shuffle(&generator)
            for row in order {
                seen += 1
                let start = row * width
                var margin = bias
                for column in 0..<width { margin += weights[column] * rows.values[start + column] }
                let length = step(seen)
                // Steps are kept from throwing a weight out of sight on one odd row.
                let gradient = max(-1e6, min(1e6, slope(margin, targets[row])))
                for column in 0..<width {
                    weights[column] -=
                        length * (gradient * rows.values[start + column] + alpha * weights[column])
                }
                bias -= length * gradient
                guard 2 * pass >= passes else { continue }
                averaged += 1
                for column in 0..<width {
                    meanWeights[column] += (weights[column] - meanWeights[column]) / averaged
                }
                meanBias += (bias - meanBias) / averaged
            }
        }
        guard meanBias.isFinite, meanWeights.allSatisfy(\.isFinite) else {
            throw ModelError(.trainingFailed, "the steps ran to infinity; lower 'eta0'")
        }
        return (meanWeights, meanBias)
    }
}
