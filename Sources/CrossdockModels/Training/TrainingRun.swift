internal import CrossdockData
internal import CrossdockDiagnostics

/// One training from table to candidate.
struct TrainingRun {
    let spec: ModelSpec
    let kind: any ModelKind.Type
    let table: TrainingTable
    let labels: Labels
    let split: Split
    let seed: UInt64
    /// Of the table's text.
    let dataDigest: String
    let keepGoing: @Sendable () -> Bool

    /// Records kept for the parity check.
    private static let sampleSize = 25

    /// Fits features and trains, without judging.
    func train() throws(ModelError) -> (model: LoadedModel, trained: TrainedFile) {
        let (training, validation) = stoppingRows()
        let fitted = try fit(training)
        let pipeline = try FeaturePipeline(fitted)
        let job = TrainingJob(
            task: spec.task, classes: labels.classes, pipeline: pipeline, table: table,
            rows: training, validation: validation, targets: labels.targets,
            overrides: outOfFold(training, fitted, pipeline), parameters: spec.trainer.parameters,
            seed: seed, keepGoing: keepGoing)
        let trained = try kind.train(job)
        let artifact = ModelArtifact(
            spec: spec, features: fitted, file: trained.file, classes: labels.classes)
        return (try LoadedModel(artifact), trained)
    }

    func candidate(elapsed: () -> Duration) throws(ModelError) -> Candidate {
        let (model, trained) = try train()
        let judge = Judge(model: model, table: table, labels: labels)
        let scores = try judge.scores(split.test)
        let (baselines, remarks) = try Baselines(run: self, training: split.training).evaluations()
        let time = elapsed()
        return Candidate(
            model: model,
            evaluation: split.test.isEmpty ? nil : judge.evaluate(split.test, scores: scores),
            baselines: baselines, trainingRows: split.training.count, testRows: split.test.count,
            skippedRows: table.rows - labels.rows.count,
            seconds: Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18,
            library: trained.library, rounds: trained.rounds, findings: findings(),
            notes: trained.notes + remarks, importance: importance(model),
            sample: try sample(model), dataDigest: dataDigest, seed: seed)
    }

    /// With early stopping, a tenth of the training rows decides when; the test rows never do.
    private func stoppingRows() -> (training: [Int], validation: [Int]) {
        let stops = spec.trainer.parameters.contains { $0.name == "early_stopping_rounds" }
        guard stops, split.training.count >= 50 else { return (split.training, []) }
        if spec.split.kind == .time {
            let cut = split.training.count - split.training.count / 10
            return (Array(split.training.prefix(cut)), Array(split.training.dropFirst(cut)))
        }
        var generator = SplitMix64(seed: seed ^ 0x5EED)
        var shuffled = split.training
        shuffled.shuffle(&generator)
        let count = shuffled.count / 10
        return (shuffled.dropFirst(count).sorted(), shuffled.prefix(count).sorted())
    }

    func fit(
        _ rows: [Int], handlesMissing: Bool? = nil
    ) throws(ModelError) -> [FittedFeature] {
        var fitted: [FittedFeature] = []
        for (number, feature) in spec.features.enumerated() {
            let fitting = FeatureFitting(
                feature: feature, column: table.columns[number], rows: rows,
                targets: labels.targets,
                trainerHandlesMissing: handlesMissing ?? kind.handlesMissing)
            fitted.append(try fitting.fit())
        }
        for (number, feature) in fitted.enumerated() where feature.failsOnMissing {
            if let row = rows.first(where: { table.columns[number].isMissing($0) }) {
                throw ModelError(
                    .featureMissing,
                    "'\(feature.name)' may not be missing, but is in row \(row + 1)",
                    feature: feature.name)
            }
        }
        return fitted
    }

    /// Target encodings of training rows, each from the rows of the other folds: a row's own label
    /// must not reach its features.
    private func outOfFold(
        _ rows: [Int], _ fitted: [FittedFeature], _ pipeline: FeaturePipeline
    ) -> [Int: [Double]] {
        var overrides: [Int: [Double]] = [:]
        let folds = 5
        var order = Array(rows.indices)
        var generator = SplitMix64(seed: seed ^ 0xF01D)
        order.shuffle(&generator)
        for (number, feature) in spec.features.enumerated() {
            guard case .target(let smoothing) = feature.encoding else { continue }
            let column = table.columns[number]
            var values = [Double](repeating: 0, count: rows.count)
            for fold in 0..<folds {
                let held = order.indices.filter { $0 % folds == fold }.map { order[$0] }
                let others = order.indices.filter { $0 % folds != fold }.map { rows[order[$0]] }
                let encoding = TargetEncoding(
                    codes: others.map { Int(column.codes[$0]) },
                    targets: others.map { labels.targets[$0] }, categories: column.table.count,
                    smoothing: smoothing)
                for place in held {
                    let code = Int(column.codes[rows[place]])
                    values[place] = code < 0 ? encoding.missing : encoding.values[code]
                }
            }
            overrides[pipeline.columns[number].lowerBound] = values
        }
        return overrides
    }

