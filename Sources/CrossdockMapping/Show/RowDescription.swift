internal import CrossdockData
internal import CrossdockDiagnostics

/// A row in the words of the spreadsheets that analysts exchange.
public struct RowDescription: Sendable, Hashable {
    public let target: String
    public let sources: String
    /// What happens on the way.
    public let rule: String
    /// `both`, `to-right`, `to-left`.
    public let direction: String
    public let note: String
    /// The row's line in the mapping file.
    public let line: Int
}

extension Mapping {
    /// The rows of a direction in words; for the way back the derived ones.
    public func describe(_ direction: MappingDirection) -> [RowDescription] {
        RowWords.describe(directedRows(direction), file.defaults.direction, prefix: ("", ""))
    }

    /// The rows of a direction as a table of text, columns aligned.
    public func show(_ direction: MappingDirection) -> String {
        let source = file.object(direction.source)
        let target = file.object(direction.target)
        let heading = [
            title(target, direction.target), title(source, direction.source), "rule", "direction",
            "note",
        ]
        let rows = describe(direction).map {
            [$0.target, $0.sources, $0.rule, $0.direction, $0.note]
        }
        return TextTable.aligned([heading] + rows)
    }

    /// The same as CSV, for spreadsheets.
    public func showCSV(_ direction: MappingDirection) -> String {
        let rows = describe(direction).map {
            [$0.target, $0.sources, $0.rule, $0.direction, $0.note, String($0.line)]
        }
        return ([["target", "source", "rule", "direction", "note", "line"]] + rows)
            .map { $0.map(TextTable.csvCell).joined(separator: ",") + "\n" }.joined()
    }

