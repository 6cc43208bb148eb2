/// `a.b.c`: steps from value to value.
final class PathNode: Node, @unchecked Sendable {
    var steps: [Node]
    /// Whether a step is followed by `[]`, so that one result is still a list.
    var keepsSingleton = false
    /// The names of the steps, when there is nothing else to them.
    private(set) var names: [MemberKey]?

    init(_ steps: [Node], position: Int) {
        self.steps = steps
        super.init(position: position)
    }

    override var typeName: String { "path" }
    override var parts: [Node] { steps }

    override func seal() {
        super.seal()
        let plain = steps.compactMap { step -> MemberKey? in
            guard let name = step as? NameNode, step.predicates.isEmpty, step.group == nil,
                step.stages.isEmpty, step.focus == nil, step.index == nil, step.ancestor == nil,
                !step.isTuple
            else { return nil }
            return name.key
        }
        names = plain.count == steps.count ? plain : nil
    }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        guard let names else { return try run.path(self, input, frame) }
        var result = try run.navigate(names, from: input)
        if keepsSingleton, !result.isUndefined {
            if !result.isArray { result = try run.sequence([result]) }
            result = result.keepingSingleton
        }
        guard let group else { return result }
        return try run.group(result, by: group, frame)
    }
}

/// `^(…)`: puts what the path has reached in order.
final class SortNode: Node, @unchecked Sendable {
    struct Term {
        let expression: Node
        let isDescending: Bool
    }

    let terms: [Term]

    init(_ terms: [Term], position: Int) {
        self.terms = terms
        super.init(position: position)
    }

    override var typeName: String { "sort" }
    override var parts: [Node] { terms.map(\.expression) }
}
