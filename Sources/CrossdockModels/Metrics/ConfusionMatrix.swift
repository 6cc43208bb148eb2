/// How often each class was taken for each, and all that follows from it.
///
/// Classes are declared, not discovered: one without rows keeps its place and counts in macro means.
struct ConfusionMatrix {
    let classes: Int
    /// Row: the truth; column: the prediction.
    private var cells: [Double]

    init(classes: Int) {
        self.classes = classes
        cells = [Double](repeating: 0, count: classes * classes)
    }

    /// - Parameter weights: One per row; empty for 1 each.
    init(classes: Int, truth: [Int], predicted: [Int], weights: [Double] = []) {
        self.init(classes: classes)
        for (row, (t, p)) in zip(truth, predicted).enumerated() {
            add(truth: t, predicted: p, weight: weights.isEmpty ? 1 : weights[row])
        }
    }

    mutating func add(truth: Int, predicted: Int, weight: Double = 1) {
        cells[truth * classes + predicted] += weight
    }

    subscript(truth: Int, predicted: Int) -> Double { cells[truth * classes + predicted] }

    var total: Double { cells.reduce(0, +) }
    func support(_ k: Int) -> Double { (0..<classes).reduce(0) { $0 + self[k, $1] } }
    func predictions(_ k: Int) -> Double { (0..<classes).reduce(0) { $0 + self[$1, k] } }

    private static func ratio(_ part: Double, _ whole: Double) -> Double {
        whole == 0 ? 0 : part / whole
    }

    var accuracy: Double {
        Self.ratio((0..<classes).reduce(0) { $0 + self[$1, $1] }, total)
    }

    /// The mean recall of the classes that occur.
    var balancedAccuracy: Double {
        let present = (0..<classes).filter { support($0) > 0 }
        return Self.ratio(present.reduce(0) { $0 + recall($1) }, Double(present.count))
    }

    func precision(_ k: Int) -> Double { Self.ratio(self[k, k], predictions(k)) }
    func recall(_ k: Int) -> Double { Self.ratio(self[k, k], support(k)) }

    func fBeta(_ k: Int, beta: Double = 1) -> Double {
        let squared = beta * beta
        let hits = (1 + squared) * self[k, k]
        let misses = squared * (support(k) - self[k, k])
        return Self.ratio(hits, hits + misses + predictions(k) - self[k, k])
    }

    enum Average { case macro, micro, weighted }

    /// A measure of each class, brought together.
    func average(_ average: Average, _ measure: (Int) -> Double) -> Double {
        switch average {
        case .macro: Self.ratio((0..<classes).reduce(0) { $0 + measure($1) }, Double(classes))
        case .weighted:
            Self.ratio((0..<classes).reduce(0) { $0 + support($1) * measure($1) }, total)
        // With one label per row and all classes counted, every summed measure is the accuracy.
        case .micro: accuracy
        }
    }

    /// Matthews' correlation; 0 when either side knows one class only.
    var mcc: Double {
        let n = total
        let hits = (0..<classes).reduce(0) { $0 + self[$1, $1] }
        var cross = 0.0
        var truths = 0.0
        var guesses = 0.0
        for k in 0..<classes {
            cross += support(k) * predictions(k)
            truths += support(k) * support(k)
            guesses += predictions(k) * predictions(k)
        }
        let scale = ((n * n - guesses) * (n * n - truths)).squareRoot()
        return scale > 0 ? (hits * n - cross) / scale : 0
    }

    /// Cohen's kappa; nil when chance alone would agree always.
    var kappa: Double? {
        let n = total
        guard n > 0 else { return nil }
        let chance = (0..<classes).reduce(0) { $0 + support($1) * predictions($1) } / (n * n)
        return chance == 1 ? nil : (accuracy - chance) / (1 - chance)
    }
}
