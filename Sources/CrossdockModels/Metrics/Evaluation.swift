public import CrossdockData

/// How a model did on rows whose outcome is known.
public struct Evaluation: Sendable {
    public let task: ModelTask
    public let rows: Int
    /// Rows of the positive class, for binary tasks.
    public let positives: Int?
    /// In the order in which they are shown.
    public let metrics: [(name: MetricName, metric: Metric)]

    public subscript(name: MetricName) -> Metric? { metrics.first { $0.name == name }?.metric }

    /// The metric the task is judged by.
    public var primary: (name: MetricName, metric: Metric)? {
        let name = MetricName.primary(for: task)
        return self[name].map { (name, $0) }
    }

    /// `{rows, positives, metrics: {auc: {value, low, high}, …}}`; an undefined one has a `reason`.
    public var value: Value {
        var all = ValueObject()
        for (name, metric) in metrics {
            var object = ValueObject()
            object["value"] = .number(metric.value)
            if let interval = metric.interval {
                object["low"] = .double(interval.lowerBound)
                object["high"] = .double(interval.upperBound)
            }
            if let reason = metric.reason { object["reason"] = .string(reason) }
            all[name.rawValue] = .object(object)
        }
        var result = ValueObject()
        result["task"] = .string(task.rawValue)
        result["rows"] = .integer(rows)
        if let positives { result["positives"] = .integer(positives) }
        result["metrics"] = .object(all)
        return .object(result)
    }
}

extension Evaluation {
    /// Judges probabilities of the positive class.
    static func binary(truth: [Bool], scores: [Double], threshold: Double) -> Evaluation {
        let matrix = ConfusionMatrix(
            classes: 2, truth: truth.map { $0 ? 1 : 0 },
            predicted: scores.map { $0 >= threshold ? 1 : 0 })
        let ranking = RankingMetrics(truth: truth, scores: scores)
        let bins = CalibrationBins(
            confidences: scores, outcomes: truth, count: CalibrationBins.usual(for: truth.count))
        let probabilities = scores.map { [1 - $0, $0] }
        let oneClass = "only one class occurs"
        let none = "there are no positives"
        let empty = "there are no rows"
        let classes = truth.map { $0 ? 1 : 0 }
        return Evaluation(
            task: .binary, rows: truth.count, positives: truth.count { $0 },
            metrics: [
                (
                    .auc,
                    ranking.auc.map { .value($0, interval($0, ranking)) } ?? .undefined(oneClass)
                ),
                (.averagePrecision, metric(ranking.averagePrecision, none)),
                (.prAuc, metric(ranking.trapezoidArea, none)),
                (.ks, metric(ranking.ks, oneClass)),
                (
                    .logLoss,
                    metric(
                        ProbabilityMetrics.logLoss(truth: classes, probabilities: probabilities),
                        empty)
                ),
                (.brier, metric(ProbabilityMetrics.brier(truth: truth, scores: scores), empty)),
                (.ece, metric(bins.expectedError, empty)), (.mce, metric(bins.maximumError, empty)),
            ] + labels(matrix, averaged: false, empty))
    }

    /// Judges probabilities of each class.
    static func multiclass(truth: [Int], probabilities: [[Double]], classes: Int) -> Evaluation {
        let predicted = probabilities.map { row in
            row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
        }
        let matrix = ConfusionMatrix(classes: classes, truth: truth, predicted: predicted)
        let bins = CalibrationBins(
            topConfidences: probabilities.map { $0.max() ?? 0 },
            outcomes: zip(truth, predicted).map { $0 == $1 },
            count: CalibrationBins.usual(for: truth.count))
        let empty = "there are no rows"
        return Evaluation(
            task: .multiclass, rows: truth.count, positives: nil,
            metrics: [
                (
                    .logLoss,
                    metric(
                        ProbabilityMetrics.logLoss(truth: truth, probabilities: probabilities),
                        empty)
                ),
                (
                    .auc,
                    metric(
                        MulticlassRanking(truth, probabilities, classes).oneVersusRest(.macro),
                        "a class does not occur")
                ),
                (
                    .brier,
                    metric(
                        ProbabilityMetrics.brier(truth: truth, probabilities: probabilities), empty)
                ),
                (.ece, metric(bins.expectedError, empty)),
            ] + labels(matrix, averaged: true, empty))
    }

