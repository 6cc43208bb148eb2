internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockJSONata

extension RecordEvaluator {
    /// The text of a scalar: numbers and booleans as they are written.
    mutating func text(
        of piece: Piece, _ row: RowPlan, _ plan: Plan
    ) throws(RowStop) -> Bytes {
        switch piece.form {
        case .string, .text, .number: return piece.bytes
        case .escaped: return decoded(piece)
        case .isTrue: return Self.bytes("true")
        case .isFalse: return Self.bytes("false")
        case .absent, .null: return Bytes(start: nil, count: 0)
        case .container, .json:
            throw fail(.notText, "text was expected, not an object or a list", row, plan)
        }
    }

    /// Decodes the escapes of a string into scratch memory.
    mutating func decoded(_ piece: Piece) -> Bytes {
        scratch.copy(JSONEscapes.decode(piece.bytes))
    }

    static func bytes(_ word: StaticString) -> Bytes {
        Bytes(start: word.utf8Start, count: word.utf8CodeUnitCount)
    }

    mutating func clean(
        _ piece: Piece, _ row: RowPlan, _ plan: Plan
    ) throws(RowStop) -> Piece {
        var text = try self.text(of: piece, row, plan)
        for at in 0..<Int(row.cleanCount) {
            text = TextCleaner.apply(
                plan.tables.clean[Int(row.cleanStart) + at], to: text, &scratch)
        }
        // Trimming leaves a plain string plain; other steps may bring characters that need escapes.
        let isUntouched = piece.form == .string && text.count == piece.count
        return Piece(isUntouched && text.baseAddress == piece.base ? .string : .text, text)
    }

    /// The texts of several fields with a separator between; absent, null and empty ones left out.
    mutating func join(
        _ join: JoinPlan, _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) -> Piece {
        var parts: [Bytes] = []
        for source in join.sources {
            var piece = sidePiece(source, scope, view)
            guard !piece.isMissing else { continue }
            if row.cleanCount > 0 { piece = try clean(piece, row, plan) }
            let text = try self.text(of: piece, row, plan)
            if !text.isEmpty { parts.append(text) }
        }
        guard !parts.isEmpty else { return .absent }
        let total = parts.reduce(0) { $0 + $1.count + join.separator.count }
        let memory = scratch.allocate(total)
        var count = 0
        for (at, part) in parts.enumerated() {
            if at > 0 {
                for byte in join.separator {
                    memory[count] = byte
                    count += 1
                }
            }
            for byte in part {
                memory[count] = byte
                count += 1
            }
        }
        return Piece(.text, Bytes(start: memory, count: count))
    }

    private func sidePiece(_ source: SideValue, _ scope: Scope, _ view: JSONView) -> Piece {
        switch source {
        case .slot(let slot): piece(view, scope.slots[Int(slot)])
        case .rootSlot(let slot): piece(view, scope.rootSlots[Int(slot)])
        case .target: .absent
        }
    }

    /// The text of a sub-key or currency, trimmed; nil when there is none.
    mutating func sideText(
        _ source: SideValue, _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) -> Bytes? {
        guard case .target(let number) = source else {
            let piece = sidePiece(source, scope, view)
            guard !piece.isMissing, piece.form != .container else { return nil }
            return TextBytes.trimmed(try text(of: piece, row, plan))
        }
        let target = plan.targets[Int(number)]
        try need(Int(target.row), plan, view, scope)
        let value = scope.buffers[Int(target.buffer)].bytes
        guard let first = value.first, first != UInt8(ascii: "n"), first != UInt8(ascii: "{"),
            first != UInt8(ascii: "[")
        else { return nil }
        guard first == UInt8(ascii: "\"") else { return value }
        let inner = Bytes(rebasing: value[1..<(value.count - 1)])
        guard inner.contains(UInt8(ascii: "\\")) else { return TextBytes.trimmed(inner) }
        return TextBytes.trimmed(scratch.copy(JSONEscapes.decode(inner)))
    }

    mutating func translate(
        _ translation: TranslationPlan, _ piece: Piece, _ row: RowPlan, _ plan: Plan,
        _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        let text = TextBytes.trimmed(try self.text(of: piece, row, plan))
        var found: Piece?
        var keys = ""
        if translation.subKeys.isEmpty {
            found = translation.table.value(of: text)
        } else {
            var compound = Array(text)
            var isComplete = true
            for source in translation.subKeys {
                guard let key = try sideText(source, row, plan, view, scope) else {
                    isComplete = false
                    break
                }
                compound.append(TranslationTable.keySeparator)
                compound.append(contentsOf: key)
            }
            found =
                isComplete
                ? compound.withUnsafeBufferPointer { translation.table.value(of: $0) } : nil
            keys = isComplete ? " under its keys" : "; a key has no value"
        }
        if let found {
            try finish(found, 0, row, plan, view, scope)
            return
        }
        try missing(
            translation.onMissing, translation.missing, .lookupMissing,
            "table '\(translation.tableName)' does not have the value\(keys)", piece, row, plan,
            view, scope)
    }

    mutating func codes(
        _ codes: CodesPlan, _ piece: Piece, _ row: RowPlan, _ plan: Plan, _ view: JSONView,
        _ scope: Scope
    ) throws(RowStop) {
        let text = try self.text(of: piece, row, plan)
        if let found = codes.translation.value(of: text, &scratch) {
            try finish(found, 0, row, plan, view, scope)
            return
        }
        try missing(
            codes.onMissing, codes.missing, .lookupMissing,
            "code list '\(codes.listName)' does not have the value", piece, row, plan, view, scope)
    }

