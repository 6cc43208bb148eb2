/// A function as a value.
final class Function {
    enum Kind {
        case lambda(LambdaNode, input: Datum, frame: Frame)
        case regex(Pattern, position: Int)
        /// A function with some arguments fixed; nil stands for those still to come.
        case partial(Datum, [Datum?])
        /// The second applied to the result of the first.
        case composed(Datum, Datum)
        case transform(TransformNode, frame: Frame)
        /// Looks on for the next match of a regular expression.
        case nextMatch(PatternSearch, from: Int)
    }

    let kind: Kind
    /// How many functions, lists and frames lie inside each other here.
    let nesting: UInt16

    init(_ kind: Kind) {
        self.kind = kind
        nesting =
            switch kind {
            case .lambda(_, _, let frame): frame.nesting &+ 1
            case .transform(_, let frame): frame.nesting &+ 1
            case .regex, .nextMatch: 1
            case .partial(let inner, let fixed):
                Function.nesting(around: [inner] + fixed.compactMap { $0 })
            case .composed(let one, let other): Function.nesting(around: [one, other])
            }
    }

    private static func nesting(around parts: [Datum]) -> UInt16 {
        var traits = Traits.list
        traits.include(parts)
        return traits.nesting
    }

    /// How many arguments the function takes, which decides what `$map` and its like pass.
    var arity: Int {
        switch kind {
        case .lambda(let node, _, _): node.parameters.count
        case .regex: 1
        case .partial(_, let fixed):
            fixed.reduce(0) { count, argument in
                if case .none = argument { count + 1 } else { count }
            }
        case .composed, .transform: 1
        case .nextMatch: 0
        }
    }
}

extension Datum {
    var arity: Int {
        switch self {
        case .function(let function): function.arity
        case .native(let native): native.arity
        default: 0
        }
    }

    /// How many arguments a partial application of the function has to place.
    var parameterCount: Int {
        if case .native(let native) = self { native.parameters } else { arity }
    }
}

/// A call whose arguments are evaluated once the function that ends with it has returned, so that
/// tail recursion takes no stack.
final class TailCall {
    let node: CallNode
    let input: Datum
    let frame: Frame

    init(_ node: CallNode, input: Datum, frame: Frame) {
        self.node = node
        self.input = input
        self.frame = frame
    }
}
