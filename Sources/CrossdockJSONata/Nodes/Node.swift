/// A part of a compiled expression.
///
/// - Threads: changed while the expression is compiled only; from then on shared and constant.
class Node: @unchecked Sendable {
    /// Where the part's token ends. Unit: UTF-16 code units.
    let position: Int

    /// Filters that follow it, where it is no step of a path.
    var predicates: [Node] = []
    var group: Grouping?
    /// Whether `[]` follows it.
    var keepsArray = false

    // What makes it a step of a path.
    var stages: [Stage] = []
    /// The variable that `@` binds to the step's values.
    var focus: String?
    /// The variable that `#` binds to the step's positions.
    var index: String?
    /// What `%` in later steps finds here.
    var ancestor: AncestorSlot?
    var isTuple = false
    /// An array written as first or last step, which is kept whole.
    var isConstructed = false
    /// The uses of `%` inside whose parent was not found yet.
    var seekingParent: [AncestorSlot] = []

    private(set) var isQualified = false

    init(position: Int) { self.position = position }

    /// What JSONata calls such a part in errors.
    var typeName: String { "" }

    /// The parts it consists of, without filters and grouping.
    var parts: [Node] { [] }

    /// Evaluates it, without what follows it.
    func compute(
        _ input: Datum, _ frame: Frame, _ run: Evaluation
    ) throws(JSONataError) -> Datum {
        .undefined
    }

    /// Settles what depends on the finished tree, in this part and all it contains.
    func seal() {
        isQualified = !predicates.isEmpty || group != nil || keepsArray
        for part in allParts { part.seal() }
    }

    /// All directly contained parts.
    final var allParts: [Node] {
        parts + predicates + stages.compactMap(\.predicate)
            + (group?.pairs.flatMap { [$0.key, $0.value] } ?? [])
    }

    /// Takes over what follows `other` and makes it a step.
    final func adopt(_ other: Node) {
        predicates = other.predicates
        group = other.group
        keepsArray = other.keepsArray
        stages = other.stages
        focus = other.focus
        index = other.index
        ancestor = other.ancestor
        isTuple = other.isTuple
        isConstructed = other.isConstructed
        seekingParent = other.seekingParent
    }
}

/// What is done with the values of a step before the next one.
enum Stage {
    case filter(Node)
    /// Binds the position among what the stages before left.
    case index(String)

    var predicate: Node? { if case .filter(let node) = self { node } else { nil } }
}

/// The pairs of an object constructor or a group-by.
struct Grouping {
    let pairs: [(key: Node, value: Node)]
    let position: Int
}

/// One use of `%`: the name under which the parent travels, and how many levels up it still is.
final class AncestorSlot {
    var label: String
    var level: Int
    /// Its number among the uses of `%` in the expression.
    let index: Int

    init(label: String, level: Int, index: Int) {
        self.label = label
        self.level = level
        self.index = index
    }
}
