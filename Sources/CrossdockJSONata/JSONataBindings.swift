public import CrossdockData

/// A value handed to an expression: nothing, a part of a parsed document, or a tree.
public enum JSONataValue: Sendable {
    /// JSONata's "undefined".
    case absent
    case node(JSONNode)
    case tree(Value)
}

/// Variables an expression finds besides its own, named without `$`.
///
/// A list, not a dictionary: there are few, and they are set for every record.
public struct JSONataBindings: Sendable, ExpressibleByDictionaryLiteral {
    var entries: [(name: String, value: JSONataValue)] = []

    public init() {}

    public init(dictionaryLiteral elements: (String, JSONataValue)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// The members of an object as variables.
    public init(_ members: ValueObject) {
        for (name, value) in members { self[name] = .tree(value) }
    }

    public subscript(name: String) -> JSONataValue {
        get { entries.last { $0.name == name }?.value ?? .absent }
        set {
            if let at = entries.firstIndex(where: { $0.name == name }) {
                entries[at].value = newValue
            } else {
                entries.append((name, newValue))
            }
        }
    }
}