    private static func labels(
        _ matrix: ConfusionMatrix, averaged: Bool, _ empty: String
    ) -> [(name: MetricName, metric: Metric)] {
        let total = matrix.total
        guard total > 0 else { return [(.accuracy, .undefined(empty))] }
        func value(_ measure: (Int) -> Double) -> Metric {
            .value(averaged ? matrix.average(.macro, measure) : measure(1))
        }
        return [
            (.accuracy, .value(matrix.accuracy, wilson(matrix.accuracy, total))),
            (.balancedAccuracy, .value(matrix.balancedAccuracy)),
            (.precision, value(matrix.precision)), (.recall, value(matrix.recall)),
            (.f1, value { matrix.fBeta($0) }), (.mcc, .value(matrix.mcc)),
            (.kappa, metric(matrix.kappa, "agreement by chance is certain")),
        ]
    }

    static func regression(truth: [Double], predicted: [Double]) -> Evaluation {
        let metrics = RegressionMetrics(truth: truth, predicted: predicted)
        let empty = "there are no rows"
        let few = "fewer than two rows"
        return Evaluation(
            task: .regression, rows: truth.count, positives: nil,
            metrics: [
                (.rmse, metric(metrics.rmse, empty)), (.mae, metric(metrics.mae, empty)),
                (.r2, metric(metrics.r2, few)), (.mse, metric(metrics.mse, empty)),
                (.medianAbsoluteError, metric(metrics.medianAbsoluteError, empty)),
                (.maxError, metric(metrics.maxError, empty)), (.bias, metric(metrics.bias, empty)),
                (.explainedVariance, metric(metrics.explainedVariance, empty)),
                (
                    .mape,
                    metrics.hasVanishingTruth
                        ? .undefined("a true value is 0") : metric(metrics.mape, empty)
                ),
                (.wape, metric(metrics.wape, "all true values are 0")),
                (.smape, metric(metrics.smape, empty)),
                (.rmsle, metric(metrics.rmsle, "a number is −1 or less")),
            ])
    }

    private static func metric(_ value: Double?, _ reason: String) -> Metric {
        value.map { .value($0) } ?? .undefined(reason)
    }

    /// DeLong's interval, kept within 0 and 1.
    private static func interval(_ auc: Double, _ ranking: RankingMetrics) -> ClosedRange<Double>? {
        guard let error = ranking.aucStandardError else { return nil }
        return max(0, auc - 1.959964 * error)...min(1, max(0, auc + 1.959964 * error))
    }

    /// The interval of a proportion. Source: Wilson (1927).
    static func wilson(_ share: Double, _ n: Double) -> ClosedRange<Double>? {
        guard n > 0 else { return nil }
        let z = 1.959963984540054
        let center = (share + z * z / (2 * n)) / (1 + z * z / n)
        let half =
            z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return max(0, center - half)...min(1, center + half)
    }
}

/// Areas under the curves of several classes.
struct MulticlassRanking {
    let truth: [Int]
    let probabilities: [[Double]]
    let classes: Int
    let weights: [Double]

    init(_ truth: [Int], _ probabilities: [[Double]], _ classes: Int, weights: [Double] = []) {
        self.truth = truth
        self.probabilities = probabilities
        self.classes = classes
        self.weights = weights
    }

    private func weight(_ row: Int) -> Double { weights.isEmpty ? 1 : weights[row] }

    /// Each class against all others; nil unless every class occurs.
    func oneVersusRest(_ average: ConfusionMatrix.Average) -> Double? {
        var sum = 0.0
        var total = 0.0
        for k in 0..<classes {
            let ranking = RankingMetrics(
                truth: truth.map { $0 == k }, scores: probabilities.map { $0[k] }, weights: weights)
            guard let auc = ranking.auc else { return nil }
            let share = average == .weighted ? ranking.positives : 1
            sum += share * auc
            total += share
        }
        return total > 0 ? sum / total : nil
    }

    /// Each pair of classes, both ways; nil unless every class occurs.
    ///
    /// - Source: Hand, Till (2001).
    func oneVersusOne(_ average: ConfusionMatrix.Average) -> Double? {
        var sum = 0.0
        var total = 0.0
        for a in 0..<classes {
            for b in (a + 1)..<max(a + 1, classes) {
                let rows = truth.indices.filter { truth[$0] == a || truth[$0] == b }
                func auc(_ k: Int) -> Double? {
                    RankingMetrics(
                        truth: rows.map { truth[$0] == k },
                        scores: rows.map { probabilities[$0][k] }
                    ).auc
                }
                guard let one = auc(a), let other = auc(b) else { return nil }
                let share = average == .weighted ? Double(rows.count) / Double(truth.count) : 1
                sum += share * (one + other) / 2
                total += share
            }
        }
        return total > 0 ? sum / total : nil
    }
}
