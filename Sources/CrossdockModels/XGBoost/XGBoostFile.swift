/// A model file of XGBoost, read and checked without the library.
///
/// - Trust: everything the library would take on faith (child numbers, column numbers, lengths) is
///   checked here, so neither the library nor the native evaluator meets a file that is inconsistent.
/// - Source: XGBoost manual, "Introduction to Model IO" and its JSON schema.
struct XGBoostFile {
    let version: [Int]
    /// One for all outputs, or one each; on the scale of the objective's answer, not of the margin.
    let baseScores: [Float]
    let objective: String
    let booster: String
    let features: Int
    /// As the trainer named them; empty where it did not.
    let featureNames: [String]
    /// 1, or the number of classes.
    let outputs: Int
    let trees: [XGBoostTree]
    /// The output that each tree adds to.
    let outputOfTree: [Int]
    /// Trees of one round, and where early stopping found the last round that counts.
    let treesPerRound: Int
    let bestRound: Int?
    /// Where the base score's text stands in the file, length or quotes included.
    private let baseScoreRange: Range<Int>

    /// Unit: bytes.
    static let maximumSize = 256 << 20
    static let maximumNodes = 10_000_000

    var rounds: Int { treesPerRound > 0 ? trees.count / treesPerRound : 0 }
    /// The rounds that scoring uses.
    var scoredRounds: Int { bestRound.map { min($0 + 1, rounds) } ?? rounds }

    init(_ bytes: [UInt8]) throws(ModelError) {
        guard bytes.count <= Self.maximumSize else {
            throw ModelError(.modelTooLarge, "the model file has \(bytes.count >> 20) MiB")
        }
        let root = try ModelNode.read(bytes)
        guard let learner = root["learner"], let parameters = learner["learner_model_param"] else {
            throw Self.broken("it has no 'learner'")
        }
        version = (root["version"]?.numbers ?? []).compactMap { Int(exactly: $0) }
        features = try Self.count("num_feature", of: parameters, in: 0...1_000_000)
        let classes = try Self.count("num_class", of: parameters, in: 0...100_000)
        let targets = parameters["num_target"]?.integer ?? 1
        outputs = max(1, classes)
        guard targets <= 1 else {
            throw ModelError(.modelFileUnsupported, "the model has \(targets) targets, not one")
        }
        (baseScores, baseScoreRange) = try Self.baseScores(parameters, outputs: outputs)
        featureNames = (learner["feature_names"]?.list ?? []).compactMap(\.text)
        objective = learner["objective"]?["name"]?.text ?? ""
        booster = learner["gradient_booster"]?["name"]?.text ?? ""
        bestRound = learner["attributes"]?["best_iteration"]?.integer
        if let bestRound, bestRound < 0 { throw Self.broken("best_iteration is negative") }

        let holder = learner["gradient_booster"]?["gbtree"] ?? learner["gradient_booster"]
        guard booster != "gblinear", let model = holder?["model"] else {
            trees = []
            outputOfTree = []
            treesPerRound = 1
            return
        }
        let parallel = model["gbtree_model_param"]?["num_parallel_tree"]?.integer ?? 1
        treesPerRound = max(1, parallel) * outputs
        outputOfTree = (model["tree_info"]?.numbers ?? []).map { Int(exactly: $0) ?? -1 }
        trees = try Self.trees(model, features: features)
        guard outputOfTree.count == trees.count,
            outputOfTree.allSatisfy({ $0 >= 0 && $0 < max(1, outputs) })
        else { throw Self.broken("its trees and outputs do not match") }
    }

    private static func trees(_ model: ModelNode, features: Int) throws(ModelError) -> [XGBoostTree]
    {
        guard let nodes = model["trees"]?.list else { throw broken("it has no trees") }
        var trees: [XGBoostTree] = []
        var total = 0
        for (number, node) in nodes.enumerated() {
            let tree = try XGBoostTree(node, number: number, features: features)
            total += tree.nodes.count
            guard total <= maximumNodes else {
                throw ModelError(.modelTooLarge, "the model has more than \(maximumNodes) nodes")
            }
            trees.append(tree)
        }
        return trees
    }

