package import CrossdockData

/// The order of values of any kind, as sorting steps need it.
package enum ValueOrder {
    /// Negative, zero or positive; what has no order counts as equal.
    package static func compare(_ one: Value, _ other: Value) -> Int {
        Coercion.compare(one, other) ?? 0
    }

    /// Whether two values are equal, text and numbers taken for each other.
    package static func equal(_ one: Value, _ other: Value) -> Bool { Coercion.equal(one, other) }
}
