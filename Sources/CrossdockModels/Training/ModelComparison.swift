public import CrossdockData

/// Two models on the same rows: is the second better than chance would have it?
public struct ModelComparison: Sendable {
    public let metric: MetricName
    public let rows: Int
    public let champion: Evaluation
    public let challenger: Evaluation
    /// How much better the challenger is: above 0 is better, whatever the metric's direction.
    public let improvement: Double
    /// The 95 % interval of the improvement.
    public let interval: ClosedRange<Double>

    /// Resamples the rows, each time judging both on the same ones.
    ///
    /// - Source: Efron, Tibshirani, "An Introduction to the Bootstrap" (1993), percentile interval.
    static let resamples = 2_000

    public var value: Value {
        [
            "metric": .string(metric.rawValue), "rows": .integer(rows),
            "champion": champion.value, "challenger": challenger.value,
            "improvement": .double(improvement), "low": .double(interval.lowerBound),
            "high": .double(interval.upperBound),
        ]
    }
}

extension Trainer {
    /// Compares two models on rows whose outcome is known.
    ///
    /// - Parameter metric: The task's primary one when nil.
    /// - Throws: CD5142 when the metric is undefined on these rows, and what evaluating throws.
    public func compare(
        champion: LoadedModel, challenger: LoadedModel, on data: TrainingData,
        metric: MetricName? = nil, seed: UInt64 = 42
    ) throws(ModelError) -> ModelComparison {
        guard champion.task == challenger.task, champion.classes == challenger.classes else {
            throw ModelError(.specUnsuitable, "the models do not predict the same thing")
        }
        let name = metric ?? .primary(for: champion.task)
        let one = try judged(champion, data)
        let other = try judged(challenger, data)
        let rows = one.labels.rows
        let first = one.judge.evaluate(rows, scores: one.scores)
        let second = other.judge.evaluate(rows, scores: other.scores)
        func value(_ judged: Judged, _ picked: [Int]) -> Double? {
            judged.judge.metric(
                name, picked.map { rows[$0] }, scores: picked.map { judged.scores[$0] })
        }
        let all = Array(rows.indices)
        guard let improvement = Self.improvement(name, value(one, all), value(other, all)) else {
            throw ModelError(
                .metricUnknown, "'\(name.rawValue)' is not defined for this task on these rows")
        }
        var generator = SplitMix64(seed: seed)
        var improvements: [Double] = []
        for _ in 0..<ModelComparison.resamples {
            let picked = all.map { _ in generator.next(below: all.count) }
            let better = Self.improvement(name, value(one, picked), value(other, picked))
            if let better { improvements.append(better) }
        }
        improvements.sort()
        let low = Statistics.quantile(improvements, 0.025)
        return ModelComparison(
            metric: name, rows: rows.count, champion: first, challenger: second,
            improvement: improvement,
            interval: low...max(low, Statistics.quantile(improvements, 0.975)))
    }

    private struct Judged {
        let judge: Judge
        let labels: Labels
        let scores: [[Double]]
    }

    private func judged(_ model: LoadedModel, _ data: TrainingData) throws(ModelError) -> Judged {
        let table = try TrainingTable(data, for: model.spec)
        let labels = try Labels(table, of: model)
        let judge = Judge(model: model, table: table, labels: labels)
        return Judged(judge: judge, labels: labels, scores: try judge.scores(labels.rows))
    }

    private static func improvement(
        _ name: MetricName, _ old: Double?, _ new: Double?
    ) -> Double? {
        guard let old, let new else { return nil }
        return name.higherIsBetter ? new - old : old - new
    }
}