    mutating func xref(
        _ xref: XrefPlan, _ piece: Piece, _ row: RowPlan, _ plan: Plan, _ view: JSONView,
        _ scope: Scope
    ) throws(RowStop) {
        let text = TextBytes.string(try self.text(of: piece, row, plan))
        var found: String?
        do {
            found = try services.crossReferences?.counterpart(
                of: text, on: xref.side, in: xref.table)
        } catch {
            throw fail(
                (error as? any Classified)?.code ?? .crossReferenceMissing,
                "cross reference '\(xref.table)' could not be read: \(error)", row, plan, piece,
                cause: error)
        }
        if let found {
            try finish(Piece(.text, scratch.copy(found)), 0, row, plan, view, scope)
            return
        }
        try missing(
            xref.onMissing, .null, .crossReferenceMissing,
            "cross reference '\(xref.table)' does not know the id", piece, row, plan, view, scope)
    }

    /// What a translation without a result does.
    private mutating func missing(
        _ onMissing: MissingTranslation, _ value: Piece, _ code: DiagnosticCode,
        _ message: @autoclosure () -> String, _ piece: Piece, _ row: RowPlan, _ plan: Plan,
        _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        switch onMissing {
        case .fail: throw fail(code, message(), row, plan, piece)
        case .defer: throw fail(code, message(), row, plan, piece, isDeferred: true)
        case .skip: return
        case .clear: clear(row, plan, view, scope)
        case .value: try finish(value, 0, row, plan, view, scope)
        }
    }

    mutating func split(
        _ piece: Piece, width: Int, atWord: Bool, _ row: RowPlan, _ plan: Plan, _ view: JSONView,
        _ scope: Scope
    ) throws(RowStop) {
        let count = Int(row.targetCount)
        let text = try self.text(of: piece, row, plan)
        let result = TextSplitter.split(
            text, width: width, atWord: atWord, count: count, &scratch)
        if result.hasRest, !row.cutsLong {
            throw fail(
                .textTooLong, "\(count) × \(width) characters do not hold the text", row, plan,
                piece)
        }
        for target in 0..<count {
            let part = target < result.pieces.count ? Piece(.text, result.pieces[target]) : .null
            try finish(part, target, row, plan, view, scope)
        }
    }

    mutating func when(
        _ clauses: [ClausePlan], _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        for clause in clauses {
            if let condition = clause.condition {
                guard try isTrue(condition, row, plan, view, scope) else { continue }
            }
            try finish(clause.value, 0, row, plan, view, scope)
            return
        }
        throw fail(.noClauseMatched, "no `if` is true and there is no `else`", row, plan)
    }

    private mutating func isTrue(
        _ condition: RowCondition, _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) -> Bool {
        switch condition {
        case .expression(let expression):
            return try isTrue(expression, row, plan, scope)
        case .comparison(let comparison):
            let piece = piece(view, scope.slots[Int(comparison.slot)])
            let isSame: Bool
            switch (piece.form, comparison.literal) {
            case (.string, .string(let text)): isSame = Self.equal(piece.bytes, text)
            case (.escaped, .string(let text)): isSame = Self.equal(decoded(piece), text)
            case (.isTrue, .bool(let flag)): isSame = flag
            case (.isFalse, .bool(let flag)): isSame = !flag
            // Nothing equals, or differs from, what is not there.
            case (.absent, _): return false
            case (.null, _), (.number, _), (.isTrue, _), (.isFalse, _): isSame = false
            default: return try isTrue(comparison.general, row, plan, scope)
            }
            return isSame == comparison.isEqual
        }
    }

    private static func equal(_ bytes: Bytes, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { TextBytes.equal(bytes, $0) }
    }

    private mutating func isTrue(
        _ expression: MappingExpression, _ row: RowPlan, _ plan: Plan, _ scope: Scope
    ) throws(RowStop) -> Bool {
        switch try evaluate(expression, row, plan, scope) {
        case nil: return false
        case .bool(let flag): return flag
        default:
            throw fail(
                .conditionNotBoolean, "`if: \(expression.text.text.prefix(80))` is not boolean",
                row,
                plan)
        }
    }

    private mutating func evaluate(
        _ expression: MappingExpression, _ row: RowPlan, _ plan: Plan, _ scope: Scope
    ) throws(RowStop) -> Value? {
        guard let document else { return nil }
        let root = JSONNode(document: document, index: rootNode)
        do throws(JSONataError) {
            return try expression.evaluate(
                JSONNode(document: document, index: scope.node),
                MappingExpression.Surroundings(
                    root: root, index: scope.index < 0 ? nil : scope.index, side: side,
                    written: written))
        } catch {
            throw fail(.jsonataFailed, error.message, row, plan, cause: error)
        }
    }

    mutating func expression(
        _ expression: MappingExpression, _ row: RowPlan, _ plan: Plan, _ scope: Scope
    ) throws(RowStop) -> Piece {
        guard let value = try evaluate(expression, row, plan, scope) else { return .absent }
        return piece(value)
    }

    /// A computed value, encoded into scratch memory.
    mutating func piece(_ value: Value) -> Piece {
        switch value {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .number(let number): Piece(.number, scratch.copy(number.text))
        case .string(let text): Piece(.text, scratch.copy(text))
        case .array, .object: Piece(.json, scratch.copy(value.json))
        }
    }

    mutating func score(
        _ score: ScorePlan, _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) {
        guard let scorer = services.scorer, let document else {
            throw fail(.noScorer, "model '\(score.model)' cannot be asked here", row, plan)
        }
        let value: Value
        do {
            value = try scorer.score(
                model: score.model, output: score.output,
                record: JSONNode(document: document, index: scope.node))
        } catch {
            let known = error as? any Classified
            throw fail(
                known?.code ?? .noScorer, "model '\(score.model)': \(known?.message ?? "\(error)")",
                row, plan, cause: error)
        }
        try finish(piece(value), 0, row, plan, view, scope)
    }
}
