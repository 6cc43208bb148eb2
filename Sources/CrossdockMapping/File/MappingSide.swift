/// One of the two objects that a mapping connects.
public enum MappingSide: String, Sendable, Hashable, CaseIterable {
    case left
    case right

    public var other: MappingSide { self == .left ? .right : .left }
}

/// Which side a record comes from and which it goes to.
public enum MappingDirection: String, Sendable, Hashable, CaseIterable {
    case toRight = "to-right"
    case toLeft = "to-left"

    public var source: MappingSide { self == .toRight ? .left : .right }
    public var target: MappingSide { source.other }
    public var other: MappingDirection { self == .toRight ? .toLeft : .toRight }
}

/// In which directions a row works.
public enum RowDirection: String, Sendable, Hashable, CaseIterable {
    case both
    case toRight = "to-right"
    case toLeft = "to-left"

    public func includes(_ direction: MappingDirection) -> Bool {
        self == .both || rawValue == direction.rawValue
    }
}
