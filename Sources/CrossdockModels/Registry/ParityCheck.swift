internal import CrossdockData

/// Scores a version's sample again and compares with what the trainer's library said.
struct ParityCheck: Sendable {
    /// Largest allowed difference of a score, relative for scores above 1.
    static let tolerance = 1e-4

    private(set) var rows = 0
    private(set) var largestDifference = 0.0

    /// - Throws: CD5153 when a score is too far off or a label differs.
    init(_ model: LoadedModel, _ sample: [SampleRow]) throws(ModelError) {
        for row in sample {
            let scores = try Self.scores(model, row.record)
            guard scores.count == row.scores.count else { throw Self.failed(model, "shape") }
            for (found, expected) in zip(scores, row.scores) {
                let difference = abs(found - expected) / max(1, abs(expected))
                largestDifference = max(largestDifference, difference)
                guard difference <= Self.tolerance else {
                    throw Self.failed(model, "\(found) in place of \(expected)")
                }
            }
            guard Self.label(model, scores) == Self.label(model, row.scores) else {
                throw Self.failed(model, "another label")
            }
            rows += 1
        }
    }

    private static func scores(_ model: LoadedModel, _ record: [UInt8]) throws(ModelError)
        -> [Double]
    {
        let document: JSONDocument
        do { document = try JSONDocument(record) } catch {
            throw ModelError(.registryDamaged, "a sample record is not JSON", cause: error)
        }
        var row = [Double](repeating: 0, count: model.pipeline.width + 1)
        var scores = [Double](repeating: 0, count: model.scorer.outputs)
        var texts: [String] = []
        var failure: ModelError?
        row.withUnsafeMutableBufferPointer { row in
            guard let start = row.baseAddress else { return }
            do throws(ModelError) {
                try model.pipeline.encode(document.root, into: start, texts: &texts)
            } catch { failure = error }
        }
        if let failure { throw failure }
        try model.scorer.score(row, texts: texts, into: &scores)
        return scores
    }

    private static func label(_ model: LoadedModel, _ scores: [Double]) -> Int {
        switch model.task {
        case .binary: (scores.first ?? 0) >= model.threshold ? 1 : 0
        case .multiclass: scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
        default: 0
        }
    }

    private static func failed(_ model: LoadedModel, _ what: String) -> ModelError {
        ModelError(
            .parityFailed,
            "'\(model.name)' does not repeat the trainer's predictions: \(what)")
    }
}
