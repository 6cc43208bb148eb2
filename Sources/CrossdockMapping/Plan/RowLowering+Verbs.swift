internal import CrossdockData
internal import CrossdockDiagnostics

extension RowLowering {
    /// Sets the verb of the direction.
    ///
    /// - Returns: False, with a complaint, when there is none.
    mutating func verb(_ directed: inout DirectedRow, _ scope: [MappingSide: FieldPath]) -> Bool {
        let row = directed.origin
        switch row.verb {
        case .copy: directed.verb = .copy
        case .constant(let value): directed.verb = .constant(value)
        case .when(let clauses): directed.verb = .when(clauses)
        case .lookup(let rule): return lookup(rule, &directed)
        case .xref(let rule):
            directed.verb = .xref(
                table: rule.table, side: direction.source, onMissing: rule.onMissing)
        case .codes(let rule):
            let (from, to) = direction == .toRight ? (rule.from, rule.to) : (rule.to, rule.from)
            directed.verb = .codes(
                rule, CodeTables.translation(from: from, to: to),
                onMissing: turned(rule.onMissing))
        case .splitWidth(let width, let atWord):
            split(&directed, .splitWidth(width: width, atWord: atWord), joinedBy: " ")
        case .splitBy(let separator):
            split(&directed, .splitBy(separator), joinedBy: separator)
        case .join(let separator, _): join(separator, &directed)
        case .line(let range): directed.verb = .line(range)
        case .each(let rule): return each(rule, &directed, scope)
        case .score(let model, let output, _):
            directed.verb = .score(model: model, output: output)
        }
        return true
    }

    /// A value given for what is missing belongs to the right side.
    private func turned(_ onMissing: MissingTranslation) -> MissingTranslation {
        if direction == .toLeft, case .value = onMissing { return .fail }
        return onMissing
    }

    private mutating func lookup(_ rule: LookupRule, _ directed: inout DirectedRow) -> Bool {
        guard let table = tables[rule.table] else { return false }
        if direction == .toLeft, let reason = lookupObstacle(rule) {
            complaints.add(reason, code: .notInvertible, at: rule.span)
            return false
        }
        let keys = rule.subKeys.map { key -> FieldSource in
            key.side == direction.source ? .input(key.path) : .output(key.path)
        }
        directed.verb = .lookup(table, subKeys: keys, onMissing: turned(rule.onMissing))
        return true
    }

    /// From one field to several `split` splits; from several to one it joins.
    private func split(
        _ directed: inout DirectedRow, _ verb: DirectedVerb, joinedBy separator: String
    ) {
        let splits =
            directed.targets.count > 1 || (directed.sources.count <= 1 && directed.isForward)
        directed.verb = splits ? verb : .join(separator)
    }

    private func join(_ separator: String, _ directed: inout DirectedRow) {
        let splits =
            directed.targets.count > 1 || (directed.sources.count <= 1 && !directed.isForward)
        directed.verb = splits ? .splitBy(separator) : .join(separator)
    }

    private mutating func each(
        _ rule: EachRule, _ directed: inout DirectedRow, _ scope: [MappingSide: FieldPath]
    ) -> Bool {
        var inner: [MappingSide: FieldPath] = [:]
        for (side, path) in [
            (MappingSide.left, directed.origin.left.first?.path),
            (.right, directed.origin.right.first?.path),
        ] {
            guard let path else { continue }
            inner[side] = scope[side].map { $0.appending(path) } ?? path
        }
        let rows = (rule.key.map { [$0] } ?? []) + rule.rows
        directed.verb = .each(self.rows(rows, scope: inner), removed: rule.removed)
        return true
    }

    /// Sets `as` and `currency` of the direction.
    mutating func conversion(_ directed: inout DirectedRow, _ scope: [MappingSide: FieldPath]) {
        let row = directed.origin
        switch row.conversion {
        case .decimal(let precision, let scale, let marks):
            directed.conversion = .decimal(
                precision: precision, scale: scale, reading: reading(direction.source, marks),
                writing: reading(direction.target, marks))
        case .integer(let marks):
            directed.conversion = .integer(reading(direction.source, marks))
        case .boolean(let yes, let no):
            directed.conversion =
                direction == .toRight
                ? .boolean(isTrue: yes, isFalse: no) : .unboolean(isTrue: yes, isFalse: no)
        case .temporal(let kind, let pattern, let from):
            directed.conversion = temporal(kind, pattern, from).map { .temporal($0) }
        case nil: break
        }
        guard let currency = row.currency else { return }
        directed.currency =
            direction == .toRight ? .input(currency.path) : .output(currency.path)
        switch directed.conversion {
        case .decimal: break
        case nil:
            directed.conversion = .decimal(
                precision: 38, scale: 0, reading: reading(direction.source, NumberMarks()),
                writing: reading(direction.target, NumberMarks()))
        default: complaints.add("`currency` goes with `as: {decimal}`", at: currency.span)
        }
    }

    /// The marks of `as` are those of the left side.
    private func reading(_ side: MappingSide, _ own: NumberMarks) -> NumberReading {
        let general = file.defaults.marks[side] ?? NumberMarks()
        let decimal = (side == .left ? own.decimal : nil) ?? general.decimal
        let group = (side == .left ? own.group : nil) ?? general.group
        return NumberReading(
            decimal: decimal.map(NumberMark.init) ?? .point,
            group: group.map(NumberMark.init) ?? .none)
    }

    private mutating func temporal(
        _ kind: TemporalKind, _ pattern: PlacedText, _ from: PlacedText?
    ) -> TemporalConverter? {
        guard let right = self.pattern(pattern, kind) else { return nil }
        var left: TemporalPattern?
        if let from {
            guard let given = self.pattern(from, kind) else { return nil }
            left = given
        }
        guard let source = zone(direction.source), let target = zone(direction.target) else {
            return nil
        }
        if direction == .toRight {
            return TemporalConverter(
                kind: kind, reading: left, writing: right, source: source, target: target)
        }
        guard
            let written = left ?? (try? TemporalPattern(TemporalPattern.standard(kind), for: kind))
        else { return nil }
        return TemporalConverter(
            kind: kind, reading: right, writing: written, source: source, target: target)
    }

    private mutating func pattern(_ text: PlacedText, _ kind: TemporalKind) -> TemporalPattern? {
        do throws(TemporalPattern.Problem) {
            return try TemporalPattern(text.text, for: kind)
        } catch {
            complaints.add(error.message, code: .badPattern, at: text.span)
            return nil
        }
    }

    mutating func zone(_ side: MappingSide) -> TimeZoneTable? {
        guard let name = file.defaults.zone[side] else { return .utc }
        if let zone = zones.zone(name.text) { return zone }
        complaints.add(
            "there is no time zone '\(name.text.prefix(60))' on this machine", code: .badPattern,
            at: name.span, help: Suggestion.help(for: name.text, in: TimeZoneTable.knownNames()))
        return nil
    }
}
