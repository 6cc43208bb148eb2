/// Finds the step whose value a `%` means.
enum Ancestry {
    /// Passes on to `node` the parents that a part of it seeks.
    static func push(from part: Node, to node: Node) {
        node.seekingParent += part.seekingParent
        if let parent = part as? ParentNode { node.seekingParent.append(parent.slot) }
    }

    /// Looks back through a path for the parents its last step seeks. What is not found there is
    /// sought around the path.
    static func resolve(_ path: PathNode, _ ancestry: [ParentNode]) throws(JSONataError) {
        guard let last = path.steps.last else { return }
        var slots = last.seekingParent
        if let parent = last as? ParentNode { slots.append(parent.slot) }
        for slot in slots {
            var at = path.steps.count - 2
            while slot.level > 0 {
                guard at >= 0 else {
                    path.seekingParent.append(slot)
                    break
                }
                var step = path.steps[at]
                at -= 1
                // Steps in a row that bind variables all start from the same value.
                while at >= 0, step.focus != nil, path.steps[at].focus != nil {
                    step = path.steps[at]
                    at -= 1
                }
                try seek(step, slot, ancestry)
            }
        }
    }

    /// Looks for the parent in one part; the slot's level is how many steps are still to go.
    static func seek(
        _ node: Node, _ slot: AncestorSlot, _ ancestry: [ParentNode]
    ) throws(JSONataError) {
        switch node {
        case is NameNode, is WildcardNode:
            slot.level -= 1
            guard slot.level == 0 else { return }
            if let known = node.ancestor { ancestry[slot.index].slot.label = known.label }
            node.ancestor = slot
            node.isTuple = true
        case is ParentNode: slot.level += 1
        case let block as BlockNode:
            guard let last = block.expressions.last else { return }
            block.isTuple = true
            try seek(last, slot, ancestry)
        case let path as PathNode:
            path.isTuple = true
            for step in path.steps.reversed() {
                try seek(step, slot, ancestry)
                if slot.level <= 0 { return }
            }
        default:
            throw JSONataError(
                "S0217", stage: .compilation, at: node.position, token: node.typeName)
        }
    }
}
