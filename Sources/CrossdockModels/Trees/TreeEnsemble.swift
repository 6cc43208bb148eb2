internal import Foundation

/// Trees compiled to flat nodes, for scoring a row in about a microsecond.
///
/// Gives the same 32-bit floats as the library the trees come from: comparisons, the order of the
/// sums and the final transformation are those of XGBoost's CPU predictor.
///
/// - Shape: children stand side by side, so a step is one comparison and one addition. Leaves lead
///   back to themselves, so trees of different depth are walked together without a branch per tree.
struct TreeEnsemble: Sendable {
    struct Node: Sendable {
        /// Values below go left. NaN in a leaf: every comparison is false, which means "stay".
        var threshold: Float
        /// The column in the low 31 bits; the top bit set when a missing value goes right.
        var split: UInt32
        /// The left child; the right one follows it.
        var left: UInt32
        /// What a leaf adds.
        var value: Float
    }

    /// Two to four trees that are walked in step, to hide the latency of each.
    private struct Group {
        var roots: (UInt32, UInt32, UInt32, UInt32)
        var outputs: (UInt32, UInt32, UInt32, UInt32)
        var count: Int
        var depth: Int
    }

    let columns: Int
    let outputs: Int
    let transform: MarginTransform
    /// Per output, on the scale of the margin.
    let base: [Float]
    private(set) var nodes: [Node] = []
    /// How many training rows (their hessians) came through a node; empty where unknown.
    private(set) var covers: [Float] = []
    private(set) var roots: [UInt32] = []
    private(set) var outputOfTree: [Int] = []
    private var groups: [Group] = []

    init(columns: Int, outputs: Int, base: [Float], transform: MarginTransform) {
        self.columns = columns
        self.outputs = outputs
        self.base = base
        self.transform = transform
    }

    /// A tree on its way into the ensemble.
    struct Source {
        struct Node {
            var left: Int
            var right: Int
            var column: Int
            var threshold: Float
            var missingGoesRight: Bool
            var value: Float
            var cover: Float
            var isLeaf: Bool
        }
        /// The first is the root; every node is reached once.
        var nodes: [Node]
        var depth: Int
        var output: Int
    }

    mutating func append(_ trees: [Source]) {
        let depths = trees.map(\.depth)
        for tree in trees { appendNodes(of: tree) }
        var at = 0
        while at < trees.count {
            let count = min(4, trees.count - at)
            // A place without a tree repeats the first; its sum is thrown away.
            func root(_ i: Int) -> UInt32 { roots[at + (i < count ? i : 0)] }
            func output(_ i: Int) -> UInt32 {
                UInt32(truncatingIfNeeded: trees[at + (i < count ? i : 0)].output)
            }
            groups.append(
                Group(
                    roots: (root(0), root(1), root(2), root(3)),
                    outputs: (output(0), output(1), output(2), output(3)), count: count,
                    depth: depths[at..<(at + count)].max() ?? 0))
            at += count
        }
        outputOfTree += trees.map(\.output)
    }

    /// Breadth first, so that siblings are neighbours and the top of a tree shares cache lines.
    private mutating func appendNodes(of tree: Source) {
        roots.append(UInt32(truncatingIfNeeded: nodes.count))
        var queue = [(source: 0, place: nodes.count)]
        nodes.append(Node(threshold: .nan, split: 0, left: 0, value: 0))
        covers.append(0)
        var next = 0
        while next < queue.count {
            let (source, place) = queue[next]
            next += 1
            let node = tree.nodes[source]
            covers[place] = node.cover
            guard !node.isLeaf else {
                nodes[place] = Node(
                    threshold: .nan, split: 0, left: UInt32(truncatingIfNeeded: place),
                    value: node.value)
                continue
            }
            let left = nodes.count
            nodes[place] = Node(
                threshold: node.threshold,
                split: UInt32(truncatingIfNeeded: node.column)
                    | (node.missingGoesRight ? 0x8000_0000 : 0),
                left: UInt32(truncatingIfNeeded: left), value: 0)
            for child in [node.left, node.right] {
                queue.append((child, nodes.count))
                nodes.append(Node(threshold: .nan, split: 0, left: 0, value: 0))
                covers.append(0)
            }
        }
    }

