internal import CrossdockData

/// A field's value, ready to be compared.
enum FieldValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(ExactDecimal)
    /// Folded: texts compare without regard to case.
    case text(String)
    /// An id of 18 characters.
    case id(String)
    /// Unit: milliseconds since 1970; dates are midnight UTC.
    case instant(Int64)

    var isNull: Bool { self == .null }

    /// The order of two values of one kind; nil when they have none.
    func isLess(than other: FieldValue) -> Bool? {
        switch (self, other) {
        case (.number(let a), .number(let b)): a < b
        case (.text(let a), .text(let b)):
            a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
        case (.id(let a), .id(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.instant(let a), .instant(let b)): a < b
        case (.bool(let a), .bool(let b)): !a && b
        default: nil
        }
    }
}
