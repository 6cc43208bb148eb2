/// A regular expression, compiled once, matched in time linear in the text.
///
/// - Complexity: O(text × pattern), whatever both are: no pattern backtracks.
/// - Source: R. Cox, "Regular Expression Matching: the Virtual Machine Approach".
public struct Pattern: Sendable {
    private let program: [Instruction]

    enum Instruction: Sendable {
        case scalar(Unicode.Scalar)
        case any
        case set(ScalarSet)
        /// Goes on at both; the first is preferred.
        case split(Int, Int)
        case jump(Int)
        case assertion(PatternAssertion)
        case match
    }

    private static let maximumProgram = 20_000

    public init(_ text: String, ignoresCase: Bool = false) throws(PatternError) {
        var parser = PatternParser(text)
        parser.ignoresCase = ignoresCase
        let node = try parser.parse()
        var compiler = Compiler()
        try compiler.emit(node)
        compiler.program.append(.match)
        program = compiler.program
    }

    /// Whether the pattern matches all of `text`.
    public func matchesWhole(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var machine = Machine(program, scalars)
        return machine.run(from: 0, mustReachEnd: true, isAnchored: true) != nil
    }

    /// Whether the pattern matches somewhere in `text`.
    public func isFound(in text: String) -> Bool {
        var machine = Machine(program, Array(text.unicodeScalars))
        return machine.run(from: 0, mustReachEnd: false, isAnchored: false) != nil
    }

    /// The matches in order, none overlapping the one before.
    public func ranges(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var machine = Machine(program, scalars)
        var at = 0
        while at <= scalars.count,
            let range = machine.run(from: at, mustReachEnd: false, isAnchored: false)
        {
            found.append(range)
            at = range.isEmpty ? range.upperBound + 1 : range.upperBound
        }
        return found
    }

    private struct Compiler {
        var program: [Instruction] = []

        mutating func emit(_ node: PatternNode) throws(PatternError) {
            guard program.count < Pattern.maximumProgram else {
                throw PatternError(message: "the pattern is too large", offset: 0)
            }
            switch node {
            case .empty: break
            case .scalar(let scalar): program.append(.scalar(scalar))
            case .any: program.append(.any)
            case .set(let set): program.append(.set(set))
            case .assertion(let assertion): program.append(.assertion(assertion))
            case .sequence(let nodes): for node in nodes { try emit(node) }
            case .alternatives(let nodes): try emitAlternatives(nodes[...])
            case .repeat(let node, let minimum, let maximum, let isGreedy):
                try emitRepeat(node, minimum, maximum, isGreedy)
            }
        }

        private mutating func emitAlternatives(
            _ nodes: ArraySlice<PatternNode>
        ) throws(PatternError) {
            var exits: [Int] = []
            for (position, node) in nodes.enumerated() {
                guard position < nodes.count - 1 else {
                    try emit(node)
                    break
                }
                let split = program.count
                program.append(.jump(0))
                try emit(node)
                exits.append(program.count)
                program.append(.jump(0))
                program[split] = .split(split + 1, program.count)
            }
            for exit in exits { program[exit] = .jump(program.count) }
        }

        private mutating func emitRepeat(
            _ node: PatternNode, _ minimum: Int, _ maximum: Int?, _ isGreedy: Bool
        ) throws(PatternError) {
            for _ in 0..<minimum { try emit(node) }
            guard let maximum else {
                let split = program.count
                program.append(.jump(0))
                try emit(node)
                program.append(.jump(split))
                program[split] = branch(split + 1, program.count, isGreedy)
                return
            }
            var splits: [Int] = []
            for _ in minimum..<maximum {
                splits.append(program.count)
                program.append(.jump(0))
                try emit(node)
            }
            for split in splits { program[split] = branch(split + 1, program.count, isGreedy) }
        }

        private func branch(_ inner: Int, _ outer: Int, _ isGreedy: Bool) -> Instruction {
            isGreedy ? .split(inner, outer) : .split(outer, inner)
        }
    }
}
