/// A compiled regular expression with JavaScript's meaning.
///
/// It matches UTF-16 code units by backtracking over a stack of its own: no input can overrun the
/// thread's stack, and every move counts against the evaluation's limits.
final class Pattern: Sendable {
    let source: String
    let program: [PatternInstruction]
    let isMultiline: Bool
    let ignoresCase: Bool
    let groupCount: Int
    let registerCount: Int
    /// The unit every match starts with, where there is one.
    let firstUnit: UInt16?

    static let maximumInstructions = 100_000

    init(_ units: [UInt16], ignoresCase: Bool, isMultiline: Bool) throws(PatternError) {
        source = String(decoding: units, as: UTF16.self)
        self.isMultiline = isMultiline
        self.ignoresCase = ignoresCase
        var parser = PatternParser(units, ignoresCase: ignoresCase)
        let node = try parser.parse()
        groupCount = parser.groups
        var compiler = PatternCompiler()
        compiler.emit(.save(0))
        try compiler.compile(node, isBackward: false)
        compiler.emit(.save(1))
        compiler.emit(.finish)
        program = compiler.program
        registerCount = compiler.registers
        if case .one(.unit(let unit), _) = program[1] { firstUnit = unit } else { firstUnit = nil }
    }
}

/// One move of the matcher.
enum PatternInstruction: Sendable {
    case one(PatternUnit, isBackward: Bool)
    /// The same unit many times, backtracked without a stack entry for each.
    case many(PatternUnit, min: Int, max: Int, isLazy: Bool, isBackward: Bool)
    case lineStart
    case lineEnd
    case wordBoundary(isNegated: Bool)
    case backreference(Int, isBackward: Bool)
    /// Remembers the position as start or end of a group.
    case save(Int)
    case forget(Range<Int>)
    /// Goes on at the first, and should that fail at the second.
    case split(Int, Int)
    case jump(Int)
    /// What follows up to `finish` must match or not; then goes on at `end`.
    case look(isNegated: Bool, end: Int)
    case setRegister(Int, Int)
    case markPosition(Int)
    /// Decides on another round of a repetition, which starts at the next instruction.
    case round(counter: Int, min: Int, max: Int, isLazy: Bool, exit: Int)
    /// Ends a round; one that matched nothing gets no further rounds.
    case endRound(counter: Int, mark: Int, min: Int, start: Int)
    case finish
}

/// Turns the parts of a regular expression into moves.
struct PatternCompiler {
    private(set) var program: [PatternInstruction] = []
    private(set) var registers = 0

    mutating func emit(_ instruction: PatternInstruction) { program.append(instruction) }

    /// - Parameter isBackward: Inside a look behind, which matches from its end to its start.
    mutating func compile(_ node: PatternNode, isBackward: Bool) throws(PatternError) {
        if program.count > Pattern.maximumInstructions {
            throw PatternError(reason: "it is too large")
        }
        switch node {
        case .empty: break
        case .one(let unit): emit(.one(unit, isBackward: isBackward))
        case .lineStart: emit(.lineStart)
        case .lineEnd: emit(.lineEnd)
        case .wordBoundary(let isNegated): emit(.wordBoundary(isNegated: isNegated))
        case .backreference(let group): emit(.backreference(group, isBackward: isBackward))
        case .sequence(let parts):
            for part in isBackward ? parts.reversed() : parts {
                try compile(part, isBackward: isBackward)
            }
        case .choice(let branches): try compile(choice: branches[...], isBackward: isBackward)
        case .group(let number, let inner):
            emit(.save(number * 2 + (isBackward ? 1 : 0)))
            try compile(inner, isBackward: isBackward)
            emit(.save(number * 2 + (isBackward ? 0 : 1)))
        case .look(let inner, let isAhead, let isNegated):
            let start = program.count
            emit(.finish)
            try compile(inner, isBackward: !isAhead)
            emit(.finish)
            program[start] = .look(isNegated: isNegated, end: program.count)
        case .repetition(let inner, let min, let max, let isLazy, let groups):
            if case .one(let unit) = inner {
                emit(
                    .many(unit, min: min, max: max, isLazy: isLazy, isBackward: isBackward))
            } else {
                try compile(
                    repetition: inner, min, max, isLazy, groups, isBackward: isBackward)
            }
        }
    }

    private mutating func compile(
        choice branches: ArraySlice<PatternNode>, isBackward: Bool
    ) throws(PatternError) {
        var jumps: [Int] = []
        for (at, branch) in branches.enumerated() {
            let isLast = at == branches.count - 1
            let split = program.count
            if !isLast { emit(.jump(0)) }
            try compile(branch, isBackward: isBackward)
            if isLast { break }
            jumps.append(program.count)
            emit(.jump(0))
            program[split] = .split(split + 1, program.count)
        }
        for jump in jumps { program[jump] = .jump(program.count) }
    }

    private mutating func compile(
        repetition inner: PatternNode, _ min: Int, _ max: Int, _ isLazy: Bool,
        _ groups: Range<Int>, isBackward: Bool
    ) throws(PatternError) {
        let (counter, mark) = (registers, registers + 1)
        registers += 2
        emit(.setRegister(counter, 0))
        let round = program.count
        emit(.jump(0))
        emit(.markPosition(mark))
        if !groups.isEmpty { emit(.forget(groups)) }
        try compile(inner, isBackward: isBackward)
        emit(.endRound(counter: counter, mark: mark, min: min, start: round))
        program[round] = .round(
            counter: counter, min: min, max: max, isLazy: isLazy, exit: program.count)
    }
}
