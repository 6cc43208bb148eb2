/// A call of a function.
final class CallNode: Node, @unchecked Sendable {
    let procedure: Node
    let arguments: [Node]
    /// Whether it is the last thing a function does, so that the caller can carry it out.
    var isTail = false

    init(_ procedure: Node, _ arguments: [Node], position: Int) {
        self.procedure = procedure
        self.arguments = arguments
        super.init(position: position)
    }

    override var typeName: String { "function" }
    override var parts: [Node] { [procedure] + arguments }

    /// The function's name as it stands in the expression.
    var name: String? { procedure.calledName }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        if isTail { return .tailCall(TailCall(self, input: input, frame: frame)) }
        return try run.call(self, input, frame)
    }
}

extension Node {
    /// The name a call of this part goes by.
    var calledName: String? {
        if let variable = self as? VariableNode { return variable.name }
        return ((self as? PathNode)?.steps.first as? NameNode)?.key.text
    }
}

/// A call with `?` for arguments still to come.
final class PartialNode: Node, @unchecked Sendable {
    private let procedure: Node
    private let arguments: [Node?]

    init(_ procedure: Node, _ arguments: [Node?], position: Int) {
        self.procedure = procedure
        self.arguments = arguments
        super.init(position: position)
    }

    override var typeName: String { "partial" }
    override var parts: [Node] { [procedure] + arguments.compactMap { $0 } }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        var fixed: [Datum?] = []
        for argument in arguments {
            if let argument {
                fixed.append(try run.evaluate(argument, input, frame))
            } else {
                fixed.append(nil)
            }
        }
        let function = try run.evaluate(procedure, input, frame)
        guard function.isFunction else {
            let isMissing = function.isUndefined && run.isFunctionName(procedure, frame)
            throw run.failure(
                isMissing ? "T1007" : "T1008", at: position, token: procedure.calledName)
        }
        // Every parameter counts, also those the call did not mention.
        let count = function.parameterCount
        if fixed.count > count { fixed.removeLast(fixed.count - count) }
        while fixed.count < count { fixed.append(.some(.undefined)) }
        return try run.function(.partial(function, fixed))
    }
}

/// `function($a, $b) { … }`
final class LambdaNode: Node, @unchecked Sendable {
    let parameters: [String]
    let signature: Signature?
    let body: Node

    init(_ parameters: [String], _ signature: Signature?, _ body: Node, position: Int) {
        self.parameters = parameters
        self.signature = signature
        self.body = body
        super.init(position: position)
    }

    override var typeName: String { "lambda" }
    override var parts: [Node] { [body] }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        try run.function(.lambda(self, input: input, frame: frame))
    }
}

/// `… ~> …`
final class ApplicationNode: Node, @unchecked Sendable {
    private let left: Node
    private let right: Node

    init(_ left: Node, _ right: Node, position: Int) {
        self.left = left
        self.right = right
        super.init(position: position)
    }

    override var typeName: String { "apply" }
    override var parts: [Node] { [left, right] }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        let value = try run.evaluate(left, input, frame)
        if let call = right as? CallNode {
            return try run.call(call, input, frame, first: value)
        }
        let function = try run.evaluate(right, input, frame)
        guard function.isFunction else {
            throw run.failure("T2006", at: position, token: "~>", value: function)
        }
        if value.isFunction { return try run.function(.composed(value, function)) }
        return try run.apply(function, [value], input: .undefined, frame: frame)
    }
}

/// `| pattern | update, deletion |`: a function that changes a copy of its argument.
final class TransformNode: Node, @unchecked Sendable {
    let pattern: Node
    let update: Node
    let deletion: Node?

    static let signature = Signature(library: "<(oa):o>")

    init(_ pattern: Node, _ update: Node, _ deletion: Node?, position: Int) {
        self.pattern = pattern
        self.update = update
        self.deletion = deletion
        super.init(position: position)
    }

    override var typeName: String { "transform" }
    override var parts: [Node] { [pattern, update] + (deletion.map { [$0] } ?? []) }

    override func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        try run.function(.transform(self, frame: frame))
    }
}
