/// A part of an expression as it was written.
///
/// What it means within a path, and which `%` belongs to what, the ``Analyzer`` finds out.
final class Syntax {
    typealias Pair = (key: Syntax, value: Syntax)

    enum Kind {
        case constant(LiteralNode.Constant)
        case name(String)
        case variable(String)
        case regex(Pattern)
        case wildcard
        case descendants
        case parent
        case negation(Syntax)
        /// Arithmetic, comparison and all other plain operators between two values.
        case binary(Symbol, Syntax, Syntax)
        case filter(Syntax, Syntax)
        case focus(Syntax, String)
        case index(Syntax, String)
        case grouping(Syntax, [Pair])
        case sorting(Syntax, [(expression: Syntax, isDescending: Bool)])
        case array([Syntax])
        case object([Pair])
        case block([Syntax])
        /// Nil stands for `?`.
        case call(Syntax, [Syntax?])
        case lambda([String], Signature?, Syntax)
        case condition(Syntax, Syntax, Syntax?)
        case fallback(Syntax, Syntax, onFalse: Bool)
        case transform(Syntax, Syntax, Syntax?)
        /// The end of the text, where a value is due.
        case end
    }

    let kind: Kind
    /// Where its token starts and ends. Unit: UTF-16 code units.
    let start: Int
    let position: Int
    /// Whether `[]` follows.
    var keepsArray = false
    /// How many parts lie inside each other here.
    let height: Int

    static let maximumHeight = 1_000

    init(_ kind: Kind, _ token: Token) throws(JSONataError) {
        self.kind = kind
        start = token.start
        position = token.end
        height = 1 + (kind.parts.map(\.height).max() ?? 0)
        if height > Self.maximumHeight {
            throw JSONataError(
                "U1001", stage: .compilation, at: token.end, from: token.start,
                details: JSONataDetails(text: "the expression nests too deeply"))
        }
    }
}

extension Syntax.Kind {
    /// The directly contained parts.
    var parts: [Syntax] {
        switch self {
        case .constant, .name, .variable, .regex, .wildcard, .descendants, .parent, .end: []
        case .negation(let part), .focus(let part, _), .index(let part, _), .lambda(_, _, let part):
            [part]
        case .binary(_, let one, let other), .filter(let one, let other),
            .fallback(let one, let other, _):
            [one, other]
        case .grouping(let part, let pairs): [part] + pairs.flatMap { [$0.key, $0.value] }
        case .sorting(let part, let terms): [part] + terms.map(\.expression)
        case .array(let parts), .block(let parts): parts
        case .object(let pairs): pairs.flatMap { [$0.key, $0.value] }
        case .call(let procedure, let arguments): [procedure] + arguments.compactMap { $0 }
        case .condition(let one, let two, let three), .transform(let one, let two, let three):
            [one, two] + (three.map { [$0] } ?? [])
        }
    }
}
