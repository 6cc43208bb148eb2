internal import CrossdockData
internal import CrossdockDiagnostics

extension RecordEvaluator {
    /// Applies `as` and `currency`.
    mutating func convert(
        _ piece: Piece, _ at: Int, _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) -> Piece {
        switch row.conversion {
        case .none: return piece
        case .decimal(let number):
            var decimal = plan.tables.decimals[Int(number)]
            if row.currency >= 0 {
                decimal.scale = try currencyScale(piece, at, row, plan, view, scope)
            }
            return try self.decimal(piece, decimal, at, row, plan)
        case .integer(let number):
            let reading = plan.tables.integers[Int(number)]
            var parsed = try self.number(piece, reading, "an integer", at, row, plan)
            do throws(NumberText.Problem) {
                return Piece(.number, try parsed.integer(&scratch))
            } catch {
                let message =
                    error == .tooLarge
                    ? "the integer needs more than 64 bits" : "this is no integer"
                throw fail(
                    error == .tooLarge ? .numberTooLarge : .notANumber, message, row, plan, piece,
                    target: at)
            }
        case .boolean(let number):
            let given = plan.tables.booleans[Int(number)]
            return try boolean(piece, at, row, plan) ? given.isTrue : given.isFalse
        case .unboolean(let number):
            return try unboolean(piece, plan.tables.booleans[Int(number)], at, row, plan)
        case .temporal(let number):
            return try temporal(piece, plan.tables.temporals[Int(number)], at, row, plan)
        }
    }

    private mutating func number(
        _ piece: Piece, _ reading: NumberReading, _ wanted: String, _ at: Int, _ row: RowPlan,
        _ plan: Plan
    ) throws(RowStop) -> NumberText {
        do throws(NumberText.Problem) {
            switch piece.form {
            case .number: return try NumberText(json: piece.bytes, &scratch)
            case .string, .text: return try NumberText(text: piece.bytes, reading, &scratch)
            case .escaped: return try NumberText(text: decoded(piece), reading, &scratch)
            default: throw .notANumber
            }
        } catch {
            throw fail(
                .notANumber, "this is no number, \(wanted) is expected", row, plan, piece,
                target: at)
        }
    }

    private mutating func decimal(
        _ piece: Piece, _ decimal: DecimalPlan, _ at: Int, _ row: RowPlan, _ plan: Plan
    ) throws(RowStop) -> Piece {
        var parsed = try number(piece, decimal.reading, "a decimal", at, row, plan)
        do throws(NumberText.Problem) {
            let writing = quotesDecimals ? decimal.writing : NumberReading()
            let text = try parsed.decimal(
                precision: decimal.precision, scale: decimal.scale, writing, &scratch)
            return Piece(quotesDecimals ? .text : .number, text)
        } catch {
            throw fail(
                .numberTooLarge,
                "the number does not fit \(decimal.precision) digits, \(decimal.scale) of them after "
                    + "the point", row, plan, piece, target: at)
        }
    }

    private mutating func currencyScale(
        _ piece: Piece, _ at: Int, _ row: RowPlan, _ plan: Plan, _ view: JSONView, _ scope: Scope
    ) throws(RowStop) -> Int {
        let source = plan.tables.currencies[Int(row.currency)]
        guard let code = try sideText(source, row, plan, view, scope), !code.isEmpty else {
            throw fail(
                .currencyUnknown, "the currency field has no value", row, plan, piece, target: at)
        }
        guard let scale = CodeTables.currencyScales.foldedValue(of: code, &scratch) else {
            throw fail(
                .currencyUnknown, "ISO 4217 gives no decimals for the currency", row, plan,
                Piece(.text, code), target: at)
        }
        return Int(scale.base.pointee & 15)
    }

    private mutating func boolean(
        _ piece: Piece, _ at: Int, _ row: RowPlan, _ plan: Plan
    ) throws(RowStop) -> Bool {
        switch piece.form {
        case .isTrue: return true
        case .isFalse: return false
        case .string, .text:
            if TextBytes.equalFolded(piece.bytes, "true") { return true }
            if TextBytes.equalFolded(piece.bytes, "false") { return false }
        default: break
        }
        throw fail(.notANumber, "true or false is expected", row, plan, piece, target: at)
    }

    private mutating func unboolean(
        _ piece: Piece, _ given: BooleanPlan, _ at: Int, _ row: RowPlan, _ plan: Plan
    ) throws(RowStop) -> Piece {
        let text = try self.text(of: piece, row, plan)
        let yes = try self.text(of: given.isTrue, row, plan)
        if TextBytes.equal(text, yes) { return .bool(true) }
        let no = try self.text(of: given.isFalse, row, plan)
        if TextBytes.equal(text, no) { return .bool(false) }
        throw fail(
            .notANumber, "the value is neither of the two that the row gives", row, plan, piece,
            target: at)
    }

    private mutating func temporal(
        _ piece: Piece, _ converter: TemporalConverter, _ at: Int, _ row: RowPlan, _ plan: Plan
    ) throws(RowStop) -> Piece {
        let text: Bytes
        switch piece.form {
        case .string, .text, .number: text = piece.bytes
        case .escaped: text = decoded(piece)
        default: text = Bytes(start: nil, count: 0)
        }
        temporalText.removeAll(keepingCapacity: true)
        guard !text.isEmpty, converter.convert(text, &temporalText) else {
            throw fail(
                .notADate, "this is no \(converter.kind.rawValue) that the row reads", row, plan,
                piece, target: at)
        }
        return Piece(.text, scratch.copy(temporalText))
    }
}
