internal import Foundation

/// How far predicted numbers are from what happened.
///
/// - Source: scikit-learn's definitions and edge rules.
struct RegressionMetrics {
    private let truth: [Double]
    private let predicted: [Double]
    private let weights: [Double]

    /// - Parameter weights: One per row; empty for 1 each.
    init(truth: [Double], predicted: [Double], weights: [Double] = []) {
        self.truth = truth
        self.predicted = predicted
        self.weights = weights
    }

    private func mean(_ value: (Int) -> Double) -> Double? {
        ProbabilityMetrics.weightedMean(truth.count, weights, value)
    }

    private func error(_ row: Int) -> Double { predicted[row] - truth[row] }

    var mae: Double? { mean { abs(error($0)) } }
    var mse: Double? { mean { error($0) * error($0) } }
    var rmse: Double? { mse?.squareRoot() }
    /// Predicted less true: negative when the model says too little.
    var bias: Double? { mean { error($0) } }
    var maxError: Double? { truth.indices.map { abs(error($0)) }.max() }

    /// Half of the weight lies on either side; of even counts without weights, the middle of two.
    var medianAbsoluteError: Double? {
        let errors = truth.indices.map { (abs(error($0)), weights.isEmpty ? 1 : weights[$0]) }
            .sorted { $0.0 < $1.0 }
        guard !errors.isEmpty else { return nil }
        guard !weights.isEmpty else { return Statistics.quantile(errors.map(\.0), 0.5) }
        let half = errors.reduce(0) { $0 + $1.1 } / 2
        var sum = 0.0
        for (at, (error, weight)) in errors.enumerated() {
            sum += weight
            if sum > half { return error }
            if sum == half, at + 1 < errors.count { return (error + errors[at + 1].0) / 2 }
        }
        return errors.last?.0
    }

    /// Relative to the truth, which is kept from 0 by 2^−52: huge, not infinite.
    var mape: Double? { mean { abs(error($0)) / max(abs(truth[$0]), 0x1p-52) } }

    /// Whether ``mape`` says little because some truth is as good as 0.
    var hasVanishingTruth: Bool {
        let largest = truth.map(abs).max() ?? 0
        return truth.contains { abs($0) < 1e-9 * largest }
    }

    /// The sum of errors over the sum of truths.
    var wape: Double? {
        guard let scale = mean({ abs(truth[$0]) }), scale > 0, let error = mae else {
            return mae == 0 ? 0 : nil
        }
        return error / scale
    }

    var smape: Double? {
        mean { row in
            let scale = abs(truth[row]) + abs(predicted[row])
            return scale == 0 ? 0 : 2 * abs(error(row)) / scale
        }
    }

    /// Against always saying the mean; nil for fewer than two rows.
    var r2: Double? {
        guard truth.count >= 2, let center = mean({ truth[$0] }) else { return nil }
        let spread = mean { (truth[$0] - center) * (truth[$0] - center) } ?? 0
        let rest = mse ?? 0
        guard spread > 0 else { return rest == 0 ? 1 : 0 }
        return 1 - rest / spread
    }

    /// As ``r2``, but blind to a constant bias.
    var explainedVariance: Double? {
        guard let center = mean({ truth[$0] }), let bias else { return nil }
        let spread = mean { (truth[$0] - center) * (truth[$0] - center) } ?? 0
        let rest = mean { (error($0) - bias) * (error($0) - bias) } ?? 0
        guard spread > 0 else { return rest == 0 ? 1 : 0 }
        return 1 - rest / spread
    }

    /// nil when a number is −1 or less.
    var msle: Double? {
        guard !truth.contains(where: { $0 <= -1 }), !predicted.contains(where: { $0 <= -1 }) else {
            return nil
        }
        return mean { row in
            let distance = log1p(predicted[row]) - log1p(truth[row])
            return distance * distance
        }
    }

    var rmsle: Double? { msle?.squareRoot() }

    /// nil for a negative truth or a prediction not above 0.
    var poissonDeviance: Double? {
        guard !truth.contains(where: { $0 < 0 }), !predicted.contains(where: { $0 <= 0 }) else {
            return nil
        }
        return mean { row in
            let (y, p) = (truth[row], predicted[row])
            return 2 * ((y == 0 ? 0 : y * log(y / p)) - y + p)
        }
    }

    /// nil for a truth or a prediction not above 0.
    var gammaDeviance: Double? {
        guard !truth.contains(where: { $0 <= 0 }), !predicted.contains(where: { $0 <= 0 }) else {
            return nil
        }
        return mean { row in
            let ratio = truth[row] / predicted[row]
            return 2 * (ratio - log(ratio) - 1)
        }
    }

    /// The loss that the given quantile minimises.
    func pinball(_ quantile: Double) -> Double? {
        mean { row in
            let distance = truth[row] - predicted[row]
            return distance >= 0 ? quantile * distance : (quantile - 1) * distance
        }
    }

    /// 1 less the absolute error over that of always saying the median; nil for fewer than two rows.
    var absoluteErrorSkill: Double? {
        guard truth.count >= 2, let mae else { return nil }
        let median = Statistics.quantile(truth.sorted(), 0.5)
        let spread = mean { abs(truth[$0] - median) } ?? 0
        guard spread > 0 else { return mae == 0 ? 1 : 0 }
        return 1 - mae / spread
    }
}