    /// Records from the judged rows with the scores of the library that trained.
    private func sample(_ model: LoadedModel) throws(ModelError) -> [SampleRow] {
        let source = split.test.isEmpty ? split.training : split.test
        let step = max(1, source.count / Self.sampleSize)
        let rows = stride(from: 0, to: source.count, by: step).prefix(Self.sampleSize).map {
            source[$0]
        }
        let scores = try Oracle.scores(model.artifact.file, model: model, table: table, rows: rows)
        return zip(rows, scores).map { row, scores in
            SampleRow(record: table.record(row).json, scores: scores)
        }
    }

    /// The mean size of each feature's contribution over some judged rows.
    private func importance(_ model: LoadedModel) -> [(feature: String, share: Double)] {
        let rows = (split.test.isEmpty ? split.training : split.test).prefix(200)
        var sums = [Double](repeating: 0, count: model.pipeline.features.count)
        var row = [Double](repeating: 0, count: model.pipeline.width + 1)
        for number in rows {
            var texts: [String] = []
            row.withUnsafeMutableBufferPointer { row in
                guard let start = row.baseAddress else { return }
                model.pipeline.encode(table, number, into: start, texts: &texts)
            }
            for output in 0..<model.scorer.outputs {
                guard let told = model.scorer.contributions(row, output: output) else { return [] }
                for (feature, range) in model.pipeline.columns.enumerated() {
                    sums[feature] += abs(range.reduce(0) { $0 + told.columns[$1] })
                }
            }
        }
        let total = sums.reduce(0, +)
        guard total > 0 else { return [] }
        return zip(model.pipeline.features, sums).map { ($0.name, $1 / total) }.sorted {
            $0.share > $1.share
        }
    }

    private func findings() -> [Diagnostic] {
        var findings: [Diagnostic] = []
        for (number, feature) in spec.features.enumerated() {
            let inspection = FeatureInspection(
                column: table.columns[number], rows: split.training, labels: labels)
            for remark in inspection.remarks(isBinary: spec.task == .binary) {
                findings.append(
                    Diagnostic(
                        .suspectFeature, "'\(feature.name)' \(remark)", at: feature.span,
                        severity: .warning))
            }
        }
        return findings
    }
}

/// Looks at one feature for what spoils models.
struct FeatureInspection {
    let column: FeatureColumn
    let rows: [Int]
    let labels: Labels

    func remarks(isBinary: Bool) -> [String] {
        let present = rows.filter { !column.isMissing($0) }
        if present.isEmpty { return ["has no value in any training row"] }
        var remarks: [String] = []
        let distinct = distinctCount(present)
        if distinct == 1, present.count == rows.count { remarks.append("never changes") }
        if column.reader.type == .category, present.count >= 50,
            Double(distinct) > 0.9 * Double(present.count)
        {
            remarks.append("is different in nearly every row, like an id")
        }
        if isBinary, let auc = auc(present), max(auc, 1 - auc) > 0.98 {
            remarks.append(
                "alone predicts the label almost perfectly: is it filled after the fact?")
        }
        return remarks
    }

    private func distinctCount(_ rows: [Int]) -> Int {
        column.reader.wantsText
            ? Set(rows.map { column.codes[$0] }).count : Set(rows.map { column.numbers[$0] }).count
    }

    /// How well the feature alone ranks; of categories, by their mean label.
    private func auc(_ rows: [Int]) -> Double? {
        let truth = rows.map { labels.targets[$0] == 1 }
        guard column.reader.wantsText else {
            return RankingMetrics(truth: truth, scores: rows.map { column.numbers[$0] }).auc
        }
        // Mean labels of rare categories rank their own rows perfectly, which proves nothing.
        guard distinctCount(rows) * 20 <= rows.count else { return nil }
        let encoding = TargetEncoding(
            codes: rows.map { Int(column.codes[$0]) }, targets: rows.map { labels.targets[$0] },
            categories: column.table.count, smoothing: 0)
        return RankingMetrics(
            truth: truth, scores: rows.map { encoding.values[Int(column.codes[$0])] }
        ).auc
    }
}

