internal import CrossdockData

/// What is known of a list or an object besides its members.
struct Traits: Sendable {
    private var bits: UInt8 = 0
    /// How many lists and objects lie inside each other here, this one included.
    var nesting: UInt16 = 1

    private init(bits: UInt8) { self.bits = bits }

    static let list = Traits(bits: 0)
    /// The result of a path or a function: no element means undefined, one stands for itself.
    static let sequence = Traits(bits: 1)

    var isSequence: Bool { bits & 1 != 0 }
    /// A sequence that stays a list with one element.
    var keepsSingleton: Bool {
        get { bits & 2 != 0 }
        set { set(2, newValue) }
    }
    /// A list written as such in a path, which is not flattened into the path's result.
    var isConstructed: Bool {
        get { bits & 4 != 0 }
        set { set(4, newValue) }
    }
    /// The sequence around an input that is itself a list.
    var isOuterWrapper: Bool {
        get { bits & 8 != 0 }
        set { set(8, newValue) }
    }
    var hasFunction: Bool {
        get { bits & 16 != 0 }
        set { set(16, newValue) }
    }

    private mutating func set(_ bit: UInt8, _ on: Bool) {
        if on { bits |= bit } else { bits &= ~bit }
    }

    /// Takes into account a member.
    mutating func include(_ member: Datum) {
        switch member {
        case .array(_, let inner), .range(_, let inner): include(inner)
        case .record(let record): include(record.traits)
        case .function(let function):
            hasFunction = true
            nesting = max(nesting, function.nesting &+ 1)
        case .native: hasFunction = true
        case .node(let node):
            if node.kind == .object || node.kind == .array { nesting = max(nesting, 2) }
        default: break
        }
    }

    private mutating func include(_ inner: Traits) {
        nesting = max(nesting, inner.nesting &+ 1)
        if inner.hasFunction { hasFunction = true }
    }

    mutating func include(_ members: [Datum]) {
        for member in members { include(member) }
    }

    /// How deeply made values may nest: they are compared, written and freed recursively.
    static let maximumNesting: UInt16 = 1_000
}
