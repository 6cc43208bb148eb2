/// `[…]`
final class ArrayNode: Node, @unchecked Sendable {
    private let elements: [Node]

    init(_ elements: [Node], position: Int) {
        self.elements = elements
        super.init(position: position)
    }

    override var typeName: String { "unary" }
    override var parts: [Node] { elements }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        var items: [Datum] = []
        for element in elements {
            let value = try run.evaluate(element, input, frame)
            switch value {
            case .undefined: continue
            case .range(let range, _) where elements.count == 1 && !(element is ArrayNode):
                // The whole list is one range: leave it as such.
                var traits = Traits.list
                traits.isConstructed = isConstructed
                return .range(range, traits)
            default: break
            }
            // A list written inside a list stays one; what is computed is spliced in.
            if element is ArrayNode || !value.isArray {
                items.append(value)
            } else {
                try run.charge(steps: value.count ?? 0)
                items += try run.items(of: value) ?? []
            }
        }
        let list = try run.chargedList(items)
        guard isConstructed, case .array(_, var traits) = list else { return list }
        traits.isConstructed = true
        return .array(items, traits)
    }
}

/// `{…}`
final class ObjectNode: Node, @unchecked Sendable {
    private let grouping: Grouping

    init(_ grouping: Grouping, position: Int) {
        self.grouping = grouping
        super.init(position: position)
    }

    override var typeName: String { "unary" }
    override var parts: [Node] { grouping.pairs.flatMap { [$0.key, $0.value] } }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        try run.group(input, by: grouping, frame)
    }
}

/// `( … ; … )`
final class BlockNode: Node, @unchecked Sendable {
    var expressions: [Node]
    private var needsFrame = true

    init(_ expressions: [Node], position: Int) {
        self.expressions = expressions
        super.init(position: position)
    }

    override var typeName: String { "block" }
    override var parts: [Node] { expressions }

    override func seal() {
        super.seal()
        needsFrame = expressions.contains(where: Self.binds)
    }

    /// Whether a variable is, or with `$eval` may be, bound in the block's own frame.
    private static func binds(_ node: Node) -> Bool {
        if node is BindNode { return true }
        if let variable = node as? VariableNode { return variable.name == "eval" }
        if node is BlockNode || node is LambdaNode { return false }
        return node.allParts.contains(where: binds)
    }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        let frame = needsFrame ? Frame(parent: frame) : frame
        var result = Datum.undefined
        for expression in expressions {
            result = try run.evaluate(expression, input, frame)
        }
        return result
    }
}

/// `$name := …`
final class BindNode: Node, @unchecked Sendable {
    let name: String
    let value: Node

    init(_ name: String, _ value: Node, position: Int) {
        self.name = name
        self.value = value
        super.init(position: position)
    }

    override var typeName: String { "bind" }
    override var parts: [Node] { [value] }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        let result = try run.evaluate(value, input, frame)
        try run.bind(name, result, in: frame)
        return result
    }
}

/// `… ? … : …`
final class ConditionNode: Node, @unchecked Sendable {
    let condition: Node
    var consequence: Node
    var alternative: Node?

    init(_ condition: Node, _ consequence: Node, _ alternative: Node?, position: Int) {
        self.condition = condition
        self.consequence = consequence
        self.alternative = alternative
        super.init(position: position)
    }

    override var typeName: String { "condition" }
    override var parts: [Node] {
        [condition, consequence] + (alternative.map { [$0] } ?? [])
    }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        var node = self
        // A chain of alternatives is walked, not recursed into.
        while true {
            if try run.evaluate(node.condition, input, frame).truth(run) ?? false {
                return try run.evaluate(node.consequence, input, frame)
            }
            guard let next = node.alternative else { return .undefined }
            guard let chained = next as? ConditionNode, !chained.isQualified else {
                return try run.evaluate(next, input, frame)
            }
            try run.charge(steps: 1)
            node = chained
        }
    }
}

/// `… ?? …` and `… ?: …`: the first value unless it is undefined, or unless it is false.
final class DefaultNode: Node, @unchecked Sendable {
    let value: Node
    var fallback: Node
    private let onFalse: Bool

    init(_ value: Node, _ fallback: Node, onFalse: Bool, position: Int) {
        self.value = value
        self.fallback = fallback
        self.onFalse = onFalse
        super.init(position: position)
    }

    override var typeName: String { "condition" }
    override var parts: [Node] { [value, fallback] }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        let result = try run.evaluate(value, input, frame)
        let isGood = onFalse ? try result.truth(run) ?? false : !result.isUndefined
        return isGood ? result : try run.evaluate(fallback, input, frame)
    }
}
