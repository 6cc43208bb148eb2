/// Minimises a smooth function by limited-memory BFGS.
///
/// - Source: Nocedal, Wright, "Numerical Optimization", algorithms 7.4 and 3.5 (strong Wolfe).
struct LBFGS {
    var memory = 10
    var maximumIterations = 1_000
    /// Stop when the largest slope is below this.
    var tolerance = 1e-7
    var keepGoing: () -> Bool = { true }

    typealias Point = (value: Double, gradient: [Double])

    struct Result {
        var x: [Double]
        var value: Double
        var iterations: Int
        var hasConverged: Bool
    }

    func minimize(
        from start: [Double], _ function: ([Double]) throws(ModelError) -> Point
    ) throws(ModelError) -> Result {
        var x = start
        var point = try function(x)
        var steps: [(s: [Double], y: [Double], rho: Double)] = []
        for iteration in 0..<maximumIterations {
            guard keepGoing() else {
                throw ModelError(.trainingCancelled, "stopped while optimising")
            }
            guard point.value.isFinite, point.gradient.allSatisfy(\.isFinite) else {
                throw ModelError(.trainingFailed, "the loss ran to infinity")
            }
            if (point.gradient.map(abs).max() ?? 0) <= tolerance {
                return Result(x: x, value: point.value, iterations: iteration, hasConverged: true)
            }
            var direction = Self.direction(point.gradient, steps)
            var slope = Self.dot(direction, point.gradient)
            if slope >= 0 {
                // Rounding has spoilt the memory: start over downhill.
                steps.removeAll()
                direction = point.gradient.map { -$0 }
                slope = Self.dot(direction, point.gradient)
            }
            let first = steps.isEmpty ? min(1, 1 / Self.dot(direction, direction).squareRoot()) : 1
            guard
                let (next, after) = try Self.search(x, point, direction, slope, first, function)
            else {
                return Result(x: x, value: point.value, iterations: iteration, hasConverged: false)
            }
            let s = zip(next, x).map { $0 - $1 }
            let y = zip(after.gradient, point.gradient).map { $0 - $1 }
            let curvature = Self.dot(s, y)
            if curvature > 1e-14 * Self.dot(y, y).squareRoot() * Self.dot(s, s).squareRoot() {
                steps.append((s, y, 1 / curvature))
                if steps.count > memory { steps.removeFirst() }
            }
            let hasStalled = abs(point.value - after.value) <= 1e-16 * max(1, abs(point.value))
            x = next
            point = after
            if hasStalled {
                return Result(
                    x: x, value: point.value, iterations: iteration + 1, hasConverged: true)
            }
        }
        return Result(x: x, value: point.value, iterations: maximumIterations, hasConverged: false)
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for at in a.indices { sum += a[at] * b[at] }
        return sum
    }

    /// The two-loop recursion.
    private static func direction(
        _ gradient: [Double], _ steps: [(s: [Double], y: [Double], rho: Double)]
    ) -> [Double] {
        var q = gradient
        var alphas: [Double] = []
        for step in steps.reversed() {
            let alpha = step.rho * dot(step.s, q)
            alphas.append(alpha)
            for at in q.indices { q[at] -= alpha * step.y[at] }
        }
        if let last = steps.last {
            let scale = 1 / (last.rho * dot(last.y, last.y))
            for at in q.indices { q[at] *= scale }
        }
        for (step, alpha) in zip(steps, alphas.reversed()) {
            let beta = step.rho * dot(step.y, q)
            for at in q.indices { q[at] += (alpha - beta) * step.s[at] }
        }
        return q.map { -$0 }
    }

    /// Looks along a direction for a point that is lower and flatter.
    private static func search(
        _ x: [Double], _ start: Point, _ direction: [Double], _ slope: Double, _ first: Double,
        _ function: ([Double]) throws(ModelError) -> Point
    ) throws(ModelError) -> ([Double], Point)? {
        var low = 0.0
        var high = Double.infinity
        var step = first
        var best: ([Double], Point)?
        for _ in 0..<40 {
            let candidate = zip(x, direction).map { $0 + step * $1 }
            let point = try function(candidate)
            let isLower = point.value <= start.value + 1e-4 * step * slope
            if !isLower || !point.value.isFinite {
                high = step
            } else {
                best = (candidate, point)
                let here = dot(direction, point.gradient)
                if here < 0.9 * slope { low = step } else { return best }
            }
            step = high.isFinite ? (low + high) / 2 : step * 2
        }
        return best
    }
}
