public import CrossdockData

/// A few named values in the order in which they were set; names are compared as they are.
///
/// A list rather than a dictionary: an exchange carries a handful, and an empty list costs nothing.
public struct NamedList<Value: Sendable>: Sendable, Sequence {
    private var entries: [(name: String, value: Value)] = []

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }

    /// Setting nil removes the value.
    public subscript(name: String) -> Value? {
        get { entries.first { $0.name == name }?.value }
        set {
            let at = entries.firstIndex { $0.name == name }
            switch (at, newValue) {
            case (let at?, let value?): entries[at].value = value
            case (let at?, nil): entries.remove(at: at)
            case (nil, let value?): entries.append((name, value))
            case (nil, nil): break
            }
        }
    }

    public mutating func removeAll(where matches: (String) throws -> Bool) rethrows {
        try entries.removeAll { try matches($0.name) }
    }

    public func makeIterator() -> IndexingIterator<[(name: String, value: Value)]> {
        entries.makeIterator()
    }
}

/// Properties of an exchange.
public typealias NamedValues = NamedList<Value>
/// Variables of an exchange: bodies, so that a whole record can be put aside unparsed.
public typealias Variables = NamedList<Body>
