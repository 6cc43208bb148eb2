internal import CrossdockDiagnostics

/// The operators between two values.
enum ComparisonKind: Sendable {
    case equal(ignoresCase: Bool)
    case greater, greaterOrEqual, less, lessOrEqual
    case contains(ignoresCase: Bool)
    case regex
    case oneOf
    case isA
    case range
    case startsWith, endsWith

    /// Longer spellings before their beginnings.
    ///
    /// - Source: Camel's `SimpleOperatorConstants`.
    static let spellings: [(text: String, kind: ComparisonKind, isNegated: Bool)] = [
        ("!=~", .equal(ignoresCase: true), true), ("!~~", .contains(ignoresCase: true), true),
        ("==", .equal(ignoresCase: false), false), ("=~", .equal(ignoresCase: true), false),
        ("!=", .equal(ignoresCase: false), true), ("~~", .contains(ignoresCase: true), false),
        (">=", .greaterOrEqual, false), ("<=", .lessOrEqual, false), (">", .greater, false),
        ("<", .less, false),
        ("not contains", .contains(ignoresCase: false), true),
        ("!contains", .contains(ignoresCase: false), true),
        ("contains", .contains(ignoresCase: false), false),
        ("not regex", .regex, true), ("!regex", .regex, true), ("regex", .regex, false),
        ("not range", .range, true), ("!range", .range, true), ("range", .range, false),
        ("not in", .oneOf, true), ("!in", .oneOf, true), ("in", .oneOf, false),
        ("not is", .isA, true), ("!is", .isA, true), ("is", .isA, false),
        ("!startsWith", .startsWith, true), ("startsWith", .startsWith, false),
        ("starts with", .startsWith, false), ("!endsWith", .endsWith, true),
        ("endsWith", .endsWith, false), ("ends with", .endsWith, false),
    ]
}

/// What keeps two sides from being compared.
struct ComparisonProblem: Error {
    let message: String
    var isLeft = false
    var code = DiagnosticCode.expressionSyntax
}
