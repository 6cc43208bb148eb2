/// Turns what was written into what is evaluated: paths out of dots, filters and groupings on the
/// steps they belong to, and for each `%` the step whose value it means.
struct Analyzer {
    // The slots of all uses of `%` so far.
    private var ancestry: [ParentNode] = []
    private var stack = StackGuard()

    static func compile(_ syntax: Syntax) throws(JSONataError) -> Node {
        var analyzer = Analyzer()
        let node = try analyzer.node(syntax)
        if node is ParentNode || !node.seekingParent.isEmpty {
            throw JSONataError(
                "S0217", stage: .compilation, at: node.position, token: node.typeName)
        }
        node.seal()
        return node
    }

    /// Compiles one part.
    private mutating func node(_ syntax: Syntax) throws(JSONataError) -> Node {
        if !stack.hasRoom {
            throw JSONataError(
                "U1001", stage: .compilation, at: syntax.position, from: syntax.start,
                details: JSONataDetails(text: "the expression nests too deeply"))
        }
        let node = try bareNode(syntax)
        if syntax.keepsArray { node.keepsArray = true }
        return node
    }

    private mutating func optionalNode(_ syntax: Syntax?) throws(JSONataError) -> Node? {
        guard let syntax else { return nil }
        return try node(syntax)
    }

    private mutating func nodes(_ parts: [Syntax]) throws(JSONataError) -> [Node] {
        var nodes: [Node] = []
        for part in parts { nodes.append(try node(part)) }
        return nodes
    }

    private mutating func bareNode(_ syntax: Syntax) throws(JSONataError) -> Node {
        let position = syntax.position
        switch syntax.kind {
        case .constant(let constant): return LiteralNode(constant, position: position)
        case .variable(let name): return VariableNode(name, position: position)
        case .regex(let pattern): return RegexNode(pattern, position: position)
        case .wildcard: return WildcardNode(position: position)
        case .descendants: return DescendantNode(position: position)
        case .name(let name): return self.name(name, syntax)
        case .parent: return parent(position)
        case .negation(let operand): return try negation(operand, position)
        case .binary(let symbol, let left, let right):
            return try binary(symbol, left, right, syntax)
        case .filter(let left, let predicate): return try filter(left, predicate, position)
        case .focus(let left, let name): return try focus(left, name, syntax)
        case .index(let left, let name): return try index(left, name, position)
        case .grouping(let left, let pairs): return try grouping(left, pairs, position)
        case .sorting(let left, let terms): return try sorting(left, terms, position)
        case .array(let elements):
            return inherit(from: try nodes(elements)) { ArrayNode($0, position: position) }
        case .object(let pairs): return try object(pairs, position)
        case .block(let parts): return try block(parts, position)
        case .call(let procedure, let arguments):
            return try call(procedure, arguments, position)
        case .lambda(let parameters, let signature, let body):
            let body = Self.tailOptimized(try node(body))
            return LambdaNode(parameters, signature, body, position: position)
        case .condition(let condition, let consequence, let alternative):
            return try self.condition(condition, consequence, alternative, position)
        case .fallback(let value, let fallback, let onFalse):
            return inherit(from: try nodes([value, fallback])) {
                DefaultNode($0[0], $0[1], onFalse: onFalse, position: position)
            }
        case .transform(let pattern, let update, let deletion):
            return TransformNode(
                try node(pattern), try node(update), try optionalNode(deletion), position: position)
        case .end:
            throw JSONataError(
                "S0207", stage: .compilation, at: position, from: syntax.start, token: "(end)")
        }
    }

    /// Makes a part of others and passes on which parents they seek.
    private func inherit(from parts: [Node], _ make: ([Node]) -> Node) -> Node {
        let node = make(parts)
        for part in parts { Ancestry.push(from: part, to: node) }
        return node
    }

    private func failure(_ code: String, _ position: Int, value: String? = nil) -> JSONataError {
        JSONataError(
            code, stage: .compilation, at: position, details: JSONataDetails(value: value))
    }

    // MARK: Leaves

    private func name(_ name: String, _ syntax: Syntax) -> Node {
        let step = NameNode(name, position: syntax.position)
        step.keepsArray = syntax.keepsArray
        let path = PathNode([step], position: syntax.position)
        path.keepsSingleton = syntax.keepsArray
        return path
    }

    private mutating func parent(_ position: Int) -> Node {
        let number = ancestry.count
        let slot = AncestorSlot(label: "!\(number)", level: 1, index: number)
        let node = ParentNode(slot: slot, position: position)
        ancestry.append(node)
        return node
    }

