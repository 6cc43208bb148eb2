internal import CrossdockData
internal import Foundation

/// Gradient-boosted trees.
enum XGBoostKind: ModelKind {
    static let name = "xgboost"
    static let summary =
        "Gradient-boosted trees (XGBoost). Handles missing values and needs no scaling."
    static let tasks: [ModelTask] = [.binary, .multiclass, .regression]
    static let handlesMissing = true

    static let parameters: [ModelParameter] = [
        ModelParameter("num_boost_round", "Rounds of boosting.", standard: "100"),
        ModelParameter("n_estimators", "The same as num_boost_round."),
        ModelParameter(
            "early_stopping_rounds",
            "Stop when a held-out tenth of the training rows has not improved for so many rounds."),
        ModelParameter("eta", "How much of each tree is taken.", standard: "0.3"),
        ModelParameter("learning_rate", "The same as eta."),
        ModelParameter("max_depth", "The depth of a tree.", standard: "6"),
        ModelParameter(
            "min_child_weight", "The smallest sum of hessians in a leaf.", standard: "1"),
        ModelParameter("gamma", "The smallest gain of a split.", standard: "0"),
        ModelParameter("subsample", "The share of rows per tree.", standard: "1"),
        ModelParameter("colsample_bytree", "The share of columns per tree.", standard: "1"),
        ModelParameter("colsample_bylevel", "The share of columns per level.", standard: "1"),
        ModelParameter("colsample_bynode", "The share of columns per split.", standard: "1"),
        ModelParameter("lambda", "L2 regularisation of the leaves.", standard: "1"),
        ModelParameter("reg_lambda", "The same as lambda."),
        ModelParameter("alpha", "L1 regularisation of the leaves.", standard: "0"),
        ModelParameter("reg_alpha", "The same as alpha."),
        ModelParameter("max_delta_step", "The largest step of a leaf.", standard: "0"),
        ModelParameter("scale_pos_weight", "The weight of positives; recalibrate afterwards."),
        ModelParameter("max_bin", "Bins per column.", standard: "256"),
        ModelParameter("max_leaves", "The leaves of a tree; 0 for no limit.", standard: "0"),
        ModelParameter("grow_policy", "depthwise or lossguide.", standard: "depthwise"),
        ModelParameter("tree_method", "hist, approx or exact.", standard: "hist"),
        ModelParameter("booster", "gbtree or dart.", standard: "gbtree"),
        ModelParameter("rate_drop", "The share of trees dropped by dart."),
        ModelParameter("skip_drop", "How often dart drops none."),
        ModelParameter("num_parallel_tree", "Trees per round and class.", standard: "1"),
        ModelParameter("monotone_constraints", "One of −1, 0, 1 per column: \"(1,0,-1)\"."),
        ModelParameter("interaction_constraints", "Groups of columns that may act together."),
        ModelParameter("objective", "What is minimised; by the task unless set."),
        ModelParameter("eval_metric", "The metric of early stopping."),
        ModelParameter("base_score", "Where boosting starts; the mean label unless set."),
        ModelParameter("huber_slope", "The slope of reg:pseudohubererror."),
        ModelParameter("tweedie_variance_power", "The power of reg:tweedie."),
        ModelParameter("quantile_alpha", "The quantile of reg:quantileerror."),
        ModelParameter("nthread", "Threads of training.", standard: "1 for small tables"),
        ModelParameter("seed", "The seed of sampling; the split's unless set."),
    ]

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        try XGBoostTraining(job: copy job).train()
    }
}

/// One training run with XGBoost.
struct XGBoostTraining {
    let job: TrainingJob
    /// Set by kinds that are special cases; a spec's parameters come after and win.
    var presets: [(name: String, value: String)] = []
    var rounds: Int?

    func train() throws(ModelError) -> TrainedFile {
        let width = job.pipeline.width
        guard width > 0 else { throw ModelError(.trainingFailed, "no feature has a column") }
        let threads = try threadCount(width)
        let training = try DataMatrix.make(
            FeatureMatrix(unchecked: job.rows.count, width, job.encoded(as: Float.self)),
            labels: job.labels(job.rows).map { Float($0) }, threads: threads)
        var schedule = Booster.Schedule(rounds: try roundCount())
        schedule.earlyStopping = try job.integer("early_stopping_rounds", in: 1...100_000)
        let metric = self.metric
        schedule.maximize = ["auc", "aucpr", "map", "ndcg"].contains { metric.hasPrefix($0) }
        let parameters = try parameters(threads: threads)
        let result: (bytes: [UInt8], history: Booster.History)
        if schedule.earlyStopping == nil || job.validation.isEmpty {
            schedule.earlyStopping = nil
            result = try Booster.train(
                training, validation: nil, features: width, parameters: parameters,
                schedule: schedule, keepGoing: job.keepGoing)
        } else {
            let validation = FeatureMatrix(
                unchecked: job.validation.count, width,
                job.pipeline.encode(job.table, job.validation, as: Float.self))
            result = try Booster.train(
                training,
                validation: try DataMatrix.make(
                    validation, labels: job.labels(job.validation).map { Float($0) }),
                features: width, parameters: parameters, schedule: schedule,
                keepGoing: job.keepGoing)
        }
        return TrainedFile(
            file: ModelFile(format: .xgboostUBJ, bytes: result.bytes),
            library: "xgboost \(try XGBoostLibrary.versionText())",
            rounds: result.history.bestRound.map { $0 + 1 } ?? schedule.rounds)
    }

    private func roundCount() throws(ModelError) -> Int {
        if let rounds { return rounds }
        if let given = try job.integer("num_boost_round", in: 1...100_000) { return given }
        return try job.integer("n_estimators", in: 1...100_000) ?? 100
    }

