public import CrossdockData

/// A version ready to score.
///
/// - Threads: never changes; any number of tasks may score at once. A swap of versions is a swap of
///   references: what is being scored finishes on the version it began with.
public final class LoadedModel: Sendable {
    public let spec: ModelSpec
    /// nil for a model that is in no registry.
    public let version: Int?
    /// The positive class last, for binary tasks; empty for numbers.
    public let classes: [String]
    public let threshold: Double
    let pipeline: FeaturePipeline
    let scorer: any Scorer
    let artifact: ModelArtifact

    public var name: String { spec.model }
    public var task: ModelTask { spec.task }
    /// The encoded columns' names, in order.
    public var columnNames: [String] { pipeline.columnNames }

    /// - Throws: CD5105, CD5106, CD5141 when the file does not suit the features and the task.
    init(_ artifact: ModelArtifact, version: Int? = nil) throws(ModelError) {
        self.artifact = artifact
        self.version = version
        spec = artifact.spec
        classes = artifact.classes
        threshold = artifact.threshold
        pipeline = try FeaturePipeline(artifact.features)
        scorer = try artifact.file.scorer(artifact.shape)
        guard scorer.columns == pipeline.width else {
            throw ModelError(
                .scoreShape,
                "the model takes \(scorer.columns) columns, its features make \(pipeline.width)")
        }
        guard scorer.outputs == artifact.shape.outputs else {
            throw ModelError(
                .scoreShape,
                "the model answers \(scorer.outputs) numbers, the task needs \(artifact.shape.outputs)"
            )
        }
    }

    /// Scores one record.
    ///
    /// - Throws: CD5120 to CD5124 for a record that cannot be encoded, CD5140 and CD5141 for an answer
    ///   that cannot be used.
    public func score(
        _ record: JSONNode, reasons: ReasonPolicy = .none
    ) throws(ModelError) -> Prediction {
        let outputs = max(1, scorer.outputs)
        let width = pipeline.width
        let result = withUnsafeTemporaryAllocation(of: Double.self, capacity: width + outputs) {
            memory -> Result<Prediction, ModelError> in
            guard let row = memory.baseAddress else {
                return .failure(ModelError(.scoreShape, "the model has no columns"))
            }
            do throws(ModelError) {
                var texts: [String] = []
                try pipeline.encode(record, into: row, texts: &texts)
                var prediction = try predict(row, texts: texts, into: row + width)
                if case .top(let count) = reasons {
                    prediction.reasons = self.reasons(row, count, output: output(prediction)) {
                        feature in
                        guard case .field(let path) = feature.source else { return nil }
                        return (try? record.node(at: path)?.value()).flatMap {
                            $0.isNull ? nil : $0
                        }
                    }
                }
                return .success(prediction)
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Scores one record, as a value.
    public func score(
        _ record: Value, reasons: ReasonPolicy = .none
    ) throws(ModelError) -> Prediction {
        let document: JSONDocument
        do { document = try JSONDocument(record.json) } catch {
            throw ModelError(.rowNotObject, error.message, cause: error)
        }
        return try score(document.root, reasons: reasons)
    }

    /// Scores records, each with its own result: one that fails does not keep the others.
    public func score(
        _ records: [JSONNode], reasons: ReasonPolicy = .none
    ) -> [Result<Prediction, ModelError>] {
        records.map { record in
            do throws(ModelError) { return .success(try score(record, reasons: reasons)) } catch {
                return .failure(error)
            }
        }
    }

    /// Scores an encoded row.
    func predict(
        _ row: UnsafePointer<Double>, texts: [String], into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError) -> Prediction {
        try scorer.score(row, texts: texts, into: scores)
        for output in 0..<scorer.outputs where !scores[output].isFinite {
            throw ModelError(
                .scoreNotFinite, "'\(name)' answered \(scores[output]), which is no number")
        }
        switch task {
        case .binary:
            let score = scores[0]
            return Prediction(
                score: score, label: classes.isEmpty ? nil : classes[score >= threshold ? 1 : 0],
                model: name, version: version)
        case .multiclass: return try predictClass(scores)
        default: return Prediction(score: scores[0], label: nil, model: name, version: version)
        }
    }

    private func predictClass(_ scores: UnsafeMutablePointer<Double>) throws(ModelError)
        -> Prediction
    {
        let sum = (0..<classes.count).reduce(0) { $0 + scores[$1] }
        guard sum > 0, (0..<classes.count).allSatisfy({ scores[$0] >= 0 }) else {
            throw ModelError(.scoreShape, "'\(name)' answered no probabilities")
        }
        // Rounding in 32-bit floats is passed on as it is; a larger gap is made good.
        let scale = abs(sum - 1) > 1e-4 ? 1 / sum : 1
        var best = 0
        var probabilities: [(label: String, probability: Double)] = []
        for (place, label) in classes.enumerated() {
            if scores[place] > scores[best] { best = place }
            probabilities.append((label, scores[place] * scale))
        }
        return Prediction(
            score: scores[best] * scale, label: classes[best], probabilities: probabilities,
            model: name, version: version)
    }

    /// The output that a prediction's reasons are told for.
    private func output(_ prediction: Prediction) -> Int {
        task == .multiclass ? classes.firstIndex { $0 == prediction.label } ?? 0 : 0
    }

    /// Columns' contributions, summed by feature, strongest first.
    private func reasons(
        _ row: UnsafePointer<Double>, _ count: Int, output: Int,
        value: (FittedFeature) -> Value?
    ) -> [Prediction.Reason] {
        guard let (columns, _) = scorer.contributions(row, output: output) else { return [] }
        var effects: [(feature: Int, effect: Double)] = []
        for (feature, range) in pipeline.columns.enumerated() {
            effects.append((feature, range.reduce(0) { $0 + columns[$1] }))
        }
        effects.sort { abs($0.effect) > abs($1.effect) }
        let total = effects.reduce(0) { $0 + abs($1.effect) }
        var shown: [Prediction.Reason] = []
        var sum = 0.0
        for (feature, effect) in effects.prefix(max(0, count)) {
            guard effect != 0, effect.isFinite, sum < 0.8 * total else { break }
            sum += abs(effect)
            let fitted = pipeline.features[feature]
            shown.append(
                Prediction.Reason(feature: fitted.name, value: value(fitted), effect: effect))
        }
        return shown
    }
}