    private mutating func negation(_ part: Syntax, _ position: Int) throws(JSONataError) -> Node {
        let operand = try node(part)
        if let literal = operand as? LiteralNode, let number = literal.number {
            let negated = LiteralNode(.number(-number), position: literal.position)
            negated.adopt(literal)
            return negated
        }
        return inherit(from: [operand]) { NegationNode($0[0], position: position) }
    }

    // MARK: Paths

    private mutating func path(
        _ left: Syntax, _ right: Syntax, _ position: Int
    ) throws(JSONataError) -> Node {
        let first = try node(left)
        let path = first as? PathNode ?? PathNode([first], position: position)
        if let parent = first as? ParentNode { path.seekingParent = [parent.slot] }
        let rest = try node(right)
        if let rest = rest as? PathNode {
            path.steps += rest.steps
        } else {
            rest.stages += rest.predicates.map { .filter($0) }
            rest.predicates = []
            path.steps.append(rest)
        }
        for (at, step) in path.steps.enumerated() {
            if let literal = step as? LiteralNode { path.steps[at] = try self.step(literal) }
            if step.keepsArray { path.keepsSingleton = true }
        }
        if let array = path.steps.first as? ArrayNode { array.isConstructed = true }
        if let array = path.steps.last as? ArrayNode { array.isConstructed = true }
        try Ancestry.resolve(path, ancestry)
        return path
    }

    /// A quoted text between dots is a name; other constants have no place there.
    private func step(_ literal: LiteralNode) throws(JSONataError) -> Node {
        switch literal.constant {
        case .string(let name):
            let step = NameNode(name, position: literal.position)
            step.adopt(literal)
            return step
        case .number(let number):
            throw failure("S0213", literal.position, value: Numerals.text(number))
        case .bool(let flag): throw failure("S0213", literal.position, value: "\(flag)")
        case .null: throw failure("S0213", literal.position, value: "null")
        }
    }

    private mutating func filter(
        _ left: Syntax, _ predicate: Syntax, _ position: Int
    ) throws(JSONataError) -> Node {
        let result = try node(left)
        let step = (result as? PathNode)?.steps.last ?? result
        if step.group != nil { throw failure("S0209", position) }
        let filter = try node(predicate)
        if !filter.seekingParent.isEmpty {
            for slot in filter.seekingParent {
                if slot.level == 1 {
                    try Ancestry.seek(step, slot, ancestry)
                } else {
                    slot.level -= 1
                }
            }
            Ancestry.push(from: filter, to: step)
        }
        if result is PathNode {
            step.stages.append(.filter(filter))
        } else {
            step.predicates.append(filter)
        }
        return result
    }

    private mutating func grouping(
        _ left: Syntax, _ pairs: [Syntax.Pair], _ position: Int
    ) throws(JSONataError) -> Node {
        let result = try node(left)
        if result.group != nil { throw failure("S0210", position) }
        var compiled: [(key: Node, value: Node)] = []
        for pair in pairs { compiled.append((try node(pair.key), try node(pair.value))) }
        result.group = Grouping(pairs: compiled, position: position)
        return result
    }

    private mutating func sorting(
        _ left: Syntax, _ terms: [(expression: Syntax, isDescending: Bool)], _ position: Int
    ) throws(JSONataError) -> Node {
        let first = try node(left)
        let path = first as? PathNode ?? PathNode([first], position: first.position)
        var compiled: [SortNode.Term] = []
        for term in terms {
            compiled.append(
                SortNode.Term(
                    expression: try node(term.expression), isDescending: term.isDescending))
        }
        let sort = SortNode(compiled, position: position)
        for term in compiled { Ancestry.push(from: term.expression, to: sort) }
        path.steps.append(sort)
        try Ancestry.resolve(path, ancestry)
        return path
    }

    private mutating func focus(
        _ left: Syntax, _ name: String, _ syntax: Syntax
    ) throws(JSONataError) -> Node {
        let result = try node(left)
        let step = (result as? PathNode)?.steps.last ?? result
        if !step.stages.isEmpty || !step.predicates.isEmpty {
            throw failure("S0215", syntax.position)
        }
        if step is SortNode { throw failure("S0216", syntax.position) }
        if syntax.keepsArray { step.keepsArray = true }
        step.focus = name
        step.isTuple = true
        return result
    }

    private mutating func index(
        _ left: Syntax, _ name: String, _ position: Int
    ) throws(JSONataError) -> Node {
        let first = try node(left)
        let path: PathNode
        if let whole = first as? PathNode {
            path = whole
        } else {
            path = PathNode([first], position: first.position)
            first.stages += first.predicates.map { .filter($0) }
            first.predicates = []
        }
        guard let step = path.steps.last else { return path }
        if step.stages.isEmpty { step.index = name } else { step.stages.append(.index(name)) }
        step.isTuple = true
        return path
    }

    // MARK: Operators

