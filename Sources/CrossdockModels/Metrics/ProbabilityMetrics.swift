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
/// error is biased upwards. Which bin a confidence on an edge belongs to is decided by the edges' last
/// bit, so they are computed as the peer computes them.
///
/// - Source: torchmetrics, `binary_calibration_error` (64-bit) and `multiclass_calibration_error`
///   (32-bit), whose edges come from `torch.linspace`: from both ends to the middle.
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

    /// The bins of a binary model's probabilities.
    init(confidences: [Double], outcomes: [Bool], count: Int) {
        self.init(confidences, outcomes, edges: Self.edges(count))
    }

    /// The bins of the likeliest class's probability.
    init(topConfidences: [Double], outcomes: [Bool], count: Int) {
        self.init(topConfidences.map { Float($0) }, outcomes, edges: Self.edges(count))
    }

    private init<Scalar: BinaryFloatingPoint>(
        _ confidences: [Scalar], _ outcomes: [Bool], edges: [Scalar]
    ) {
        var bins = [Bin](repeating: Bin(), count: max(1, edges.count - 1))
        for (confidence, outcome) in zip(confidences, outcomes) where !confidence.isNaN {
            let above = edges.partitioningIndex { $0 > confidence }
            let place = min(bins.count - 1, max(0, above - 1))
            bins[place].count += 1
            bins[place].confidence += Double(confidence)
            bins[place].outcomes += outcome ? 1 : 0
        }
        self.bins = bins.filter { $0.count > 0 }
    }

    private static func edges<Scalar: BinaryFloatingPoint>(_ count: Int) -> [Scalar] {
        let count = max(1, count)
        let step = 1 / Scalar(count)
        return (0...count).map { place in
            place < (count + 1) / 2 ? step * Scalar(place) : 1 - step * Scalar(count - place)
        }
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
