internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockJSONata

extension RecordEvaluator {
    /// Evaluates one row and writes what comes out.
    mutating func evaluate(
        _ number: Int, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        let row = plan.rows[number]
        if row.isPlain, case .slot(let slot) = row.source {
            let index = Int(scope.slots[Int(slot)])
            if index >= 0 {
                let piece = Piece(view, index)
                if piece.form == .string, piece.count > 0 || !row.emptyIsNull {
                    emit(piece, plan.targets[Int(row.firstTarget)], view, scope)
                    return
                }
            }
        }
        if row.readsTarget, isFirstPass { return }
        switch row.verb {
        case .constant: try finish(row.literal, 0, row, plan, view, scope)
        case .when(let at): try when(plan.tables.clauses[Int(at)], row, plan, view, scope)
        case .score(let at): try score(plan.tables.scores[Int(at)], row, plan, view, scope)
        default: try transform(row, plan, view, scope)
        }
    }

    /// Reads, cleans, applies the policies, then the verb.
    private mutating func transform(
        _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        var piece = try read(row, plan, view, scope)
        if row.cleanCount > 0, !piece.isMissing {
            if case .several = row.source {} else { piece = try clean(piece, row, plan) }
        }
        if piece.isText, piece.count == 0, row.emptyIsNull { piece = .null }
        if piece.isMissing {
            let missing = piece.form == .absent ? row.onAbsent : row.onNull
            switch missing {
            case .skip: return
            case .clear:
                clear(row, plan, view, scope)
                return
            case .fail:
                let state = piece.form == .absent ? "absent" : "null"
                throw fail(.valueMissing, "the value is \(state)", row, plan)
            case .useDefault:
                piece = row.literal
                if piece.isMissing {
                    clear(row, plan, view, scope)
                    return
                }
            }
        }
        try apply(piece, row, plan, view, scope)
    }

    private mutating func read(
        _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) -> Piece {
        switch row.source {
        case .none: return .absent
        case .slot(let slot): return self.piece(view, scope.slots[Int(slot)])
        case .rootSlot(let slot): return self.piece(view, scope.rootSlots[Int(slot)])
        case .expression(let at):
            return try expression(plan.tables.expressions[Int(at)], row, plan, scope)
        case .several(let at):
            return try join(plan.tables.joins[Int(at)], row, plan, view, scope)
        }
    }

    @inline(__always)
    func piece(_ view: JSONView, _ index: Int32) -> Piece {
        index < 0 ? .absent : Piece(view, Int(index))
    }

    private mutating func apply(
        _ piece: Piece, _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        switch row.verb {
        case .copy, .constant, .when, .score: try finish(piece, 0, row, plan, view, scope)
        case .translate(let at):
            try translate(plan.tables.translations[Int(at)], piece, row, plan, view, scope)
        case .codes(let at): try codes(plan.tables.codes[Int(at)], piece, row, plan, view, scope)
        case .xref(let at): try xref(plan.tables.xrefs[Int(at)], piece, row, plan, view, scope)
        case .splitWidth(let width, let atWord):
            try split(piece, width: Int(width), atWord: atWord, row, plan, view, scope)
        case .splitBy(let at):
            let text = try self.text(of: piece, row, plan)
            let pieces = TextSplitter.split(
                text, by: plan.tables.separators[Int(at)], count: Int(row.targetCount))
            for target in 0..<Int(row.targetCount) {
                let part = target < pieces.count ? Piece(.text, pieces[target]) : .absent
                try finishPart(part, target, row, plan, view, scope)
            }
        case .line(let at):
            let range = plan.tables.lines[Int(at)]
            let text = try self.text(of: piece, row, plan)
            let found =
                range.isSingle
                ? TextSplitter.line(range.first, of: text)
                : TextSplitter.lines(range, of: text, &scratch)
            try finishPart(found.map { Piece(.text, $0) } ?? .absent, 0, row, plan, view, scope)
        case .each(let at): try each(plan.tables.lists[Int(at)], piece, row, plan, view, scope)
        }
    }

    /// Converts, checks the length, writes.
    mutating func finish(
        _ piece: Piece, _ at: Int, _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        let number = Int(row.firstTarget) + at
        let target = plan.targets[number]
        guard !piece.isMissing else {
            emit(.null, target, view, scope)
            return
        }
        var piece = piece
        if case .none = row.conversion {
        } else {
            piece = try convert(piece, at, row, plan, view, scope)
        }
        if target.length > 0, piece.isText {
            piece = try fitted(piece, Int(target.length), at, row, plan)
        }
        emit(piece, target, view, scope)
    }