    private mutating func binary(
        _ symbol: Symbol, _ left: Syntax, _ right: Syntax, _ syntax: Syntax
    ) throws(JSONataError) -> Node {
        let position = syntax.position
        switch symbol {
        case .dot: return try path(left, right, position)
        case .bind:
            let value = try node(right)
            guard case .variable(let name) = left.kind else { throw failure("S0212", position) }
            return inherit(from: [value]) { BindNode(name, $0[0], position: position) }
        case .apply:
            let (one, other) = (try node(left), try node(right))
            let result = ApplicationNode(one, other, position: position)
            result.keepsArray = one.keepsArray || other.keepsArray
            return result
        case .ampersand:
            return inherit(from: try nodes(Self.chain(of: .ampersand, syntax))) {
                ConcatenationNode($0, position: position)
            }
        default:
            return inherit(from: try nodes([left, right])) {
                Self.operation(symbol, $0[0], $0[1], position)
            }
        }
    }

    /// The operands of a chain of the same operator, from left to right.
    private static func chain(of symbol: Symbol, _ syntax: Syntax) -> [Syntax] {
        var operands: [Syntax] = []
        var current = syntax
        while case .binary(symbol, let left, let right) = current.kind {
            operands.append(right)
            current = left
        }
        operands.append(current)
        return operands.reversed()
    }

    private static func operation(
        _ symbol: Symbol, _ left: Node, _ right: Node, _ position: Int
    ) -> Node {
        let text = symbol.rawValue
        switch symbol {
        case .and: return LogicNode(isAnd: true, left, right, position: position)
        case .or: return LogicNode(isAnd: false, left, right, position: position)
        case .equal, .notEqual: return EqualityNode(text, left, right, position: position)
        case .isIn: return InclusionNode(text, left, right, position: position)
        case .range: return RangeNode(text, left, right, position: position)
        case .plus: return ArithmeticNode(.add, text, left, right, position: position)
        case .minus: return ArithmeticNode(.subtract, text, left, right, position: position)
        case .star: return ArithmeticNode(.multiply, text, left, right, position: position)
        case .slash: return ArithmeticNode(.divide, text, left, right, position: position)
        case .percent: return ArithmeticNode(.remainder, text, left, right, position: position)
        default: return ComparisonNode(text, left, right, position: position)
        }
    }

    private mutating func object(
        _ pairs: [Syntax.Pair], _ position: Int
    ) throws(JSONataError) -> Node {
        let parts = try nodes(pairs.flatMap { [$0.key, $0.value] })
        return inherit(from: parts) { parts in
            let pairs = stride(from: 0, to: parts.count, by: 2).map {
                (key: parts[$0], value: parts[$0 + 1])
            }
            return ObjectNode(Grouping(pairs: pairs, position: position), position: position)
        }
    }

    private mutating func block(_ parts: [Syntax], _ position: Int) throws(JSONataError) -> Node {
        let compiled = try nodes(parts)
        let block = inherit(from: compiled) { BlockNode($0, position: position) }
        block.isConstructed = compiled.contains {
            $0.isConstructed || ($0 as? PathNode)?.steps.first?.isConstructed ?? false
        }
        return block
    }

    private mutating func call(
        _ procedure: Syntax, _ arguments: [Syntax?], _ position: Int
    ) throws(JSONataError) -> Node {
        var compiled: [Node?] = []
        for argument in arguments { compiled.append(try optionalNode(argument)) }
        let function = try node(procedure)
        let given = compiled.compactMap { $0 }
        return inherit(from: given) { given in
            given.count == compiled.count
                ? CallNode(function, given, position: position)
                : PartialNode(function, compiled, position: position)
        }
    }

    private mutating func condition(
        _ condition: Syntax, _ consequence: Syntax, _ alternative: Syntax?, _ position: Int
    ) throws(JSONataError) -> Node {
        let parts = try nodes([condition, consequence] + (alternative.map { [$0] } ?? []))
        return inherit(from: parts) {
            ConditionNode($0[0], $0[1], $0.count > 2 ? $0[2] : nil, position: position)
        }
    }

    // MARK: Tail calls

    /// Marks the calls a function ends with. What is filtered or grouped after the call is no end.
    private static func tailOptimized(_ node: Node) -> Node {
        guard node.predicates.isEmpty, node.group == nil, !node.keepsArray else { return node }
        switch node {
        case let call as CallNode: call.isTail = true
        case let condition as ConditionNode:
            condition.consequence = tailOptimized(condition.consequence)
            condition.alternative = condition.alternative.map(tailOptimized)
        case let choice as DefaultNode: choice.fallback = tailOptimized(choice.fallback)
        case let block as BlockNode:
            if let last = block.expressions.popLast() {
                block.expressions.append(tailOptimized(last))
            }
        default: break
        }
        return node
    }
}