    /// One thread repeats bit by bit and is enough for a table of a hub's size.
    private func threadCount(_ width: Int) throws(ModelError) -> Int {
        if let given = try job.integer("nthread", in: 1...256) { return given }
        let cells = job.rows.count.multipliedReportingOverflow(by: width)
        guard cells.overflow || cells.partialValue > 4_000_000 else { return 1 }
        return max(1, min(8, ProcessInfo.processInfo.activeProcessorCount))
    }

    private var objective: String {
        if let given = text("objective") { return given }
        switch job.task {
        case .binary: return "binary:logistic"
        case .multiclass: return "multi:softprob"
        default: return "reg:squarederror"
        }
    }

    private var metric: String {
        if let given = text("eval_metric") { return given }
        switch job.task {
        case .binary: return "logloss"
        case .multiclass: return "mlogloss"
        default: return "rmse"
        }
    }

    private func text(_ name: String) -> String? {
        job.parameters.last { $0.name == name }?.value.scalarText
    }

    /// Parameters that steer the loop here and are none of the library's.
    private static let ours: Set<String> = [
        "num_boost_round", "n_estimators", "early_stopping_rounds", "objective", "eval_metric",
        "nthread", "max_features", "criterion",
    ]

    private func parameters(threads: Int) throws(ModelError) -> [(name: String, value: String)] {
        var all: [(name: String, value: String)] = [
            ("objective", objective), ("eval_metric", metric), ("tree_method", "hist"),
            ("base_score", try baseScore()), ("seed", "\(job.seed)"), ("nthread", "\(threads)"),
        ]
        if job.task == .multiclass { all.append(("num_class", "\(job.classes.count)")) }
        all += presets
        for parameter in job.parameters where !Self.ours.contains(parameter.name) {
            guard let value = Self.text(of: parameter.value) else {
                throw job.refused(parameter, "must be a number or text")
            }
            all.append((parameter.name, value))
        }
        return all
    }

    private static func text(of value: Value) -> String? {
        guard let list = value.array else { return value.scalarText }
        let parts = list.compactMap(\.scalarText)
        return parts.count == list.count ? "(\(parts.joined(separator: ",")))" : nil
    }

    /// The mean label on the objective's scale, written out: left to the library, its value and its
    /// form in the file would depend on the version.
    private func baseScore() throws(ModelError) -> String {
        let labels = job.labels(job.rows)
        let mean = Statistics.mean(labels)
        switch objective {
        case "binary:logistic", "reg:logistic", "binary:logitraw":
            return "\(Float(min(max(mean, 1e-6), 1 - 1e-6)))"
        case "multi:softprob", "multi:softmax", "binary:hinge": return "0.5"
        case "count:poisson", "reg:gamma", "reg:tweedie": return "\(Float(max(mean, 1e-6)))"
        case "reg:absoluteerror", "reg:quantileerror", "reg:pseudohubererror":
            return "\(Float(Statistics.quantile(labels.sorted(), 0.5)))"
        default: return "\(Float(mean))"
        }
    }
}

/// One tree.
enum TreeKind: ModelKind {
    static let name = "tree"
    static let summary = "One decision tree: easy to read, rarely the best."
    static let tasks: [ModelTask] = [.binary, .multiclass, .regression]
    static let handlesMissing = true
    static let parameters: [ModelParameter] = [
        ModelParameter("max_depth", "The depth of the tree.", standard: "5"),
        ModelParameter(
            "min_child_weight", "The smallest sum of hessians in a leaf.", standard: "1"),
        ModelParameter("gamma", "The smallest gain of a split.", standard: "0"),
        ModelParameter("max_leaves", "The leaves of the tree; 0 for no limit.", standard: "0"),
        ModelParameter("lambda", "L2 regularisation of the leaves.", standard: "0.1"),
    ]

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        let presets = [("max_depth", "5"), ("lambda", "0.1"), ("eta", "1")]
        return try XGBoostTraining(job: copy job, presets: presets, rounds: 1).train()
    }
}

/// Many trees on samples of rows and columns, averaged.
enum ForestKind: ModelKind {
    static let name = "forest"
    static let summary = "A random forest: many trees on samples of rows and columns, averaged."
    static let tasks: [ModelTask] = [.binary, .multiclass, .regression]
    static let handlesMissing = true
    static let parameters: [ModelParameter] = [
        ModelParameter("n_estimators", "Trees.", standard: "200"),
        ModelParameter("max_depth", "The depth of a tree.", standard: "12"),
        ModelParameter("subsample", "The share of rows per tree.", standard: "0.8"),
        ModelParameter("colsample_bynode", "The share of columns per split."),
        ModelParameter(
            "min_child_weight", "The smallest sum of hessians in a leaf.", standard: "1"),
        ModelParameter("lambda", "L2 regularisation of the leaves.", standard: "0.1"),
    ]

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        let trees = try job.integer("n_estimators", in: 1...10_000) ?? 200
        let width = Double(max(1, job.pipeline.width))
        // As many columns per split as are usual: the root of all for classes, all for numbers.
        let share = job.task == .regression ? 1 : width.squareRoot() / width
        let presets = [
            ("num_parallel_tree", "\(trees)"), ("max_depth", "12"), ("subsample", "0.8"),
            ("colsample_bynode", "\(Float(min(1, max(share, 1 / width))))"), ("lambda", "0.1"),
            ("eta", "1"),
        ]
        return try XGBoostTraining(job: copy job, presets: presets, rounds: 1).train()
    }
}
