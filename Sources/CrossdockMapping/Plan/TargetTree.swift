internal import CrossdockData
internal import CrossdockDiagnostics

/// The object that a plan writes, as a tree: `a.b` and `a[0].c` become objects and lists.
///
/// Members come out in the order in which rows first mention them.
struct TargetTree {
    private final class Node {
        enum Kind {
            case leaf(Int)
            case object([(name: String, node: Node)])
            case list([(index: Int, node: Node)])
        }

        var kind: Kind
        init(_ kind: Kind) { self.kind = kind }
    }

    private let root = Node(.object([]))

    /// Adds the place of a target.
    ///
    /// - Returns: False when the place, a part of it, or something inside it has a row already.
    mutating func insert(_ path: FieldPath, target: Int) -> Bool {
        var node = root
        for (at, step) in path.steps.enumerated() {
            let isLast = at == path.steps.count - 1
            let fresh: Node.Kind =
                isLast
                ? .leaf(target)
                : { if case .index = path.steps[at + 1] { .list([]) } else { .object([]) } }()
            guard let next = descend(node, step, fresh, isLast: isLast) else { return false }
            node = next
        }
        return true
    }

    private func descend(
        _ node: Node, _ step: FieldPath.Step, _ fresh: Node.Kind, isLast: Bool
    ) -> Node? {
        switch (step, node.kind) {
        case (.name(let name), .object(var members)):
            if let known = members.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                return isLast ? nil : known.node
            }
            let child = Node(fresh)
            members.append((name, child))
            node.kind = .object(members)
            return child
        case (.index(let index), .list(var elements)):
            if let known = elements.first(where: { $0.index == index }) {
                return isLast ? nil : known.node
            }
            let child = Node(fresh)
            elements.append((index, child))
            node.kind = .list(elements.sorted { $0.index < $1.index })
            return child
        default: return nil
        }
    }

    /// A leaf in the order of writing, or the opening and closing of what is around it.
    enum Visit {
        case leaf(target: Int, prefix: [UInt8])
        case open(prefix: [UInt8])
        case closeObject
        case closeList
        case endElement
    }

    /// Walks the tree in the order of writing.
    func walk(_ body: (Visit) -> Void) { Self.walk(root, body) }

    private static func walk(_ node: Node, _ body: (Visit) -> Void) {
        switch node.kind {
        case .leaf: return
        case .object(let members):
            for (name, child) in members {
                var prefix: [UInt8] = [UInt8(ascii: ",")]
                JSONEscapes.write(name.utf8, to: &prefix)
                prefix.append(UInt8(ascii: ":"))
                visit(child, prefix, body)
            }
        case .list(let elements):
            var next = 0
            for (index, child) in elements {
                // Places that no row fills: null holds the position of those after them.
                while next < index {
                    body(.endElement)
                    next += 1
                }
                visit(child, [UInt8(ascii: ",")], body)
                body(.endElement)
                next = index + 1
            }
        }
    }

    private static func visit(_ node: Node, _ prefix: [UInt8], _ body: (Visit) -> Void) {
        switch node.kind {
        case .leaf(let target): body(.leaf(target: target, prefix: prefix))
        case .object:
            body(.open(prefix: prefix))
            walk(node, body)
            body(.closeObject)
        case .list:
            body(.open(prefix: prefix))
            walk(node, body)
            body(.closeList)
        }
    }
}
