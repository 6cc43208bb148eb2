internal import CrossdockData
internal import CrossdockDiagnostics

/// Applies a plan to one record after another, straight from tape to bytes.
///
/// - Threads: one at a time; its memory is reused from record to record.
struct RecordEvaluator: ~Copyable {
    /// What belongs to the object at hand: the record, or an element of a list.
    struct Scope: BitwiseCopyable {
        /// Tape numbers of the values the plan reads.
        var slots: UnsafeMutablePointer<Int32>
        var rootSlots: UnsafeMutablePointer<Int32>
        /// Values kept for other rows or a later place.
        var buffers: UnsafeMutablePointer<Buffer>
        var states: UnsafeMutablePointer<RowState>
        /// The object's number on the tape.
        var node: Int
        /// The element's number; -1 for the record.
        var index: Int
    }

    struct Buffer: BitwiseCopyable {
        /// A JSON value; nil base where the row wrote nothing.
        var bytes: Bytes
    }

    enum RowState: UInt8, BitwiseCopyable {
        case waiting, done, failed
    }

    /// An object or list being written.
    private struct Open: BitwiseCopyable {
        var start: Int
        var content: Int
        var elementStart: Int
        var lastEnd: Int
    }

    var output = ByteOutput()
    var scratch = ScratchArena()
    var problem: RowProblem?
    var temporalText: [UInt8] = []
    var services = MappingServices.none
    /// Decimals are written as text: formats without numbers of their own.
    var quotesDecimals = false
    var side = MappingSide.left
    /// The record's document; set while a record is under way.
    var document: JSONDocument?
    var rootNode = 0
    /// What the first pass wrote, for expressions that look at it.
    var written: JSONNode?
    /// The first of two passes: rows that look at what others wrote wait.
    var isFirstPass = false

    init() { temporalText.reserveCapacity(64) }

    /// Appends the mapped object to ``output``.
    ///
    /// - Throws: ``RowStop`` with the first failing row of the file in ``problem``; nothing is
    ///   appended then.
    mutating func run(_ plan: Plan, _ view: JSONView, _ node: Int) throws(RowStop) {
        scratch.reset()
        rootNode = node
        let slots = scratch.allocate(Int32.self, count: plan.sources.slotCount, repeating: -1)
        plan.sources.resolve(view, node, slots)
        var scope = Scope(
            slots: slots, rootSlots: slots, buffers: emptyBuffers(plan), states: states(plan),
            node: node, index: -1)
        try object(plan, view, &scope)
    }

    mutating func emptyBuffers(_ plan: Plan) -> UnsafeMutablePointer<Buffer> {
        scratch.allocate(
            Buffer.self, count: plan.bufferCount,
            repeating: Buffer(bytes: Bytes(start: nil, count: 0)))
    }

    mutating func states(_ plan: Plan) -> UnsafeMutablePointer<RowState> {
        scratch.allocate(RowState.self, count: plan.rows.count, repeating: .waiting)
    }

    /// Writes one object with all rows of its plan.
    mutating func object(
        _ plan: Plan, _ view: JSONView, _ scope: inout Scope
    ) throws(RowStop) {
        let start = output.count
        do throws(RowStop) {
            try members(plan, view, scope)
        } catch {
            output.truncate(to: start)
            if !plan.isInFileOrder || error == .dependency {
                findFirstFailure(plan, view, &scope)
                output.truncate(to: start)
            }
            throw .failed
        }
        if output.count == start {
            output.append(UInt8(ascii: "{"))
        } else {
            // Every member begins with a comma; the first one's becomes the brace.
            output.replace(at: start, with: UInt8(ascii: "{"))
        }
        output.append(UInt8(ascii: "}"))
    }

    private mutating func members(
        _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        let steps = plan.steps
        guard plan.depth > 1 else {
            for at in 0..<steps.count { try write(steps[at], plan, view, scope) }
            return
        }
        let open = scratch.allocate(
            Open.self, count: plan.depth,
            repeating: Open(start: 0, content: 0, elementStart: 0, lastEnd: 0))
        var depth = 0
        for at in 0..<steps.count {
            let step = steps[at]
            switch step.kind {
            case .row, .target: try write(step, plan, view, scope)
            case .open:
                let start = output.count
                output.append(step.prefix)
                let content = output.count
                open[depth] = Open(
                    start: start, content: content, elementStart: content, lastEnd: content)
                depth += 1
            case .closeObject:
                depth -= 1
                close(open[depth], end: output.count, "{", "}")
            case .closeList:
                depth -= 1
                close(open[depth], end: open[depth].lastEnd, "[", "]")
            case .endElement: endElement(&open[depth - 1])
            }
        }
    }

    /// An object or list in which nothing was written is not written itself.
    private mutating func close(
        _ open: Open, end: Int, _ opening: Unicode.Scalar, _ closing: Unicode.Scalar
    ) {
        guard end > open.content else {
            output.truncate(to: open.start)
            return
        }
        output.truncate(to: end)
        output.replace(at: open.content, with: UInt8(ascii: opening))
        output.append(UInt8(ascii: closing))
    }

    private mutating func endElement(_ list: inout Open) {
        if output.count == list.elementStart {
            output.append(",null")
        } else {
            list.lastEnd = output.count
        }
        list.elementStart = output.count
    }

    @inline(__always)
    private mutating func write(
        _ step: PlanStep, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        let number = Int(step.number)
        if step.kind == .row {
            try evaluate(number, plan, view, scope)
            return
        }
        let target = plan.targets[number]
        try need(Int(target.row), plan, view, scope)
        let buffer = scope.buffers[Int(target.buffer)]
        if buffer.bytes.baseAddress != nil {
            output.append(target.prefix)
            output.append(buffer.bytes)
        }
    }

    /// Evaluates a buffered row unless that has happened.
    mutating func need(
        _ row: Int, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        switch scope.states[row] {
        case .done: return
        case .failed: throw .dependency
        case .waiting: break
        }
        do throws(RowStop) {
            try evaluate(row, plan, view, scope)
            scope.states[row] = .done
        } catch {
            scope.states[row] = .failed
            throw .dependency
        }
    }

    /// Looks for the first failing row in the order of the file.
    private mutating func findFirstFailure(
        _ plan: Plan, _ view: JSONView, _ scope: inout Scope
    ) {
        scope.buffers = emptyBuffers(plan)
        scope.states = states(plan)
        for row in 0..<plan.rows.count {
            do throws(RowStop) {
                try evaluate(row, plan, view, scope)
                scope.states[row] = .done
            } catch {
                scope.states[row] = .failed
                // What failed for want of another row is not reported: that other row is.
                if error == .failed { return }
            }
        }
    }
}
