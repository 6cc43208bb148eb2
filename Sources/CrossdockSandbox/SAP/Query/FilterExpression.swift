/// A `$filter` whose names are resolved and whose types fit.
indirect enum FilterExpression: Sendable {
    case literal(EdmValue)
    /// A property of the entity, or of the one that navigations to single entities lead to.
    case property(path: [EdmNavigation], EdmProperty)
    case not(FilterExpression)
    case and(FilterExpression, FilterExpression)
    case or(FilterExpression, FilterExpression)
    case compare(Comparison, FilterExpression, FilterExpression)
    case compute(Arithmetic, FilterExpression, FilterExpression)
    case negate(FilterExpression)
    case call(FilterFunction, [FilterExpression])

    enum Comparison: String, Sendable { case eq, ne, gt, ge, lt, le }
    enum Arithmetic: String, Sendable { case add, sub, mul, div, mod }
}

/// The functions of `$filter`. Source: OData V2 "URI Conventions" §4.5.
enum FilterFunction: String, Sendable, CaseIterable {
    case substringof, endswith, startswith, length, indexof, replace, substring, tolower, toupper
    case trim, concat, day, hour, minute, month, second, year, round, floor, ceiling

    typealias Family = EdmType.Family

    /// What the arguments may be; a function with several kinds of first argument lists them.
    var parameters: [[Family]] {
        switch self {
        case .substringof, .endswith, .startswith, .indexof, .concat: [[.text], [.text]]
        case .length, .tolower, .toupper, .trim: [[.text]]
        case .replace: [[.text], [.text], [.text]]
        case .substring: [[.text], [.number], [.number]]
        case .day, .month, .year: [[.instant, .zonedInstant]]
        case .hour, .minute, .second: [[.instant, .zonedInstant, .time]]
        case .round, .floor, .ceiling: [[.number]]
        }
    }

    /// How many of the parameters must be given.
    var required: Int { self == .substring ? 2 : parameters.count }

    var result: Family {
        switch self {
        case .substringof, .endswith, .startswith: .truth
        case .replace, .substring, .tolower, .toupper, .trim, .concat: .text
        default: .number
        }
    }
}
