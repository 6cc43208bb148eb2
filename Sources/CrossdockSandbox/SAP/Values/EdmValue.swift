internal import CrossdockData

/// A value as `$filter` and `$orderby` see it.
enum EdmValue: Sendable {
    case null
    case boolean(Bool)
    case string(String)
    case number(EdmNumber)
    /// Unit: milliseconds since 1970.
    case instant(Int64)
    /// Unit: milliseconds of the day.
    case time(Int64)
    /// Lower case.
    case guid(String)

    /// Reads a stored value; what was never set has ABAP's initial value.
    init(stored node: JSONNode?, _ type: EdmType) {
        let text = node?.scalarText
        switch type.family {
        case .text, .binary: self = .string(text ?? "")
        case .truth: self = .boolean(node?.bool ?? false)
        case .number: self = .number(text.flatMap { EdmNumber($0) } ?? .zero)
        case .instant, .zonedInstant:
            self = text.flatMap { EdmTime.parseJSONDate($0) }.map { .instant($0) } ?? .null
        case .time: self = .time(text.flatMap { EdmTime.parseTime($0) } ?? 0)
        case .guid: self = text.map { .guid($0) } ?? .null
        }
    }

    var isNull: Bool { if case .null = self { true } else { false } }

    /// Whether it is what a property holds that was never set.
    var isInitial: Bool {
        switch self {
        case .null: true
        case .boolean(let flag): !flag
        case .string(let text): text.isEmpty
        case .number(let number): number.mantissa == 0
        case .instant: false
        case .time(let millis): millis == 0
        case .guid(let text): text.allSatisfy { $0 == "0" || $0 == "-" }
        }
    }

    /// -1, 0 or 1; nil where there is no order, which is between kinds and with null.
    func compare(_ other: EdmValue) -> Int? {
        switch (self, other) {
        case (.boolean(let one), .boolean(let two)): Self.order(one ? 1 : 0, two ? 1 : 0)
        case (.string(let one), .string(let two)): Self.order(one, two)
        case (.number(let one), .number(let two)): one.compare(two)
        case (.instant(let one), .instant(let two)), (.time(let one), .time(let two)):
            Self.order(one, two)
        case (.guid(let one), .guid(let two)): Self.order(one, two)
        default: nil
        }
    }

    private static func order<Element: Comparable>(_ one: Element, _ two: Element) -> Int {
        one < two ? -1 : (two < one ? 1 : 0)
    }

    /// By code points, as a database with binary collation does.
    private static func order(_ one: String, _ two: String) -> Int {
        var (a, b) = (one.utf8.makeIterator(), two.utf8.makeIterator())
        while true {
            switch (a.next(), b.next()) {
            case (nil, nil): return 0
            case (nil, _): return -1
            case (_, nil): return 1
            case (let x?, let y?) where x != y: return x < y ? -1 : 1
            default: continue
            }
        }
    }
}
