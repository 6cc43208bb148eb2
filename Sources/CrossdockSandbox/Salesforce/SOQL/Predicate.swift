/// A condition whose names and literals were checked against the schema.
indirect enum Predicate {
    case all([Predicate])
    case any([Predicate])
    case not(Predicate)
    case compare(ResolvedPath, SOQLQuery.Comparison, FieldValue)
    /// Against a range of days: equal is within, less is before.
    case range(ResolvedPath, SOQLQuery.Comparison, Range<Int64>)
    case like(ResolvedPath, LikePattern)
    case isIn(ResolvedPath, Set<FieldValue>)
    /// Each set of texts must be wholly among the picklist's values.
    case includes(ResolvedPath, [Set<String>])

    func holds(for row: RecordRow, _ reader: RecordReader) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.holds(for: row, reader) }
        case .any(let parts): parts.contains { $0.holds(for: row, reader) }
        case .not(let part): !part.holds(for: row, reader)
        case .compare(let path, let comparison, let value):
            Self.compare(reader.value(path, of: row), comparison, value)
        case .range(let path, let comparison, let range):
            Self.compare(reader.value(path, of: row), comparison, range)
        case .like(let path, let pattern):
            if case .text(let text) = reader.value(path, of: row) {
                pattern.matches(text)
            } else {
                false
            }
        case .isIn(let path, let values): values.contains(reader.value(path, of: row))
        case .includes(let path, let wanted):
            if case .text(let text) = reader.value(path, of: row) {
                Self.includes(Set(text.split(separator: ";").map(String.init)), wanted)
            } else {
                false
            }
        }
    }

    /// Nothing is less or greater than null; everything but null is unlike it.
    private static func compare(
        _ value: FieldValue, _ comparison: SOQLQuery.Comparison, _ other: FieldValue
    ) -> Bool {
        switch comparison {
        case .equal: value == other
        case .notEqual: value != other
        case .less: value.isLess(than: other) ?? false
        case .greater: other.isLess(than: value) ?? false
        case .lessOrEqual: other.isLess(than: value).map { !$0 } ?? false
        case .greaterOrEqual: value.isLess(than: other).map { !$0 } ?? false
        }
    }

    private static func compare(
        _ value: FieldValue, _ comparison: SOQLQuery.Comparison, _ range: Range<Int64>
    ) -> Bool {
        guard case .instant(let instant) = value else { return comparison == .notEqual }
        return switch comparison {
        case .equal: range.contains(instant)
        case .notEqual: !range.contains(instant)
        case .less: instant < range.lowerBound
        case .lessOrEqual: instant < range.upperBound
        case .greater: instant >= range.upperBound
        case .greaterOrEqual: instant >= range.lowerBound
        }
    }

    private static func includes(_ values: Set<String>, _ wanted: [Set<String>]) -> Bool {
        wanted.contains { $0.isSubset(of: values) }
    }
}

/// A pattern of `LIKE`: `%` for any text, `_` for one character, both literal after a backslash.
struct LikePattern {
    private enum Part: Equatable { case any, one, literal(Unicode.Scalar) }

    private let parts: [Part]

    init(_ text: String) {
        var parts: [Part] = []
        var isEscaped = false
        for scalar in text.lowercased().unicodeScalars {
            if isEscaped {
                parts.append(.literal(scalar))
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                parts.append(scalar == "%" ? .any : scalar == "_" ? .one : .literal(scalar))
            }
        }
        self.parts = parts
    }

    /// - Parameter text: Folded to lower case.
    /// - Complexity: O(pattern × text) at worst.
    func matches(_ text: String) -> Bool {
        let text = Array(text.unicodeScalars)
        var (p, t) = (0, 0)
        var star: (part: Int, text: Int)?
        while t < text.count {
            if p < parts.count, parts[p] == .any {
                star = (p, t)
                p += 1
            } else if p < parts.count, parts[p] == .one || parts[p] == .literal(text[t]) {
                p += 1
                t += 1
            } else if let last = star {
                star = (last.part, last.text + 1)
                p = last.part + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        return parts[p...].allSatisfy { $0 == .any }
    }
}
