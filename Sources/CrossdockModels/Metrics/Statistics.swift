/// Means and quantiles of plain lists.
enum Statistics {
    /// 0 for an empty list.
    static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    /// Divided by n; 0 for an empty list.
    static func variance(_ values: [Double], mean: Double) -> Double {
        guard !values.isEmpty else { return 0 }
        // The second sum takes out what rounding of the mean leaves in the first.
        var squares = 0.0
        var rest = 0.0
        for value in values {
            squares += (value - mean) * (value - mean)
            rest += value - mean
        }
        let count = Double(values.count)
        return max(0, squares - rest * rest / count) / count
    }

    /// Linear between neighbours, as NumPy's default; 0 for an empty list.
    ///
    /// - Parameter sorted: In ascending order.
    static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        guard let last = sorted.last else { return 0 }
        let place = share * Double(sorted.count - 1)
        let below = min(max(0, Int(place)), sorted.count - 1)
        guard below + 1 < sorted.count else { return last }
        return sorted[below] + (sorted[below + 1] - sorted[below]) * (place - Double(below))
    }

    /// The most frequent value, the smallest of those that tie; 0 for an empty list.
    static func mode(_ values: [Double]) -> Double {
        var best = 0.0
        var most = 0
        var run = 0
        var last = Double.nan
        for value in values.sorted() {
            run = value == last ? run + 1 : 1
            last = value
            if run > most { (best, most) = (value, run) }
        }
        return best
    }
}
