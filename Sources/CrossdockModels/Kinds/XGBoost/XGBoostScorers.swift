/// Scorers of XGBoost's files: native trees, or the library where there is no other way.
enum XGBoostScorers {
    static func make(_ bytes: [UInt8]) throws(ModelError) -> any Scorer {
        let file = try XGBoostFile(bytes)
        if let trees = TreeEnsemble(file) { return TreeScorer(trees) }
        return try LibraryScorer(bytes, outputs: file.outputs)
    }
}

/// Trees, evaluated natively.
struct TreeScorer: Scorer {
    let trees: TreeEnsemble
    private let explainer: TreeExplainer?

    init(_ trees: TreeEnsemble) {
        self.trees = trees
        explainer = TreeExplainer(trees)
    }

    var columns: Int { trees.columns }
    var outputs: Int { trees.outputs }

    func score(
        _ row: UnsafePointer<Double>, texts: [String], into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, columns) + outputs) {
            buffer in
            guard let features = buffer.baseAddress else { return }
            let sums = features + max(1, columns)
            for column in 0..<columns { features[column] = Float(row[column]) }
            trees.score(features, into: sums)
            for output in 0..<outputs { scores[output] = Double(sums[output]) }
        }
    }

    func contributions(
        _ row: UnsafePointer<Double>, output: Int
    ) -> (columns: [Double], base: Double)? {
        guard let explainer, explainer.base.indices.contains(output) else { return nil }
        let features = (0..<columns).map { Float(row[$0]) }
        return (explainer.contributions(features)[output], explainer.base[output])
    }
}

/// A booster that only the library runs: linear, with dropped-out trees or splits by categories.
final class LibraryScorer: Scorer {
    private let booster: Booster
    let outputs: Int
    var columns: Int { booster.features }

    init(_ bytes: [UInt8], outputs: Int) throws(ModelError) {
        booster = try Booster.load(bytes)
        self.outputs = outputs
    }

    func score(
        _ row: UnsafePointer<Double>, texts: [String], into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError) {
        let features = (0..<columns).map { Float(row[$0]) }
        try features.withUnsafeBufferPointer { features throws(ModelError) in
            try booster.score(features, rows: 1) { answer throws(ModelError) in
                guard answer.count == outputs else {
                    throw ModelError(
                        .scoreShape, "the model answers \(answer.count) numbers, not \(outputs)")
                }
                for output in 0..<outputs { scores[output] = Double(answer[output]) }
            }
        }
    }
}
