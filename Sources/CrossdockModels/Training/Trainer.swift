internal import CrossdockCrypto
public import CrossdockDiagnostics
internal import Foundation

/// Trains models from specs and rows.
///
/// - Threads: `train` computes on the caller's thread for as long as it takes; call it from where
///   blocking does not matter. It changes nothing outside.
public struct Trainer: Sendable {

    public init() {}

    /// Trains one model and judges it on rows it has not seen.
    ///
    /// - Parameters:
    ///   - seed: In place of the spec's.
    ///   - keepGoing: Asked now and then; false stops with CD5136.
    /// - Throws: CD5130 to CD5136 and the codes of libraries.
    public func train(
        _ spec: ModelSpec, on data: TrainingData, seed: UInt64? = nil,
        keepGoing: @escaping @Sendable () -> Bool = { true }
    ) throws(ModelError) -> Candidate {
        let clock = ContinuousClock()
        let started = clock.now
        guard let kind = ModelKinds.find(spec.trainer.kind) else {
            throw ModelError(.specUnknownKind, "there is no model kind '\(spec.trainer.kind)'")
        }
        guard spec.task.isSupervised else {
            throw ModelError(.specUnsuitable, "the task '\(spec.task.rawValue)' is not trained yet")
        }
        let table = try TrainingTable(data, for: spec)
        let labels = try Labels(table, spec)
        let split = try split(spec, seed: seed, table, labels)
        let run = TrainingRun(
            spec: spec, kind: kind, table: table, labels: labels, split: split,
            seed: seed ?? spec.split.seed, dataDigest: SHA256.hex(data.bytes), keepGoing: keepGoing)
        return try run.candidate { clock.now - started }
    }

    private func split(
        _ spec: ModelSpec, seed: UInt64?, _ table: TrainingTable, _ labels: Labels
    ) throws(ModelError) -> Split {
        var rule = spec.split
        if let seed { rule.seed = seed }
        let split = try Split.make(rule, rows: labels.rows) { row in
            labels.classes.isEmpty ? 0 : Int(labels.targets[row])
        } by: { row in
            table.by?.text(row)
        }
        guard split.training.count >= 2 else {
            throw ModelError(
                .tooFewRows,
                "\(split.training.count) rows to train on, of \(table.rows) in the table")
        }
        if !labels.classes.isEmpty {
            let seen = Set(split.training.map { labels.targets[$0] })
            guard seen.count == labels.classes.count else {
                throw ModelError(.labelOneClass, "a class has no row among those to train on")
            }
        }
        return split
    }

    /// Judges a model on rows whose outcome is known.
    ///
    /// - Throws: CD5130, CD5131 and what scoring throws.
    public func evaluate(
        _ model: LoadedModel, on data: TrainingData
    ) throws(ModelError) -> Evaluation {
        let table = try TrainingTable(data, for: model.spec)
        let labels = try Labels(table, of: model)
        return try Judge(model: model, table: table, labels: labels).evaluate(labels.rows)
    }
}

/// A trained model that is not registered yet.
public struct Candidate: Sendable {
    public let model: LoadedModel
    /// On the rows that were held out; nil when there were none.
    public let evaluation: Evaluation?
    /// The same rows judged by what takes no learning, and by a linear model.
    public let baselines: [(name: String, evaluation: Evaluation)]
    public let trainingRows: Int
    public let testRows: Int
    /// Rows without a label.
    public let skippedRows: Int
    public let seconds: Double
    public let library: String
    public let rounds: Int?
    /// What a person should look at: constant columns, suspects of a leak.
    public let findings: [Diagnostic]
    public let notes: [String]
    /// The features' shares of the model's effect on the judged rows, largest first.
    public let importance: [(feature: String, share: Double)]
    /// Records with the trainer's own scores, by which the version is checked ever after.
    let sample: [SampleRow]
    /// A digest of the table's text.
    let dataDigest: String
    public let seed: UInt64
}

/// One record with what the trainer's library said of it.
struct SampleRow: Sendable {
    var record: [UInt8]
    var scores: [Double]
}

/// Scores the rows of a table with a model and compares with their labels.
struct Judge {
    let model: LoadedModel
    let table: TrainingTable
    let labels: Labels

    /// - Shape: `[rows.count][outputs]`.
    func scores(_ rows: [Int]) throws(ModelError) -> [[Double]] {
        let outputs = model.scorer.outputs
        var row = [Double](repeating: 0, count: model.pipeline.width + 1)
        var scores = [Double](repeating: 0, count: outputs)
        var all: [[Double]] = []
        all.reserveCapacity(rows.count)
        for number in rows {
            var texts: [String] = []
            row.withUnsafeMutableBufferPointer { row in
                guard let start = row.baseAddress else { return }
                model.pipeline.encode(table, number, into: start, texts: &texts)
            }
            try model.scorer.score(row, texts: texts, into: &scores)
            guard scores.allSatisfy(\.isFinite) else {
                throw ModelError(
                    .scoreNotFinite, "'\(model.name)' answered no number for row \(number + 1)")
            }
            all.append(scores)
        }
        return all
    }

    func evaluate(_ rows: [Int]) throws(ModelError) -> Evaluation {
        try evaluate(rows, scores: scores(rows))
    }

    /// One metric alone, for when it is asked thousands of times.
    func metric(_ name: MetricName, _ rows: [Int], scores: [[Double]]) -> Double? {
        let truth = rows.map { labels.targets[$0] }
        switch (model.task, name) {
        case (.binary, .auc), (.binary, .averagePrecision), (.binary, .ks):
            let ranking = RankingMetrics(
                truth: truth.map { $0 == 1 }, scores: scores.map { $0[0] })
            return name == .auc
                ? ranking.auc : name == .ks ? ranking.ks : ranking.averagePrecision
        case (.binary, .logLoss):
            return ProbabilityMetrics.logLoss(
                truth: truth.map { Int($0) }, probabilities: scores.map { [1 - $0[0], $0[0]] })
        case (.binary, .brier):
            return ProbabilityMetrics.brier(
                truth: truth.map { $0 == 1 }, scores: scores.map { $0[0] })
        case (.multiclass, .logLoss):
            return ProbabilityMetrics.logLoss(truth: truth.map { Int($0) }, probabilities: scores)
        case (.regression, .rmse), (.regression, .mae):
            let metrics = RegressionMetrics(truth: truth, predicted: scores.map { $0[0] })
            return name == .rmse ? metrics.rmse : metrics.mae
        default: return evaluate(rows, scores: scores)[name]?.value
        }
    }

    func evaluate(_ rows: [Int], scores: [[Double]]) -> Evaluation {
        let truth = rows.map { labels.targets[$0] }
        switch model.task {
        case .binary:
            return .binary(
                truth: truth.map { $0 == 1 }, scores: scores.map { $0[0] },
                threshold: model.threshold)
        case .multiclass:
            return .multiclass(
                truth: truth.map { Int($0) }, probabilities: scores, classes: labels.classes.count)
        default: return .regression(truth: truth, predicted: scores.map { $0[0] })
        }
    }
}
