/// Runs a ``Pattern`` over a text.
struct PatternMatcher {
    private let pattern: Pattern
    private let text: UnsafeBufferPointer<UInt16>
    private let run: Evaluation
    private(set) var captures: [Int]
    private var registers: [Int]
    private var stack: [Entry] = []
    private var allowance = PatternMatcher.allowanceStep

    private static let allowanceStep = 4_096
    // 64 MiB of entries.
    private static let maximumEntries = 2_000_000

    /// What to go back to, or to put back on the way there.
    private enum Entry {
        case choice(at: Int, position: Int)
        case capture(Int, Int)
        case register(Int, Int)
        /// A greedy `many` that can give back units until `bound`.
        case give(at: Int, position: Int, bound: Int, isBackward: Bool)
        /// A lazy `many` that can take so many more.
        case take(at: Int, position: Int, more: Int)
    }

    init(_ pattern: Pattern, _ text: UnsafeBufferPointer<UInt16>, _ run: Evaluation) {
        self.pattern = pattern
        self.text = text
        self.run = run
        captures = Array(repeating: -1, count: (pattern.groupCount + 1) * 2)
        registers = Array(repeating: 0, count: pattern.registerCount)
    }

    /// Finds the first match at or after `start`; its groups are then in ``captures``.
    mutating func search(from start: Int) throws(JSONataError) -> Bool {
        var position = start
        while position <= text.count {
            if let first = pattern.firstUnit {
                let from = position
                while position < text.count, text[position] != first { position += 1 }
                try spend((position - from) >> 3)
                if position == text.count { return false }
            }
            if try execute(0, position) != nil { return true }
            position += 1
        }
        return false
    }

    private mutating func spend(_ moves: Int) throws(JSONataError) {
        allowance -= moves
        guard allowance <= 0 else { return }
        try run.charge(steps: Self.allowanceStep - allowance)
        allowance = Self.allowanceStep
        if stack.count > Self.maximumEntries {
            throw JSONataError(
                "U1001", details: JSONataDetails(text: "the regular expression backtracks too much")
            )
        }
    }

    /// Runs from an instruction until `finish`.
    ///
    /// - Returns: Where it ended; nil when nothing matched, and all is then as it was.
    private mutating func execute(_ start: Int, _ from: Int) throws(JSONataError) -> Int? {
        let base = stack.count
        var at = start
        var position = from
        while true {
            try spend(1)
            if case .finish = pattern.program[at] { return position }
            if try step(&at, &position) { continue }
            guard try goBack(base, &at, &position) else { return nil }
        }
    }

    /// Carries out one instruction.
    ///
    /// - Returns: Whether it matched.
    private mutating func step(_ at: inout Int, _ position: inout Int) throws(JSONataError) -> Bool
    {
        switch pattern.program[at] {
        case .one(let unit, let isBackward):
            guard matches(unit, position, isBackward) else { return false }
            position += isBackward ? -1 : 1
        case .many(let unit, let min, let max, let isLazy, let isBackward):
            return try many(unit, min, max, isLazy, isBackward, &at, &position)
        case .lineStart: guard isLineStart(position) else { return false }
        case .lineEnd: guard isLineEnd(position) else { return false }
        case .wordBoundary(let isNegated):
            guard isBoundary(position) != isNegated else { return false }
        case .backreference(let group, let isBackward):
            guard refer(to: group, isBackward, &position) else { return false }
        case .save(let slot): set(capture: slot, position)
        case .forget(let groups):
            for group in groups {
                set(capture: group * 2 + 2, -1)
                set(capture: group * 2 + 3, -1)
            }
        case .split(let first, let second):
            stack.append(.choice(at: second, position: position))
            at = first
            return true
        case .jump(let target):
            at = target
            return true
        case .look(let isNegated, let end):
            guard try look(at + 1, position) != isNegated else { return false }
            at = end
            return true
        case .setRegister(let register, let value): set(register: register, value)
        case .markPosition(let register): set(register: register, position)
        case .round(let counter, let min, let max, let isLazy, let exit):
            round(counter, min, max, isLazy, exit, &at, position)
            return true
        case .endRound(let counter, let mark, let min, let start):
            guard position != registers[mark] || registers[counter] < min else { return false }
            set(register: counter, registers[counter] + 1)
            at = start
            return true
        case .finish: return true
        }
        at += 1
        return true
    }

    // MARK: State that backtracking puts back

    private mutating func set(capture slot: Int, _ value: Int) {
        guard captures[slot] != value else { return }
        stack.append(.capture(slot, captures[slot]))
        captures[slot] = value
    }

