internal import CrossdockData
internal import CrossdockDiagnostics
internal import Foundation

/// A weighted sum of the columns, and what makes a score of it.
struct LinearScorer: Scorer {
    enum Link: String {
        case identity, logistic, softmax, exponential
    }

    let link: Link
    /// Per output, one weight per column.
    let weights: [[Double]]
    let biases: [Double]
    /// The columns' means over the training rows: contributions are told from there.
    let means: [Double]

    var columns: Int { means.count }
    var outputs: Int { weights.count }

    func score(
        _ row: UnsafePointer<Double>, texts: [String], into scores: UnsafeMutablePointer<Double>
    ) throws(ModelError) {
        for output in weights.indices {
            scores[output] = weights[output].withUnsafeBufferPointer { weights in
                var sum = biases[output]
                for column in weights.indices { sum += weights[column] * row[column] }
                return sum
            }
        }
        Self.apply(link, scores, outputs)
    }

    static func apply(_ link: Link, _ scores: UnsafeMutablePointer<Double>, _ count: Int) {
        switch link {
        case .identity: return
        case .logistic: for at in 0..<count { scores[at] = logistic(scores[at]) }
        case .exponential: for at in 0..<count { scores[at] = exp(scores[at]) }
        case .softmax:
            var highest = -Double.infinity
            for at in 0..<count { highest = max(highest, scores[at]) }
            var sum = 0.0
            for at in 0..<count {
                scores[at] = exp(scores[at] - highest)
                sum += scores[at]
            }
            for at in 0..<count { scores[at] /= sum }
        }
    }

    /// 1 / (1 + e^−x), without overflow on either side.
    static func logistic(_ x: Double) -> Double {
        if x >= 0 { return 1 / (1 + exp(-x)) }
        let power = exp(x)
        return power / (1 + power)
    }

    func contributions(
        _ row: UnsafePointer<Double>, output: Int
    ) -> (columns: [Double], base: Double)? {
        guard weights.indices.contains(output) else { return nil }
        let weights = weights[output]
        var base = biases[output]
        for column in weights.indices { base += weights[column] * means[column] }
        return (weights.indices.map { weights[$0] * (row[$0] - means[$0]) }, base)
    }
}

/// Our own model files: one JSON object with a `crossdock` member that names the family.
enum NativeScorers {
    static func make(_ bytes: [UInt8]) throws(ModelError) -> any Scorer {
        let value: Value
        do { value = try Value(json: bytes) } catch {
            throw ModelError(.modelFileBroken, "the model file is not JSON: \(error.message)")
        }
        do throws(ModelError) {
            switch try value.storedText("crossdock") {
            case "linear": return try LinearScorer(stored: value)
            case "naiveBayes": return try NaiveBayesScorer(stored: value)
            case "knn": return try NeighboursScorer(stored: value)
            case let family:
                throw ModelError(.modelFileUnsupported, "there is no model family '\(family)'")
            }
        } catch {
            guard error.code == .registryDamaged else { throw error }
            throw ModelError(.modelFileBroken, error.message)
        }
    }
}

extension LinearScorer {
    var file: ModelFile {
        var object = ValueObject()
        object["crossdock"] = "linear"
        object["link"] = .string(link.rawValue)
        object["weights"] = .array(weights.map { .numbers($0) })
        object["biases"] = .numbers(biases)
        object["means"] = .numbers(means)
        return ModelFile(format: .crossdock, bytes: Value.object(object).json)
    }

    fileprivate init(stored: Value) throws(ModelError) {
        guard let link = Link(rawValue: try stored.storedText("link")) else {
            throw Value.damaged("the link is unknown")
        }
        let means = try stored.storedNumbers("means")
        let biases = try stored.storedNumbers("biases")
        let weights = (try stored.stored("weights").array ?? []).map { row in
            (row.array ?? []).compactMap { $0.number?.double }
        }
        guard !weights.isEmpty, weights.count == biases.count,
            weights.allSatisfy({ $0.count == means.count && $0.allSatisfy(\.isFinite) })
        else { throw Value.damaged("the weights do not fit together") }
        self.init(link: link, weights: weights, biases: biases, means: means)
    }
}
