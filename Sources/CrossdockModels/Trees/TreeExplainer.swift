/// Splits a tree model's margin into what each column contributed, exactly.
///
/// Path-dependent TreeSHAP: a column that is "absent" is followed down both children, weighted by the
/// training rows that took each. Contributions and base sum to the margin.
///
/// - Complexity: O(leaves × depth²) per row.
/// - Source: Lundberg, Erion, Lee, "Consistent Individualized Feature Attribution for Tree Ensembles"
///   (2018), algorithm 2.
struct TreeExplainer: Sendable {
    private let ensemble: TreeEnsemble
    /// The expected margin per output: what is known before any column is.
    let base: [Double]
    private let depth: Int

    /// Paths longer than this are not explained: the recursion and its memory grow with them.
    static let maximumDepth = 256

    /// - Returns: nil when the model lacks what is needed: a row count per node, bounded depth.
    init?(_ ensemble: TreeEnsemble) {
        let nodes = ensemble.nodes
        guard !ensemble.roots.isEmpty, let depth = Self.depth(of: ensemble),
            ensemble.roots.allSatisfy({ root in
                nodes[Int(root)].left == root || ensemble.covers[Int(root)] > 0
            })
        else { return nil }
        self.ensemble = ensemble
        self.depth = depth
        var base = ensemble.base.map(Double.init)
        for (tree, root) in ensemble.roots.enumerated() {
            base[ensemble.outputOfTree[tree]] += Self.expectation(Int(root), of: ensemble)
        }
        self.base = base
    }

    /// The depth of the deepest tree; nil when it is beyond the maximum.
    private static func depth(of ensemble: TreeEnsemble) -> Int? {
        var deepest = 0
        for root in ensemble.roots {
            var level = [root]
            var depth = 0
            while !level.isEmpty {
                level = level.flatMap { at -> [UInt32] in
                    let left = ensemble.nodes[Int(at)].left
                    return left == at ? [] : [left, left + 1]
                }
                depth += 1
                if depth > maximumDepth { return nil }
            }
            deepest = max(deepest, depth - 1)
        }
        return deepest
    }

    private static func expectation(_ at: Int, of ensemble: TreeEnsemble) -> Double {
        let node = ensemble.nodes[at]
        let left = Int(node.left)
        guard left != at else { return Double(node.value) }
        let (l, r) = (Double(ensemble.covers[left]), Double(ensemble.covers[left + 1]))
        let total = l + r > 0 ? l + r : 1
        return expectation(left, of: ensemble) * (l / total)
            + expectation(left + 1, of: ensemble) * (r / total)
    }

    /// - Returns: Shape `[outputs][columns]`.
    func contributions(_ row: UnsafePointer<Float>) -> [[Double]] {
        var result = [[Double]](
            repeating: [Double](repeating: 0, count: ensemble.columns), count: ensemble.outputs)
        // Paths of all levels, one behind the other: a level needs one more element than its parent.
        let capacity = (depth + 2) * (depth + 3) / 2 + 1
        var path = [Element](repeating: Element(), count: capacity)
        path.withUnsafeMutableBufferPointer { path in
            guard let path = path.baseAddress else { return }
            for (tree, root) in ensemble.roots.enumerated() {
                result[ensemble.outputOfTree[tree]].withUnsafeMutableBufferPointer { sums in
                    guard let sums = sums.baseAddress else { return }
                    walk(
                        Int(root), row, sums, path, length: 0,
                        Element(column: -1, zero: 1, one: 1, weight: 0))
                }
            }
        }
        return result
    }

    /// One column on the way from the root.
    private struct Element {
        var column = -1
        /// The share of paths that go on when the column is absent, and when it is present.
        var zero = 0.0
        var one = 0.0
        /// The weight of the subsets with as many members as this element's place.
        var weight = 0.0
    }

    private func walk(
        _ at: Int, _ row: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Double>,
        _ path: UnsafeMutablePointer<Element>, length: Int, _ step: Element
    ) {
        Self.extend(path, length, step)
        let node = ensemble.nodes[at]
        let left = Int(node.left)
        guard left != at else {
            guard length > 0 else { return }
            for place in 1...length {
                let weight = Self.unwoundSum(path, length, place)
                let element = path[place]
                sums[element.column] += weight * (element.one - element.zero) * Double(node.value)
            }
            return
        }
        let column = Int(node.split & 0x7FFF_FFFF)
        let value = row[column]
        let goesRight = value.isNaN ? node.split >> 31 == 1 : value >= node.threshold
        let hot = goesRight ? left + 1 : left
        let cold = goesRight ? left : left + 1
        let cover = Double(ensemble.covers[left]) + Double(ensemble.covers[left + 1])
        func share(_ child: Int) -> Double {
            cover > 0 ? Double(ensemble.covers[child]) / cover : 0.5
        }

        // A column that was met before takes the place of its earlier element.
        var length = length
        var zero = 1.0
        var one = 1.0
        if length > 0, let place = (1...length).first(where: { path[$0].column == column }) {
            zero = path[place].zero
            one = path[place].one
            Self.unwind(path, length, place)
            length -= 1
        }
        for (child, isHot) in [(hot, true), (cold, false)] {
            let below = path + (length + 1)
            below.update(from: path, count: length + 1)
            walk(
                child, row, sums, below, length: length + 1,
                Element(
                    column: column, zero: zero * share(child), one: isHot ? one : 0, weight: 0))
        }
    }

    private static func extend(
        _ path: UnsafeMutablePointer<Element>, _ length: Int, _ step: Element
    ) {
        path[length] = step
        path[length].weight = length == 0 ? 1 : 0
        var at = length - 1
        while at >= 0 {
            path[at + 1].weight +=
                step.one * path[at].weight * Double(at + 1) / Double(length + 1)
            path[at].weight = step.zero * path[at].weight * Double(length - at) / Double(length + 1)
            at -= 1
        }
    }

    private static func unwind(
        _ path: UnsafeMutablePointer<Element>, _ length: Int, _ place: Int
    ) {
        let (one, zero) = (path[place].one, path[place].zero)
        var next = path[length].weight
        var at = length - 1
        while at >= 0 {
            if one != 0 {
                let weight = path[at].weight
                path[at].weight = next * Double(length + 1) / (Double(at + 1) * one)
                next = weight - path[at].weight * zero * Double(length - at) / Double(length + 1)
            } else {
                // A branch that no training row took has no weight to give back.
                path[at].weight =
                    zero == 0
                    ? 0 : path[at].weight * Double(length + 1) / (zero * Double(length - at))
            }
            at -= 1
        }
        for at in place..<length {
            path[at].column = path[at + 1].column
            path[at].zero = path[at + 1].zero
            path[at].one = path[at + 1].one
        }
    }

    /// The sum of the weights after ``unwind(_:_:_:)`` of that place, without doing it.
    private static func unwoundSum(
        _ path: UnsafeMutablePointer<Element>, _ length: Int, _ place: Int
    ) -> Double {
        let (one, zero) = (path[place].one, path[place].zero)
        var next = path[length].weight
        var total = 0.0
        var at = length - 1
        while at >= 0 {
            if one != 0 {
                let weight = next * Double(length + 1) / (Double(at + 1) * one)
                total += weight
                next = path[at].weight - weight * zero * Double(length - at) / Double(length + 1)
            } else if zero != 0 {
                total += path[at].weight / zero / (Double(length - at) / Double(length + 1))
            }
            at -= 1
        }
        return total
    }
}
