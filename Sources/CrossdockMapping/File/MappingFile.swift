public import CrossdockData
public import CrossdockDiagnostics

/// A mapping file, read and checked for form, not yet compiled.
public struct MappingFile: Sendable {
    public var name = ""
    public var version = ""
    public var about: String?
    public var owner: String?
    public var left = MappingObject()
    public var right = MappingObject()
    public var defaults = MappingDefaults()
    public var identity: MappingIdentity?
    public var rows: [MappingRow] = []
    /// Fields that are knowingly not mapped.
    public var ignore: [MappingSide: [PlacedPath]] = [:]
    public var tests: [MappingTest] = []
    public var span: SourceSpan

    public func object(_ side: MappingSide) -> MappingObject { side == .left ? left : right }
}

/// One side of a mapping.
public struct MappingObject: Sendable {
    public var system = ""
    public var object = ""
    /// The file with the object's fields; without it fields are not checked.
    public var schema: PlacedText?
}

/// What holds for rows that say nothing else.
public struct MappingDefaults: Sendable {
    public var direction = RowDirection.both
    public var onAbsent = MissingPolicy.skip
    public var onNull = MissingPolicy.clear
    public var onEmpty = EmptyPolicy.asNull
    public var onTooLong = TooLongPolicy.fail
    public var conflict: ConflictPolicy?
    public var zone: [MappingSide: PlacedText] = [:]
    public var marks: [MappingSide: NumberMarks] = [:]
}

/// How the records of both sides are recognised as the same.
public struct MappingIdentity: Sendable {
    public var xref: String?
    public var left: PlacedPath?
    public var right: PlacedPath?
    public var matchOn: [PlacedPath] = []
}

/// A test written in the mapping file.
public struct MappingTest: Sendable {
    public enum Expectation: Sendable {
        /// The result has at least these members.
        case subset(Value)
        case exactly(Value)
        case failure(field: String?, code: String?)
    }

    public let name: String
    public let span: SourceSpan
    public let given: Value
    public let direction: MappingDirection
    public let expectation: Expectation?
    public let roundtrip: [PlacedPath]
}
