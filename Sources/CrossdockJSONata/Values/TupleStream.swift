/// A value on its way through a path, with what `@`, `#` and `%` bound on the way.
struct Tuple {
    var value: Datum
    var bindings: [(name: String, value: Datum)] = []

    subscript(name: String) -> Datum? {
        get { bindings.first { $0.name == name }?.value }
        set {
            let at = bindings.firstIndex { $0.name == name }
            switch (at, newValue) {
            case (let at?, let value?): bindings[at].value = value
            case (nil, let value?): bindings.append((name, value))
            case (let at?, nil): bindings.remove(at: at)
            case (nil, nil): break
            }
        }
    }

    /// Takes over value and bindings of a tuple that was made inside this one.
    mutating func merge(_ other: Tuple) {
        value = other.value
        for (name, value) in other.bindings { self[name] = value }
    }
}

/// The result of a path whose tuples are still needed around it.
final class TupleStream {
    let tuples: [Tuple]
    init(_ tuples: [Tuple]) { self.tuples = tuples }
}
