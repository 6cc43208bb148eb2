/// How well scores separate positives from negatives: curves and the areas under them.
///
/// - Source: scikit-learn's definitions; ties count half.
struct RankingMetrics {
    /// Distinct scores, falling, with the weight of positives and negatives at or above each.
    private(set) var thresholds: [Double] = []
    private var hits: [Double] = []
    private var alarms: [Double] = []
    private let rows: [(score: Double, isPositive: Bool, weight: Double)]

    var positives: Double { hits.last ?? 0 }
    var negatives: Double { alarms.last ?? 0 }

    /// - Parameter weights: One per row; empty for 1 each.
    init(truth: [Bool], scores: [Double], weights: [Double] = []) {
        rows = truth.indices.map { (scores[$0], truth[$0], weights.isEmpty ? 1 : weights[$0]) }
        var hit = 0.0
        var alarm = 0.0
        let order = rows.indices.sorted { rows[$0].score > rows[$1].score }
        for (place, row) in order.enumerated() {
            if rows[row].isPositive { hit += rows[row].weight } else { alarm += rows[row].weight }
            if place + 1 < order.count, rows[order[place + 1]].score == rows[row].score { continue }
            thresholds.append(rows[row].score)
            hits.append(hit)
            alarms.append(alarm)
        }
    }

    /// The probability that a positive scores above a negative; nil with one class only.
    var auc: Double? {
        guard positives > 0, negatives > 0 else { return nil }
        var area = 0.0
        var (lastHits, lastAlarms) = (0.0, 0.0)
        for at in hits.indices {
            area += (alarms[at] - lastAlarms) * (hits[at] + lastHits) / 2
            (lastHits, lastAlarms) = (hits[at], alarms[at])
        }
        return area / (positives * negatives)
    }

    /// Precision summed over the steps of recall; nil without positives.
    var averagePrecision: Double? {
        guard positives > 0 else { return nil }
        var sum = 0.0
        var last = 0.0
        for at in hits.indices {
            sum += (hits[at] - last) / positives * precision(at)
            last = hits[at]
        }
        return sum
    }

    private func precision(_ at: Int) -> Double {
        hits[at] + alarms[at] > 0 ? hits[at] / (hits[at] + alarms[at]) : 0
    }

    /// The precision-recall curve by recall falling to 0, ending at precision 1.
    var precisionRecallCurve: [(precision: Double, recall: Double)] {
        guard positives > 0 else { return [] }
        return hits.indices.reversed().map { (precision($0), hits[$0] / positives) } + [(1, 0)]
    }

    /// The trapezoid area under the precision-recall curve: optimistic, unlike ``averagePrecision``.
    var trapezoidArea: Double? {
        guard positives > 0 else { return nil }
        let curve = precisionRecallCurve
        return zip(curve, curve.dropFirst()).reduce(0) { sum, pair in
            sum + (pair.0.recall - pair.1.recall) * (pair.0.precision + pair.1.precision) / 2
        }
    }

    /// False and true positive rates, from (0, 0) on.
    var rocCurve: [(falsePositives: Double, truePositives: Double)] {
        guard positives > 0, negatives > 0 else { return [] }
        return [(0, 0)] + hits.indices.map { (alarms[$0] / negatives, hits[$0] / positives) }
    }

    /// The largest distance between the rates; nil with one class only.
    var ks: Double? {
        guard positives > 0, negatives > 0 else { return nil }
        return max(0, rocCurve.map { $0.truePositives - $0.falsePositives }.max() ?? 0)
    }

    /// Positives among the highest-scored share of rows, at least one; ties in the order of the rows.
    func precision(top share: Double) -> Double? {
        guard !rows.isEmpty else { return nil }
        let count = max(1, Int((Double(rows.count) * share).rounded(.down)))
        let order = rows.indices.sorted { (-rows[$0].score, $0) < (-rows[$1].score, $1) }
        let found = order.prefix(count).reduce(0) { $0 + (rows[$1].isPositive ? 1 : 0) }
        return Double(found) / Double(count)
    }

    /// ``precision(top:)`` over the share of positives in all rows.
    func lift(top share: Double) -> Double? {
        let base = positives / (positives + negatives)
        guard base > 0, let precision = precision(top: share) else { return nil }
        return precision / base
    }

    /// The standard error of the area, unweighted.
    ///
    /// - Source: DeLong, DeLong, Clarke-Pearson (1988), with the midranks of Sun and Xu (2014).
    var aucStandardError: Double? {
        let above = rows.filter(\.isPositive).map(\.score)
        let below = rows.filter { !$0.isPositive }.map(\.score)
        guard above.count > 1, below.count > 1 else { return nil }
        func placements(_ scores: [Double], among others: [Double]) -> [Double] {
            let sorted = others.sorted()
            return scores.map { score in
                let low = sorted.partitioningIndex { $0 >= score }
                let high = sorted.partitioningIndex { $0 > score }
                return (Double(low) + Double(high - low) / 2) / Double(sorted.count)
            }
        }
        func spread(_ values: [Double]) -> Double {
            let n = Double(values.count)
            return Statistics.variance(values, mean: Statistics.mean(values)) * n / (n - 1) / n
        }
        let variance =
            spread(placements(above, among: below)) + spread(placements(below, among: above))
        return variance.squareRoot()
    }
}

extension Array {
    /// The first place at which the predicate holds; it must hold for all places after it.
    func partitioningIndex(where isInSecondPart: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isInSecondPart(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
