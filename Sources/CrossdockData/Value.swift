/// A value of any shape, as a tree: for scripts, aggregation, tests and everything off the hot path.
///
/// Bodies on their way through a route stay bytes or a ``JSONDocument``; see `Body`.
public enum Value: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([Value])
    case object(ValueObject)

    public static func integer(_ value: Int) -> Value { .number(JSONNumber(value)) }

    /// A number for finite values, null otherwise.
    public static func double(_ value: Double) -> Value {
        JSONNumber(value).map { .number($0) } ?? .null
    }

    public var string: String? { if case .string(let text) = self { text } else { nil } }
    public var number: JSONNumber? { if case .number(let number) = self { number } else { nil } }
    public var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    public var array: [Value]? { if case .array(let elements) = self { elements } else { nil } }
    public var object: ValueObject? { if case .object(let members) = self { members } else { nil } }
    public var isNull: Bool { self == .null }

    /// A string's text, a number's digits, `true` or `false`; nil for null, objects and lists.
    public var scalarText: String? {
        switch self {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    public subscript(key: String) -> Value? { object?[key] }
    public subscript(position: Int) -> Value? {
        guard let array, array.indices.contains(position) else { return nil }
        return array[position]
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByFloatLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: Value...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, Value)...) {
        var object = ValueObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}
