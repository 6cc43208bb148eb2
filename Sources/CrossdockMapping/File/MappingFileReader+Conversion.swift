internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

extension MappingFileReader {
    /// `as: {decimal: "15,2"}`, `as: integer`, `as: {boolean: {true: X, false: ""}}`,
    /// `as: {date: yyyyMMdd, from: iso}`.
    mutating func conversion(_ map: inout NodeMap) -> RowConversion? {
        guard let member = map.take("as") else { return nil }
        if let text = member.value.text { return named(text, member.value.span) }
        guard var map = NodeMap(member.value, what: "`as`", &complaints) else { return nil }
        let decimal = map.text("decimal", &complaints)
        let integer = map.take("integer")
        let boolean = map.take("boolean")
        let temporal = TemporalKind.allCases.compactMap { kind in
            map.text(kind.rawValue, &complaints).map { (kind, $0) }
        }
        let from = map.text("from", &complaints)
        let marks = marks(&map)
        map.finish(what: "`as`", &complaints)
        let forms =
            (decimal == nil ? 0 : 1) + (integer == nil ? 0 : 1) + (boolean == nil ? 0 : 1)
            + temporal.count
        guard forms == 1 else {
            complaints.add(
                "`as` is one of decimal, integer, boolean, date, time, dateTime",
                at: member.value.span)
            return nil
        }
        if from != nil, temporal.isEmpty {
            complaints.add("`from` goes with date, time or dateTime", at: from?.span)
        }
        if let decimal { return self.decimal(decimal, marks) }
        if integer != nil { return .integer(marks) }
        if let boolean { return self.boolean(boolean.value) }
        return temporal.first.map { .temporal($0.0, pattern: $0.1, from: from) }
    }

    private mutating func named(_ text: String, _ span: SourceSpan) -> RowConversion? {
        switch text {
        case "integer": return .integer(NumberMarks())
        case "boolean": return .boolean(isTrue: true, isFalse: false)
        case "date", "time", "dateTime":
            return TemporalKind(rawValue: text).map {
                .temporal($0, pattern: PlacedText(text: "iso", span: span), from: nil)
            }
        default:
            let all = ["integer", "boolean", "date", "time", "dateTime", "decimal"]
            complaints.add(
                text == "decimal"
                    ? "`decimal` needs its size: as: {decimal: \"15,2\"}"
                    : "`as` is one of \(all.joined(separator: ", ")), not '\(text.prefix(40))'",
                at: span, help: text == "decimal" ? nil : Suggestion.help(for: text, in: all))
            return nil
        }
    }

    private mutating func marks(_ map: inout NodeMap) -> NumberMarks {
        var marks = NumberMarks()
        if let text = map.text("decimalSeparator", &complaints) { marks.decimal = mark(text) }
        if let text = map.text("groupSeparator", &complaints) { marks.group = mark(text) }
        return marks
    }

    private mutating func decimal(_ text: PlacedText, _ marks: NumberMarks) -> RowConversion? {
        let parts = text.text.split(separator: ",", omittingEmptySubsequences: false)
            .map { Int($0.filter { $0 != " " }) }
        let precision = parts.first.flatMap { $0 }
        let scale = parts.count == 1 ? 0 : parts.last.flatMap { $0 }
        guard parts.count <= 2, let precision, let scale, (1...400).contains(precision),
            (0...precision).contains(scale)
        else {
            complaints.add(
                "a decimal is written \"15,2\": 15 digits, 2 of them after the point", at: text.span
            )
            return nil
        }
        return .decimal(precision: precision, scale: scale, marks)
    }

    private mutating func boolean(_ node: YAMLNode) -> RowConversion? {
        if node.isNull { return .boolean(isTrue: true, isFalse: false) }
        guard var map = NodeMap(node, what: "`boolean`", &complaints) else { return nil }
        let yes = map.take("true")
        let no = map.take("false")
        map.finish(what: "`boolean`", &complaints)
        guard let yes, let no else {
            complaints.add("`boolean` needs `true` and `false`", at: node.span)
            return nil
        }
        let values = (MappingLiteral.value(of: yes.value), MappingLiteral.value(of: no.value))
        if values.0 == values.1 {
            complaints.add("`true` and `false` must differ", at: no.value.span)
        }
        return .boolean(isTrue: values.0, isFalse: values.1)
    }
}
