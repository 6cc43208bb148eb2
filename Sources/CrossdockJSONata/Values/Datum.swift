internal import CrossdockData

/// A value while an expression is evaluated.
///
/// What came with the input stays where it is, on its tape or in its tree; it is looked at, and copied
/// only when an expression changes it.
enum Datum {
    case undefined
    case null
    case bool(Bool)
    case number(Double)
    /// A number that nothing was computed with, so that its digits are kept.
    case numeral(JSONNumber)
    case string(String)
    /// A string, number, object or list on a tape.
    case node(JSONNode)
    /// A list of a tree.
    case elements([Value])
    /// An object of a tree.
    case members(ValueObject)
    case array([Datum], Traits)
    /// The integers of a range, not yet spelled out.
    case range(ClosedRange<Int>, Traits)
    case record(Record)
    case function(Function)
    case native(NativeFunction)
    /// Values with the variables bound to each by `@`, `#` and `%`.
    case tuples(TupleStream)
    /// A call in tail position that the caller carries out.
    case tailCall(TailCall)
}

/// What JSONata tells apart.
enum DatumKind {
    case undefined, null, boolean, number, string, array, object, function
}

extension Datum {
    init(_ node: JSONNode) {
        switch node.kind {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .string, .number, .array, .object: self = .node(node)
        }
    }

    init(_ value: Value) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .number(let number): self = .numeral(number)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .elements(elements)
        case .object(let members): self = .members(members)
        }
    }

    init(_ value: JSONataValue) {
        switch value {
        case .absent: self = .undefined
        case .node(let node): self = Datum(node)
        case .tree(let value): self = Datum(value)
        }
    }

    static func integer(_ value: Int) -> Datum { .number(Double(value)) }

    var kind: DatumKind {
        switch self {
        case .undefined: .undefined
        case .null: .null
        case .bool: .boolean
        case .number, .numeral: .number
        case .string: .string
        case .node(let node):
            switch node.kind {
            case .string: .string
            case .number: .number
            case .array: .array
            case .object: .object
            case .true, .false: .boolean
            case .null: .null
            }
        case .elements, .array, .range, .tuples: .array
        case .members, .record: .object
        case .function, .native, .tailCall: .function
        }
    }

    var isUndefined: Bool { if case .undefined = self { true } else { false } }
    var isArray: Bool { kind == .array }
    var isObject: Bool { kind == .object }
    var isFunction: Bool { kind == .function }

    /// Whether this is the result of a path or function, to be unwrapped when it has one element.
    var isSequence: Bool {
        switch self {
        case .array(_, let traits), .range(_, let traits): traits.isSequence
        case .tuples: true
        default: false
        }
    }

    /// A string's text; nil for other values.
    var text: String? {
        switch self {
        case .string(let text): text
        case .node(let node): node.string
        default: nil
        }
    }

    /// A number's value; nil for other values.
    var double: Double? {
        switch self {
        case .number(let number): number
        case .numeral(let number): number.double
        case .node(let node): node.kind == .number ? node.double : nil
        default: nil
        }
    }

    /// How many elements a list has; nil for other values.
    var count: Int? {
        switch self {
        case .array(let items, _): items.count
        case .range(let range, _): range.count
        case .elements(let elements): elements.count
        case .node(let node): node.kind == .array ? node.count : nil
        case .tuples(let stream): stream.tuples.count
        default: nil
        }
    }

    /// The sequence's only element in its place, undefined in place of none.
    var unwrapped: Datum {
        switch self {
        case .array(let items, let traits):
            guard traits.isSequence, items.count < 2 else { return self }
            if items.isEmpty { return .undefined }
            return traits.keepsSingleton ? self : items[0]
        case .range(let range, let traits):
            guard traits.isSequence, range.count == 1 else { return self }
            return traits.keepsSingleton ? self : .integer(range.lowerBound)
        default: return self
        }
    }

    /// Whether both are the same thing, not only equal: JavaScript's `===`.
    func isIdentical(to other: Datum) -> Bool {
        switch (self, other) {
        case (.undefined, .undefined), (.null, .null): return true
        case (.bool(let one), .bool(let two)): return one == two
        case (.record(let one), .record(let two)): return one === two
        case (.function(let one), .function(let two)): return one === two
        case (.native(let one), .native(let two)): return one === two
        case (.node(let one), .node(let two)) where one.document === two.document:
            if one.index == two.index { return true }
        default: break
        }
        if let one = double { return other.double == one }
        if let one = text { return other.text.map { Texts.same(one, $0) } ?? false }
        return false
    }
}