    /// Adds up the leaves of one row.
    ///
    /// - Parameters:
    ///   - row: `columns` values; NaN means missing.
    ///   - sums: `outputs` values.
    func margins(_ row: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>) {
        for output in 0..<outputs { sums[output] = base[output] }
        nodes.withUnsafeBufferPointer { nodes in
            guard let nodes = nodes.baseAddress else { return }
            groups.withUnsafeBufferPointer { groups in
                for group in groups { Self.add(group, nodes, row, sums) }
            }
        }
    }

    @inline(__always)
    private static func step(
        _ at: UInt32, _ nodes: UnsafePointer<Node>, _ row: UnsafePointer<Float>
    ) -> UInt32 {
        let node = nodes[Int(at)]
        let value = row[Int(node.split & 0x7FFF_FFFF)]
        let isMissing: UInt32 = value == value ? 0 : 1
        let isAbove: UInt32 = value >= node.threshold ? 1 : 0
        return node.left &+ (isAbove | (isMissing & (node.split >> 31)))
    }

    @inline(__always)
    private static func add(
        _ group: Group, _ nodes: UnsafePointer<Node>, _ row: UnsafePointer<Float>,
        _ sums: UnsafeMutablePointer<Float>
    ) {
        var (a, b, c, d) = group.roots
        for _ in 0..<group.depth {
            a = step(a, nodes, row)
            b = step(b, nodes, row)
            c = step(c, nodes, row)
            d = step(d, nodes, row)
        }
        sums[Int(group.outputs.0)] += nodes[Int(a)].value
        if group.count > 1 { sums[Int(group.outputs.1)] += nodes[Int(b)].value }
        if group.count > 2 { sums[Int(group.outputs.2)] += nodes[Int(c)].value }
        if group.count > 3 { sums[Int(group.outputs.3)] += nodes[Int(d)].value }
    }

    /// Scores one row on the scale of the objective.
    func score(_ row: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>) {
        margins(row, into: scores)
        transform.apply(scores, count: outputs)
    }

    /// The place, within its tree, of the leaf that each tree ends in.
    func leaves(_ row: [Float]) -> [UInt32] {
        guard row.count == columns else { return [] }
        return row.withUnsafeBufferPointer { row in
            nodes.withUnsafeBufferPointer { nodes in
                guard let nodes = nodes.baseAddress, let row = row.baseAddress else { return [] }
                return roots.map { root in
                    var at = root
                    while nodes[Int(at)].left != at { at = Self.step(at, nodes, row) }
                    return at - root
                }
            }
        }
    }
}

/// From the sum of leaves to the objective's answer.
enum MarginTransform: Sendable, Equatable {
    case identity
    case logistic
    case exponential
    /// 1 above 0, else 0.
    case hinge
    case softmax
    /// The mean over this many trees, as forests of classifiers and regressors answer.
    case mean(trees: Int)

    @inline(__always)
    func apply(_ values: UnsafeMutablePointer<Float>, count: Int) {
        switch self {
        case .identity: return
        case .logistic: for at in 0..<count { values[at] = Self.logistic(values[at]) }
        case .exponential: for at in 0..<count { values[at] = exp(values[at]) }
        case .hinge: for at in 0..<count { values[at] = values[at] > 0 ? 1 : 0 }
        case .softmax: Self.softmax(values, count: count)
        case .mean(let trees): for at in 0..<count { values[at] /= Float(max(1, trees)) }
        }
    }

    static func logistic(_ margin: Float) -> Float {
        1 / (exp(min(-margin, 88.7)) + 1)
    }

    private static func softmax(_ values: UnsafeMutablePointer<Float>, count: Int) {
        guard count > 0 else { return }
        var highest = values[0]
        for at in 1..<max(1, count) { highest = max(highest, values[at]) }
        var sum = 0.0
        for at in 0..<count {
            values[at] = exp(values[at] - highest)
            sum += Double(values[at])
        }
        for at in 0..<count { values[at] /= Float(sum) }
    }

    /// The margin that stands for a base score.
    func margin(of score: Float) -> Float {
        switch self {
        case .logistic: -log(1 / score - 1)
        case .exponential: log(score)
        case .identity, .hinge, .softmax, .mean: score
        }
    }
}
