internal import Foundation

/// How good probabilities are as probabilities.
enum ProbabilityMetrics {
    /// Probabilities are kept this far from 0 and 1 before the logarithm.
    static let epsilon = 0x1p-52

    /// The mean of −ln p of what happened; nil without weight.
    ///
    /// - Parameter probabilities: Per row, of each class.
    static func logLoss(
        truth: [Int], probabilities: [[Double]], weights: [Double] = []
    ) -> Double? {
        weightedMean(truth.count, weights) { row in
            -log(min(max(probabilities[row][truth[row]], epsilon), 1 - epsilon))
        }
    }

    /// The mean squared distance of the positive's probability from what happened.
    static func brier(truth: [Bool], scores: [Double], weights: [Double] = []) -> Double? {
        weightedMean(truth.count, weights) { row in
            let distance = scores[row] - (truth[row] ? 1 : 0)
            return distance * distance
        }
    }

    /// The sum over classes of the squared distances, 0 to 2.
    static func brier(truth: [Int], probabilities: [[Double]], weights: [Double] = []) -> Double? {
        weightedMean(truth.count, weights) { row in
            probabilities[row].indices.reduce(0) { sum, k in
                let distance = probabilities[row][k] - (truth[row] == k ? 1 : 0)
                return sum + distance * distance
            }
        }
    }

    static func weightedMean(
        _ count: Int, _ weights: [Double], _ value: (Int) -> Double
    ) -> Double? {
        var sum = 0.0
        var total = 0.0
        for row in 0..<count {
            let weight = weights.isEmpty ? 1 : weights[row]
            sum += weight * value(row)
            total += weight
        }
        return total > 0 ? sum / total : nil
    }
}

/// Confidence against outcome, in bins of equal width.
///
/// Bins are closed below and open above, the last one closed. Empty bins are left out. For few rows the
/// error is biased upwards.
struct CalibrationBins {
    struct Bin {
        var count = 0.0
        var confidence = 0.0
        var outcomes = 0.0
        var gap: Double { abs(confidence - outcomes) / count }
    }

    let bins: [Bin]

    /// The number of bins used unless said otherwise.
    static func usual(for rows: Int) -> Int { rows < 500 ? 10 : 15 }

    init(confidences: [Double], outcomes: [Bool], count: Int) {
        var bins = [Bin](repeating: Bin(), count: max(1, count))
        for (confidence, outcome) in zip(confidences, outcomes) {
            guard !confidence.isNaN else { continue }
            let place = min(bins.count - 1, max(0, Self.place(confidence, bins.count)))
            bins[place].count += 1
            bins[place].confidence += confidence
            bins[place].outcomes += outcome ? 1 : 0
        }
        self.bins = bins.filter { $0.count > 0 }
    }

    /// An edge k/n as computed belongs to the bin above it.
    private static func place(_ confidence: Double, _ count: Int) -> Int {
        let bounded = min(max(confidence, 0), 1)
        var place = Int(bounded * Double(count))
        while place + 1 < count, bounded >= Double(place + 1) / Double(count) { place += 1 }
        while place > 0, bounded < Double(place) / Double(count) { place -= 1 }
        return place
    }

    private var total: Double { bins.reduce(0) { $0 + $1.count } }

    /// The mean gap, by rows.
    var expectedError: Double? {
        total > 0 ? bins.reduce(0) { $0 + $1.count * $1.gap } / total : nil
    }
    var maximumError: Double? { bins.map(\.gap).max() }
    var rootMeanSquareError: Double? {
        total > 0 ? (bins.reduce(0) { $0 + $1.count * $1.gap * $1.gap } / total).squareRoot() : nil
    }
}
