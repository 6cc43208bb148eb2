/// A place in the input that an expression reads, as far as it can be known without evaluating it.
public struct JSONataPath: Sendable, Hashable {
    public enum Root: Sendable, Hashable {
        /// The input itself.
        case input
        /// A variable the expression finds, named without `$`.
        case variable(String)
    }

    public let root: Root
    /// Names of members from the root on; lists on the way are passed through.
    public let names: [String]
    /// Where the last name ends in the expression. Unit: UTF-16 code units.
    public let position: Int
}

/// Walks an expression and follows where each part's context comes from.
struct PathCollector {
    /// A place, or nil where it is not known.
    private typealias Place = (root: JSONataPath.Root, names: [String])

    private var found: [JSONataPath] = []
    // Variables the expression binds, innermost last.
    private var variables: [(name: String, place: Place?)] = []

    static func paths(of root: Node) -> [JSONataPath] {
        var collector = PathCollector()
        _ = collector.visit(root, (.input, []))
        return collector.found
    }

    /// Notes what a part reads when evaluated at `context`.
    ///
    /// - Returns: The place its result comes from, where it is one.
    private mutating func visit(_ node: Node, _ context: Place?) -> Place? {
        var result = place(of: node, context)
        for predicate in node.predicates { _ = visit(predicate, result) }
        for stage in node.stages { if let filter = stage.predicate { _ = visit(filter, result) } }
        if let focus = node.focus {
            variables.append((focus, result))
            result = context
        }
        if let index = node.index { variables.append((index, nil)) }
        for pair in node.group?.pairs ?? [] {
            _ = visit(pair.key, result)
            _ = visit(pair.value, result)
        }
        return result
    }

    private mutating func place(of node: Node, _ context: Place?) -> Place? {
        switch node {
        case let path as PathNode:
            return path.steps.reduce(context) { place, step in visit(step, place) }
        case let name as NameNode: return step(to: name, from: context)
        case let variable as VariableNode: return place(of: variable, context)
        case let sort as SortNode:
            for term in sort.terms { _ = visit(term.expression, context) }
            return context
        case let block as BlockNode:
            let outer = variables.count
            defer { variables.removeLast(variables.count - outer) }
            var last: Place?
            for expression in block.expressions { last = visit(expression, context) }
            return last
        case let bind as BindNode:
            let value = visit(bind.value, context)
            variables.append((bind.name, value))
            return value
        case let call as CallNode: return visit(call: call, context)
        case let lambda as LambdaNode:
            visit(lambda, arguments: [], context)
            return nil
        case let condition as ConditionNode:
            _ = visit(condition.condition, context)
            let one = visit(condition.consequence, context)
            let other = condition.alternative.flatMap { visit($0, context) }
            return Self.isSame(one, other) ? one : nil
        default:
            for part in node.parts { _ = visit(part, context) }
            return nil
        }
    }

    private mutating func step(to name: NameNode, from context: Place?) -> Place? {
        guard let context else { return nil }
        let names = context.names + [name.key.text]
        found.append(JSONataPath(root: context.root, names: names, position: name.position))
        return (context.root, names)
    }

    private func place(of variable: VariableNode, _ context: Place?) -> Place? {
        if variable.name.isEmpty { return context }
        if variable.name == "$" { return (.input, []) }
        if let known = variables.last(where: { $0.name == variable.name }) { return known.place }
        return variable.native == nil ? (.variable(variable.name), []) : nil
    }

    private mutating func visit(call: CallNode, _ context: Place?) -> Place? {
        _ = visit(call.procedure, context)
        let name = (call.procedure as? VariableNode)?.native?.name
        var list: Place?
        for argument in call.arguments {
            if let lambda = argument as? LambdaNode {
                // What a function over a list is called with are the list's elements.
                let isOverList = ["map", "filter", "single", "sort"].contains(name ?? "")
                visit(
                    lambda, arguments: isOverList ? [list, name == "sort" ? list : nil] : [],
                    context)
            } else {
                list = visit(argument, context)
            }
        }
        let keepsElements = ["filter", "single", "sort", "reverse", "shuffle", "distinct"]
        return keepsElements.contains(name ?? "") ? list : nil
    }

    private mutating func visit(_ lambda: LambdaNode, arguments: [Place?], _ context: Place?) {
        let outer = variables.count
        defer { variables.removeLast(variables.count - outer) }
        for (at, parameter) in lambda.parameters.enumerated() {
            variables.append((parameter, at < arguments.count ? arguments[at] : nil))
        }
        _ = visit(lambda.body, context)
    }

    private static func isSame(_ one: Place?, _ other: Place?) -> Bool {
        guard let one, let other else { return false }
        return one.root == other.root && one.names == other.names
    }
}
