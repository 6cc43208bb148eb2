/// A parsed query. Names are as written; whether they exist is for ``QueryPlan`` to say.
struct SOQLQuery: Sendable {
    struct Path: Sendable {
        /// `Owner`, `Name`.
        let parts: [String]
        let position: Int

        var text: String { parts.joined(separator: ".") }
    }

    enum Function: String, Sendable {
        case count = "COUNT"
        case countDistinct = "COUNT_DISTINCT"
        case sum = "SUM"
        case average = "AVG"
        case minimum = "MIN"
        case maximum = "MAX"
    }

    enum FieldSet: String, Sendable { case all = "ALL", standard = "STANDARD", custom = "CUSTOM" }

    indirect enum Item: Sendable {
        case field(Path, alias: String?)
        case aggregate(Function, Path?, alias: String?, position: Int)
        case fields(FieldSet, position: Int)
        /// `(SELECT … FROM Contacts)`.
        case children(SOQLQuery)
    }

    enum Comparison: Sendable { case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual }

    struct Literal: Sendable {
        enum Value: Sendable {
            case null
            case bool(Bool)
            case number(String)
            case string(String)
            case date(Int64)
            case dateTime(Int64)
            /// A named range of days, such as `LAST_N_DAYS:30`.
            case range(name: String, count: Int?)
        }

        let value: Value
        let text: String
        let position: Int
    }

    indirect enum Condition: Sendable {
        case all([Condition])
        case any([Condition])
        case not(Condition)
        case compare(Path, Comparison, Literal)
        case like(Path, pattern: String, position: Int)
        case isIn(Path, [Literal], negated: Bool)
        case isInQuery(Path, SOQLQuery, negated: Bool)
        /// Multi-select picklists; each text may join values by `;`.
        case includes(Path, [String], negated: Bool)
    }

    struct Order: Sendable {
        let path: Path
        var isDescending = false
        var nullsFirst = true
    }

    var items: [Item] = []
    var object: String
    var objectPosition: Int
    var alias: String?
    var condition: Condition?
    var groups: [Path] = []
    var orders: [Order] = []
    var limit: Int?
    var offset: Int?

    /// `SELECT COUNT() FROM X`: the number alone.
    var isCount: Bool {
        guard items.count == 1, case .aggregate(.count, nil, nil, _) = items[0] else {
            return false
        }
        return groups.isEmpty
    }

    var isAggregate: Bool {
        !groups.isEmpty
            || items.contains { if case .aggregate = $0 { true } else { false } }
    }
}