    /// A part of a text; an absent one follows `onAbsent`.
    private mutating func finishPart(
        _ piece: Piece, _ at: Int, _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        guard piece.form == .absent else {
            try finish(piece, at, row, plan, view, scope)
            return
        }
        switch row.onAbsentPiece {
        case .skip: return
        case .clear: emit(.null, plan.targets[Int(row.firstTarget) + at], view, scope)
        case .fail:
            throw fail(.valueMissing, "the text has no such part", row, plan, target: at)
        case .useDefault: try finish(row.literal, at, row, plan, view, scope)
        }
    }

    private mutating func fitted(
        _ piece: Piece, _ length: Int, _ at: Int, _ row: RowPlan, _ plan: Plan
    ) throws(RowStop) -> Piece {
        guard piece.count > length else { return piece }
        let text = try self.text(of: piece, row, plan)
        guard let cut = TextBytes.cut(text, after: length) else { return piece }
        guard row.cutsLong else {
            throw fail(
                .textTooLong,
                "the text has \(TextBytes.scalarCount(text)) characters, \(length) are allowed",
                row,
                plan, piece, target: at)
        }
        return Piece(.text, Bytes(rebasing: text[..<cut]))
    }

    mutating func clear(_ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope) {
        for at in 0..<Int(row.targetCount) {
            emit(.null, plan.targets[Int(row.firstTarget) + at], view, scope)
        }
    }

    /// Writes a value at its place, or keeps it for later.
    @inline(__always)
    mutating func emit(
        _ piece: Piece, _ target: TargetPlan, _ view: JSONView, _ scope: Scope
    ) {
        if target.buffer >= 0 {
            let start = output.count
            write(piece, view)
            scope.buffers[Int(target.buffer)].bytes = scratch.copy(output.bytes(from: start))
            output.truncate(to: start)
            return
        }
        output.append(target.prefix)
        write(piece, view)
    }

    @inline(__always)
    mutating func write(_ piece: Piece, _ view: JSONView) {
        switch piece.form {
        case .string, .escaped:
            output.reserve(piece.count &+ 2)
            output.append(UInt8(ascii: "\""))
            output.append(piece.base, piece.count)
            output.append(UInt8(ascii: "\""))
        case .number, .json: output.append(piece.base, piece.count)
        case .text:
            output.append(UInt8(ascii: "\""))
            output.appendEscaped(piece.bytes)
            output.append(UInt8(ascii: "\""))
        case .null, .absent: output.append("null")
        case .isTrue: output.append("true")
        case .isFalse: output.append("false")
        case .container: writeContainer(view, piece.count)
        }
    }

    /// An object or list without the white space of its source.
    private mutating func writeContainer(_ view: JSONView, _ index: Int) {
        let isObject = view.kind(index) == .object
        output.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        let end = view.next(index)
        var child = index + 1
        var isFirst = true
        while child < end {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            if isObject {
                output.append(UInt8(ascii: "\""))
                output.append(view.text(child))
                output.append("\":")
                child += 1
            }
            write(Piece(view, child), view)
            child = view.next(child)
        }
        output.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }

    /// Keeps what is known of a row's failure.
    mutating func fail(
        _ code: DiagnosticCode, _ message: String, _ row: RowPlan, _ plan: Plan,
        _ piece: Piece? = nil, target: Int = 0, isDeferred: Bool = false,
        cause: (any Error)? = nil
    ) -> RowStop {
        let number = Int(row.firstTarget) + target
        problem = RowProblem(
            code: code, message: message, field: plan.targetNames[number],
            maskedValue: piece.flatMap { shown($0) }.map {
                ValueMask.masked($0, isPersonal: row.isPersonal)
            }, line: Int(row.line), isDeferred: isDeferred, cause: cause)
        return .failed
    }

    /// A scalar's text, for masking.
    private mutating func shown(_ piece: Piece) -> String? {
        switch piece.form {
        case .absent, .null, .container, .json: nil
        case .isTrue: "true"
        case .isFalse: "false"
        case .number, .string, .text: TextBytes.string(piece.bytes)
        case .escaped: String(decoding: JSONEscapes.decode(piece.bytes), as: UTF8.self)
        }
    }
}