    /// The same as a page of HTML.
    public func showHTML(_ direction: MappingDirection) -> String {
        let rows = describe(direction).map {
            "<tr>"
                + [$0.target, $0.sources, $0.rule, $0.direction, $0.note].map {
                    "<td>\(TextTable.html($0))</td>"
                }.joined() + "</tr>\n"
        }
        let head = ["target", "source", "rule", "direction", "note"].map { "<th>\($0)</th>" }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>\(TextTable.html(name))</title></head>
            <body><h1>\(TextTable.html(name))</h1><p>\(TextTable.html(file.about ?? ""))</p>
            <table><thead><tr>\(head.joined())</tr></thead><tbody>
            \(rows.joined())</tbody></table></body></html>

            """
    }

    private func title(_ object: MappingObject, _ side: MappingSide) -> String {
        object.object.isEmpty ? side.rawValue : object.object
    }
}

/// Says in words what rows do.
private enum RowWords {
    static func describe(
        _ rows: [DirectedRow], _ general: RowDirection, prefix: (target: String, source: String)
    ) -> [RowDescription] {
        rows.flatMap { row -> [RowDescription] in
            let one = RowDescription(
                target: row.targets.map { prefix.target + $0.path.description }
                    .joined(separator: ", "),
                sources: row.expression == nil
                    ? row.sources.map { prefix.source + $0.path.description }
                        .joined(separator: ", ") : "",
                rule: rule(row), direction: (row.origin.direction ?? general).rawValue,
                note: row.origin.note ?? "", line: row.origin.span.line)
            guard case .each(let inner, _) = row.verb else { return [one] }
            let target = (row.targets.first?.path.description ?? "") + "[]."
            let source = (row.sources.first?.path.description ?? "") + "[]."
            return [one]
                + describe(
                    inner, general, prefix: (prefix.target + target, prefix.source + source))
        }
    }

    private static func rule(_ row: DirectedRow) -> String {
        var parts: [String] = []
        if let expression = row.expression { parts.append("expression \(expression.text)") }
        if !row.clean.isEmpty {
            parts.append("clean: " + row.clean.map(\.rawValue).joined(separator: ", "))
        }
        if let value = row.defaultValue { parts.append("default \(value.jsonText)") }
        let verb = verb(row)
        if !verb.isEmpty { parts.append(verb) }
        if let conversion = row.conversion { parts.append(self.conversion(conversion, row)) }
        if let currency = row.currency { parts.append("decimals of \(path(currency))") }
        for length in Set(row.lengths.compactMap { $0 }).sorted() {
            parts.append("at most \(length) characters" + (row.cutsLong ? ", cut" : ""))
        }
        return parts.isEmpty ? "copy" : parts.joined(separator: "; ")
    }

    private static func path(_ source: FieldSource) -> String {
        switch source {
        case .input(let path): path.description
        case .output(let path): "the \(path) written here"
        }
    }

    private static func verb(_ row: DirectedRow) -> String {
        switch row.verb {
        case .copy: return ""
        case .constant(let value): return "always \(value.jsonText)"
        case .when(let clauses):
            return clauses.map { clause in
                clause.condition.map { "\(clause.value.jsonText) when \($0.text)" }
                    ?? "else \(clause.value.jsonText)"
            }.joined(separator: ", ")
        case .lookup(let table, let keys, let onMissing):
            let under = keys.isEmpty ? "" : " under " + keys.map(path).joined(separator: ", ")
            let way = row.direction == .toRight ? "" : " backwards"
            return "table \(table.name)\(way)\(under)\(missing(onMissing))"
        case .xref(let table, _, let onMissing):
            return "id of the other side from \(table)\(missing(onMissing))"
        case .codes(let rule, _, let onMissing):
            let (from, to) = row.direction == .toRight ? (rule.from, rule.to) : (rule.to, rule.from)
            return "code \(from.rawValue) to \(to.rawValue)\(missing(onMissing))"
        case .splitWidth(let width, let atWord):
            return "split at \(width) characters\(atWord ? ", between words" : "")"
        case .splitBy(let separator): return "split by \(Value.string(separator).jsonText)"
        case .join(let separator): return "join with \(Value.string(separator).jsonText)"
        case .line(let range):
            if range.isSingle { return "line \(range.first)" }
            return "lines \(range.first) to \(range.last.map(String.init) ?? "the last")"
        case .each(_, let removed): return "each element; removed ones: \(removed.rawValue)"
        case .score(let model, let output): return "\(output) of model \(model)"
        }
    }

    private static func missing(_ onMissing: MissingTranslation) -> String {
        switch onMissing {
        case .fail: ""
        case .clear: ", else cleared"
        case .skip: ", else left out"
        case .defer: ", else waits"
        case .value(let value): ", else \(value.jsonText)"
        }
    }

    private static func conversion(_ conversion: DirectedConversion, _ row: DirectedRow) -> String {
        switch conversion {
        case .decimal(let precision, let scale, _, _):
            return "decimal with \(precision) digits, \(scale) after the point"
        case .integer: return "integer"
        case .boolean(let yes, let no): return "true is \(yes.jsonText), false is \(no.jsonText)"
        case .unboolean(let yes, let no): return "\(yes.jsonText) is true, \(no.jsonText) is false"
        case .temporal(let converter):
            guard case .temporal(_, let pattern, let from)? = row.origin.conversion else {
                return ""
            }
            let (read, written) =
                row.direction == .toRight ? (from?.text, pattern.text) : (pattern.text, from?.text)
            return "\(converter.kind.rawValue) \(read.map { "from \($0) " } ?? "")as "
                + (written ?? TemporalPattern.standard(converter.kind))
        }
    }
}

/// Tables of text.
enum TextTable {
    static func aligned(_ rows: [[String]]) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0[column].unicodeScalars.count }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                let gap = widths[column] - cell.unicodeScalars.count + 2
                if column < row.count - 1 { line += String(repeating: " ", count: gap) }
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    static func csvCell(_ text: String) -> String {
        let needsQuotes = text.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 10 || $0 == 13
        }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }

    static func html(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;")
    }
}
