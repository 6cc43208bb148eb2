/// A part of a regular expression.
indirect enum PatternNode {
    case empty
    case one(PatternUnit)
    case sequence([PatternNode])
    case choice([PatternNode])
    case group(Int, PatternNode)
    case backreference(Int)
    case lineStart
    case lineEnd
    case wordBoundary(isNegated: Bool)
    /// What must, or must not, lie ahead or behind.
    case look(PatternNode, isAhead: Bool, isNegated: Bool)
    /// `groups`: those inside, which each round starts without.
    case repetition(PatternNode, min: Int, max: Int, isLazy: Bool, groups: Range<Int>)
}

/// What matches a single UTF-16 code unit.
enum PatternUnit: Sendable {
    case unit(UInt16)
    /// A letter in either case, given in the form both share.
    case folded(UInt16)
    /// Anything that does not end a line.
    case any
    case set(UnitSet)

    @inline(__always)
    func matches(_ unit: UInt16) -> Bool {
        switch self {
        case .unit(let wanted): unit == wanted
        case .folded(let wanted): unit == wanted || UnitSet.folded(unit) == wanted
        case .any: !UnitSet.endsLine(unit)
        case .set(let set): set.contains(unit)
        }
    }
}