/// The scores of the library that a file comes from, where it is not the code that serves.
enum Oracle {
    static func scores(
        _ file: ModelFile, model: LoadedModel, table: TrainingTable, rows: [Int]
    ) throws(ModelError) -> [[Double]] {
        switch file.format {
        case .xgboostUBJ, .xgboostJSON:
            guard model.pipeline.width > 0 else { return [] }
            let booster = try Booster.load(file.bytes)
            let encoded = model.pipeline.encode(table, rows, as: Float.self)
            let scores = try booster.score(
                FeatureMatrix(unchecked: rows.count, model.pipeline.width, encoded))
            let outputs = model.scorer.outputs
            guard scores.count == rows.count * outputs else {
                throw ModelError(.scoreShape, "the library answers \(scores.count) numbers")
            }
            return rows.indices.map { row in
                scores[(row * outputs)..<((row + 1) * outputs)].map(Double.init)
            }
        case .onnx, .crossdock:
            let all = (0..<table.rows).map(Double.init)
            let judge = Judge(
                model: model, table: table,
                labels: Labels(classes: model.classes, targets: all, rows: rows))
            return try judge.scores(rows)
        }
    }
}

extension Labels {
    init(classes: [String], targets: [Double], rows: [Int]) {
        self.classes = classes
        self.targets = targets
        self.rows = rows
    }
}

/// What takes no learning, and what takes little: every model must beat them to be worth its keep.
struct Baselines {
    let run: TrainingRun
    let training: [Int]

    /// - Returns: Also a remark on what could not be had.
    func evaluations() throws(ModelError) -> (
        all: [(name: String, evaluation: Evaluation)], remarks: [String]
    ) {
        let test = run.split.test
        guard !test.isEmpty else { return ([], []) }
        var all = [(name: "naive", evaluation: naive(test))]
        guard run.kind.name != "logistic", run.kind.name != "linear" else { return (all, []) }
        do {
            if let linear = try linear(test) {
                let name = run.spec.task == .regression ? "ridge" : "logistic"
                all.append((name: name, evaluation: linear))
            }
        } catch {
            guard error.code != .trainingCancelled else { throw error }
            return (all, ["no linear baseline: \(error.message)"])
        }
        return (all, [])
    }

    /// Always the mean label, or each class's share.
    private func naive(_ test: [Int]) -> Evaluation {
        let targets = training.map { run.labels.targets[$0] }
        let truth = test.map { run.labels.targets[$0] }
        let mean = Statistics.mean(targets)
        switch run.spec.task {
        case .binary:
            return .binary(
                truth: truth.map { $0 == 1 }, scores: truth.map { _ in mean }, threshold: 0.5)
        case .multiclass:
            let classes = run.labels.classes.count
            let shares = (0..<classes).map { k in
                Double(targets.count { $0 == Double(k) }) / Double(max(1, targets.count))
            }
            return .multiclass(
                truth: truth.map { Int($0) }, probabilities: truth.map { _ in shares },
                classes: classes)
        default: return .regression(truth: truth, predicted: truth.map { _ in mean })
        }
    }

    /// A linear model on the same features. A table too wide for it does without.
    private func linear(_ test: [Int]) throws(ModelError) -> Evaluation? {
        let fitted = try run.fit(training, handlesMissing: false).map { feature in
            guard case .number(nil, let shift, let scale, let logarithm) = feature.state else {
                return feature
            }
            // What the trainer would handle itself gets the middle of its scale.
            return FittedFeature(
                name: feature.name, source: feature.source, reader: feature.reader,
                failsOnMissing: false,
                state: .number(fill: shift, shift: shift, scale: scale, logarithm: logarithm))
        }
        let pipeline = try FeaturePipeline(fitted)
        guard pipeline.width <= 512 else { return nil }
        let job = TrainingJob(
            task: run.spec.task, classes: run.labels.classes, pipeline: pipeline, table: run.table,
            rows: training, validation: [], targets: run.labels.targets, overrides: [:],
            parameters: [], seed: run.seed, keepGoing: run.keepGoing)
        let kind: any ModelKind.Type =
            run.spec.task == .regression ? RidgeKind.self : LogisticKind.self
        let artifact = ModelArtifact(
            spec: run.spec, features: fitted, file: try kind.train(job).file,
            classes: run.labels.classes)
        let model = try LoadedModel(artifact)
        return try Judge(model: model, table: run.table, labels: run.labels).evaluate(test)
    }
}
