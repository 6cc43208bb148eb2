internal import CrossdockData

/// Bodies are equal when they stand for the same thing, in whatever form: parsed JSON and its text,
/// a text and its bytes.
extension Body: Equatable {
    public static func == (one: Body, other: Body) -> Bool {
        if one.isNull || other.isNull { return one.isNull && other.isNull }
        if let a = one.tree, let b = other.tree { return a == b }
        return one.bytes == other.bytes
    }

    /// What the body stands for, JSON text parsed; nil for bytes that are no text.
    private var tree: Value? {
        var copy = self
        if let document = copy.jsonContainer() { return try? document.root.value() }
        return try? value()
    }
}
