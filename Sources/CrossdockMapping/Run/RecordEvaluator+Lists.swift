internal import CrossdockData
internal import CrossdockDiagnostics

extension RecordEvaluator {
    /// Maps every element of a list; one object counts as a list of one.
    mutating func each(
        _ list: Plan, _ piece: Piece, _ row: RowPlan, _ plan: Plan, _ view: JSONView,
        _ scope: Scope
    ) throws(RowStop) {
        guard piece.form == .container else {
            throw fail(.notAList, "the value is no list", row, plan, piece)
        }
        let target = plan.targets[Int(row.firstTarget)]
        let start = output.count
        if target.buffer < 0 { output.append(target.prefix) }
        let content = output.count
        let node = piece.count
        if view.kind(node) == .object {
            try element(list, node, 0, row, plan, view, scope)
        } else {
            let end = view.next(node)
            var child = node + 1
            var index = 0
            while child < end {
                try element(list, child, index, row, plan, view, scope)
                index += 1
                child = view.next(child)
            }
        }
        if output.count == content {
            output.append(UInt8(ascii: "["))
        } else {
            output.replace(at: content, with: UInt8(ascii: "["))
        }
        output.append(UInt8(ascii: "]"))
        if target.buffer >= 0 {
            scope.buffers[Int(target.buffer)].bytes = scratch.copy(output.bytes(from: content))
            output.truncate(to: start)
        }
    }

    private mutating func element(
        _ list: Plan, _ node: Int, _ index: Int, _ row: RowPlan, _ plan: Plan, _ view: JSONView,
        _ outer: Scope
    ) throws(RowStop) {
        let name = plan.targetNames[Int(row.firstTarget)]
        guard view.kind(node) == .object else {
            let stop = fail(
                .elementNotAnObject, "the element is no object", row, plan, Piece(view, node))
            problem?.field = "\(name)[\(index)]"
            throw stop
        }
        let mark = scratch.mark
        defer { scratch.release(to: mark) }
        let slots = scratch.allocate(Int32.self, count: list.sources.slotCount, repeating: -1)
        list.sources.resolve(view, node, slots)
        var scope = Scope(
            slots: slots, rootSlots: outer.rootSlots, buffers: emptyBuffers(list),
            states: states(list), node: node, index: index)
        output.append(UInt8(ascii: ","))
        do throws(RowStop) {
            try object(list, view, &scope)
        } catch {
            let inner = problem?.field ?? ""
            problem?.field = "\(name)[\(index)].\(inner)"
            throw .failed
        }
    }
}