    private static func baseScores(
        _ parameters: ModelNode, outputs: Int
    ) throws(ModelError) -> ([Float], Range<Int>) {
        guard case .text(let text, let range) = parameters["base_score"] else {
            throw broken("it has no base score")
        }
        let isVector = text.hasPrefix("[") && text.hasSuffix("]")
        let parts = (isVector ? String(text.dropFirst().dropLast()) : text).split(separator: ",")
        let scores = parts.compactMap { Float($0.trimmingPrefix { $0 == " " }) }
        guard scores.count == parts.count, scores.count == 1 || scores.count == outputs,
            scores.allSatisfy(\.isFinite)
        else { throw broken("its base score is '\(text.prefix(40))'") }
        return (scores, range)
    }

    private static func count(
        _ name: String, of parameters: ModelNode, in range: ClosedRange<Int>
    ) throws(ModelError) -> Int {
        guard let value = parameters[name]?.integer, range.contains(value) else {
            throw broken("'\(name)' is missing or out of range")
        }
        return value
    }

    static func broken(_ what: String) -> ModelError {
        ModelError(.modelFileBroken, "the XGBoost model file is broken: \(what)")
    }

    /// The base score when all outputs share one.
    var commonBaseScore: Float? {
        baseScores.allSatisfy { $0 == baseScores[0] } ? baseScores[0] : nil
    }

    /// The file as a library of that version reads it right.
    ///
    /// Libraries before 3.1 take the vector form of the base score without an error, and use 0.5.
    ///
    /// - Parameter library: Major × 100 + minor.
    /// - Throws: CD5106 when no form exists that the library would read right.
    func portable(_ bytes: [UInt8], library: Int) throws(ModelError) -> [UInt8] {
        let text = bytes[baseScoreRange]
        guard library < 301, text.contains(UInt8(ascii: "[")) else { return bytes }
        guard let common = commonBaseScore else {
            throw ModelError(
                .modelFileUnsupported,
                """
                the model has a base score per class (\(baseScores)), which the installed XGBoost \
                \(library / 100).\(library % 100) cannot represent
                """)
        }
        let isJSON = bytes[baseScoreRange.lowerBound] == UInt8(ascii: "\"")
        let scalar = Array("\(common)".utf8)
        var written: [UInt8] = []
        if isJSON {
            written = [0x22] + scalar + [0x22]
        } else {
            written = [
                UInt8(ascii: "L"), 0, 0, 0, 0, 0, 0, 0, UInt8(truncatingIfNeeded: scalar.count),
            ]
            written += scalar
        }
        return Array(bytes[..<baseScoreRange.lowerBound]) + written
            + Array(bytes[baseScoreRange.upperBound...])
    }
}

/// One tree of a model file, checked.
struct XGBoostTree {
    struct Node {
        /// −1 for a leaf.
        var left: Int
        var right: Int
        var feature: Int
        /// Smaller values go left; a leaf's value.
        var threshold: Float
        var missingGoesLeft: Bool
        /// The sum of hessians of the training rows that came through.
        var cover: Float
        var gain: Float
        /// For a split by categories: those that go right.
        var categories: [Int]?

        var isLeaf: Bool { left < 0 }
    }

    /// The first is the root.
    let nodes: [Node]
    let depth: Int