    private mutating func set(register: Int, _ value: Int) {
        guard registers[register] != value else { return }
        stack.append(.register(register, registers[register]))
        registers[register] = value
    }

    private mutating func goBack(
        _ base: Int, _ at: inout Int, _ position: inout Int
    ) throws(JSONataError) -> Bool {
        while stack.count > base, let entry = stack.popLast() {
            switch entry {
            case .capture(let slot, let value): captures[slot] = value
            case .register(let register, let value): registers[register] = value
            case .choice(let target, let place):
                (at, position) = (target, place)
                return true
            case .give(let target, let place, let bound, let isBackward):
                let next = place + (isBackward ? 1 : -1)
                if next != bound {
                    stack.append(
                        .give(at: target, position: next, bound: bound, isBackward: isBackward))
                }
                (at, position) = (target, next)
                return true
            case .take(let target, let place, let more):
                guard case .many(let unit, _, _, _, let isBackward) = pattern.program[target],
                    matches(unit, place, isBackward)
                else { continue }
                let next = place + (isBackward ? -1 : 1)
                if more > 1 { stack.append(.take(at: target, position: next, more: more - 1)) }
                (at, position) = (target + 1, next)
                return true
            }
        }
        return false
    }

    // MARK: Instructions

    private func matches(_ unit: PatternUnit, _ position: Int, _ isBackward: Bool) -> Bool {
        let place = isBackward ? position - 1 : position
        return place >= 0 && place < text.count && unit.matches(text[place])
    }

    private mutating func many(
        _ unit: PatternUnit, _ min: Int, _ max: Int, _ isLazy: Bool, _ isBackward: Bool,
        _ at: inout Int, _ position: inout Int
    ) throws(JSONataError) -> Bool {
        let start = position
        let step = isBackward ? -1 : 1
        let wanted = isLazy ? min : max
        var count = 0
        while count < wanted, matches(unit, position, isBackward) {
            position += step
            count += 1
        }
        try spend(count >> 3)
        guard count >= min else { return false }
        if isLazy {
            if max > min { stack.append(.take(at: at, position: position, more: max - min)) }
        } else if count > min {
            stack.append(
                .give(
                    at: at + 1, position: position, bound: start + step * min,
                    isBackward: isBackward))
        }
        at += 1
        return true
    }

    private mutating func round(
        _ counter: Int, _ min: Int, _ max: Int, _ isLazy: Bool, _ exit: Int, _ at: inout Int,
        _ position: Int
    ) {
        let count = registers[counter]
        if count < min {
            at += 1
        } else if count >= max {
            at = exit
        } else if isLazy {
            stack.append(.choice(at: at + 1, position: position))
            at = exit
        } else {
            stack.append(.choice(at: exit, position: position))
            at += 1
        }
    }

    /// Whether a look ahead or behind matches. Groups it captured stay, its choices do not.
    private mutating func look(_ start: Int, _ position: Int) throws(JSONataError) -> Bool {
        let base = stack.count
        guard try execute(start, position) != nil else { return false }
        let kept = stack[base...].filter { entry in
            switch entry {
            case .capture, .register: true
            case .choice, .give, .take: false
            }
        }
        stack.removeSubrange(base...)
        stack.append(contentsOf: kept)
        return true
    }

    private mutating func refer(
        to group: Int, _ isBackward: Bool, _ position: inout Int
    ) -> Bool {
        let (start, end) = (captures[group * 2], captures[group * 2 + 1])
        guard start >= 0, end >= start else { return true }
        let length = end - start
        let place = isBackward ? position - length : position
        guard place >= 0, place + length <= text.count else { return false }
        for offset in 0..<length {
            let (one, other) = (text[start + offset], text[place + offset])
            if one == other { continue }
            guard pattern.ignoresCase, UnitSet.folded(one) == UnitSet.folded(other) else {
                return false
            }
        }
        position = isBackward ? place : place + length
        return true
    }

    private func isLineStart(_ position: Int) -> Bool {
        position == 0 || pattern.isMultiline && UnitSet.endsLine(text[position - 1])
    }

    private func isLineEnd(_ position: Int) -> Bool {
        position == text.count || pattern.isMultiline && UnitSet.endsLine(text[position])
    }

    private func isBoundary(_ position: Int) -> Bool {
        let before = position > 0 && UnitSet.isWord(text[position - 1])
        let after = position < text.count && UnitSet.isWord(text[position])
        return before != after
    }
}
