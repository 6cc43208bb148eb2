extension TreeEnsemble {
    /// Compiles a model file of XGBoost.
    ///
    /// - Returns: nil when it holds something that only the library runs: linear boosters, dropped-out
    ///   trees, splits by categories, objectives not known here.
    init?(_ file: XGBoostFile) {
        guard file.booster == "gbtree", let objective = XGBoostObjective(file.objective),
            !file.trees.contains(where: { $0.nodes.contains { $0.categories != nil } })
        else { return nil }
        let base = (0..<file.outputs).map { output in
            objective.margin(of: file.baseScores[file.baseScores.count == 1 ? 0 : output])
        }
        guard base.allSatisfy(\.isFinite) else { return nil }
        self.init(
            columns: file.features, outputs: file.outputs, base: base,
            transform: objective.transform)
        let used = min(file.trees.count, file.scoredRounds * file.treesPerRound)
        append(
            zip(file.trees.prefix(used), file.outputOfTree).map { tree, output in
                Source(
                    nodes: tree.nodes.map(Source.Node.init), depth: tree.depth, output: output)
            })
    }
}

extension TreeEnsemble.Source.Node {
    fileprivate init(_ node: XGBoostTree.Node) {
        self.init(
            left: node.left, right: node.right, column: node.feature, threshold: node.threshold,
            missingGoesRight: !node.missingGoesLeft, value: node.isLeaf ? node.threshold : 0,
            cover: node.cover, isLeaf: node.isLeaf)
    }
}

/// How an objective turns margins into answers, and its base score into a margin.
struct XGBoostObjective {
    let transform: MarginTransform
    private let scale: MarginTransform

    init?(_ name: String) {
        switch name {
        case "binary:logistic", "reg:logistic": self.init(.logistic, base: .logistic)
        case "binary:logitraw": self.init(.identity, base: .logistic)
        case "binary:hinge": self.init(.hinge, base: .identity)
        case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
            self.init(.exponential, base: .exponential)
        case "multi:softprob", "multi:softmax": self.init(.softmax, base: .identity)
        case "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:pseudohubererror",
            "reg:absoluteerror", "rank:pairwise", "rank:ndcg", "rank:map":
            self.init(.identity, base: .identity)
        default: return nil
        }
    }

    private init(_ transform: MarginTransform, base: MarginTransform) {
        self.transform = transform
        scale = base
    }

    func margin(of score: Float) -> Float { scale.margin(of: score) }
}