    init(_ tree: ModelNode, number: Int, features: Int) throws(ModelError) {
        func numbers(_ name: String) throws(ModelError) -> [Double] {
            guard let values = tree[name]?.numbers else {
                throw XGBoostFile.broken("tree \(number) has no '\(name)'")
            }
            return values
        }
        let left = try numbers("left_children")
        let right = try numbers("right_children")
        let columns = try numbers("split_indices")
        let thresholds = try numbers("split_conditions")
        let defaults = try Self.flags(tree["default_left"], number)
        let covers = tree["sum_hessian"]?.numbers ?? []
        let gains = tree["loss_changes"]?.numbers ?? []
        let count = left.count
        guard count > 0, right.count == count, columns.count == count, thresholds.count == count,
            defaults.count == count
        else { throw XGBoostFile.broken("the lists of tree \(number) differ in length") }
        if let width = tree["tree_param"]?["size_leaf_vector"]?.integer, width > 1 {
            throw ModelError(.modelFileUnsupported, "tree \(number) has leaves with several values")
        }

        var nodes: [Node] = []
        nodes.reserveCapacity(count)
        for at in 0..<count {
            guard let l = Int(exactly: left[at]), let r = Int(exactly: right[at]),
                let column = Int(exactly: columns[at]), thresholds[at].isFinite || l < 0
            else { throw XGBoostFile.broken("node \(at) of tree \(number) is no node") }
            nodes.append(
                Node(
                    left: l, right: r, feature: column, threshold: Float(thresholds[at]),
                    missingGoesLeft: defaults[at],
                    cover: Float(covers.count == count ? covers[at] : 0),
                    gain: Float(gains.count == count ? gains[at] : 0)))
        }
        try Self.readCategories(tree, into: &nodes, number)
        depth = try Self.check(nodes, number: number, features: features)
        self.nodes = nodes
    }

    private static func flags(_ node: ModelNode?, _ number: Int) throws(ModelError) -> [Bool] {
        if let values = node?.numbers { return values.map { $0 != 0 } }
        let flags = (node?.list ?? []).compactMap {
            if case .bool(let flag) = $0 { flag } else { nil }
        }
        guard !flags.isEmpty else {
            throw XGBoostFile.broken("tree \(number) has no 'default_left'")
        }
        return flags
    }

    private static func readCategories(
        _ tree: ModelNode, into nodes: inout [Node], _ number: Int
    ) throws(ModelError) {
        let owners = tree["categories_nodes"]?.numbers ?? []
        guard !owners.isEmpty else { return }
        let all = tree["categories"]?.numbers ?? []
        let starts = tree["categories_segments"]?.numbers ?? []
        let sizes = tree["categories_sizes"]?.numbers ?? []
        guard starts.count == owners.count, sizes.count == owners.count else {
            throw XGBoostFile.broken("the categories of tree \(number) differ in length")
        }
        for at in owners.indices {
            guard let owner = Int(exactly: owners[at]), nodes.indices.contains(owner),
                let start = Int(exactly: starts[at]), let size = Int(exactly: sizes[at]),
                start >= 0, size >= 0, start <= all.count, size <= all.count - start
            else { throw XGBoostFile.broken("the categories of tree \(number) are out of range") }
            nodes[owner].categories = all[start..<(start + size)].map { Int(exactly: $0) ?? -1 }
        }
    }

    /// Makes sure that the nodes are one tree: each reached once, from the root.
    private static func check(
        _ nodes: [Node], number: Int, features: Int
    ) throws(ModelError) -> Int {
        var seen = [Bool](repeating: false, count: nodes.count)
        var level = [0]
        var depth = 0
        while !level.isEmpty {
            var below: [Int] = []
            for at in level {
                guard !seen[at] else {
                    throw XGBoostFile.broken("node \(at) of tree \(number) is reached twice")
                }
                seen[at] = true
                let node = nodes[at]
                guard !node.isLeaf else {
                    guard node.threshold.isFinite else {
                        throw XGBoostFile.broken("a leaf of tree \(number) is not finite")
                    }
                    continue
                }
                guard nodes.indices.contains(node.left), nodes.indices.contains(node.right) else {
                    throw XGBoostFile.broken(
                        "a child of node \(at) of tree \(number) does not exist")
                }
                guard node.feature >= 0, node.feature < features else {
                    throw XGBoostFile.broken(
                        "tree \(number) splits on column \(node.feature) of \(features)")
                }
                below.append(node.left)
                below.append(node.right)
            }
            level = below
            depth += 1
        }
        return depth - 1
    }
}
