internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

extension MappingFileReader {
    mutating func when(_ node: YAMLNode) -> RowVerb {
        guard let nodes = node.sequence, !nodes.isEmpty else {
            complaints.add("`when` must be a list of `if`/`then`, and `else`", at: node.span)
            return .when([])
        }
        var clauses: [WhenClause] = []
        for (at, node) in nodes.enumerated() {
            guard var map = NodeMap(node, what: "a clause", &complaints) else { continue }
            let condition = map.text("if", &complaints)
            let then = map.take("then")
            let otherwise = map.take("else")
            map.finish(what: "a clause", &complaints)
            if let otherwise, condition == nil, then == nil {
                if at != nodes.count - 1 {
                    complaints.add("`else` must be the last clause", at: node.span)
                }
                clauses.append(
                    WhenClause(condition: nil, value: MappingLiteral.value(of: otherwise.value)))
            } else if let condition, let then, otherwise == nil {
                clauses.append(
                    WhenClause(condition: condition, value: MappingLiteral.value(of: then.value)))
            } else {
                complaints.add("a clause is `if` with `then`, or `else`", at: node.span)
            }
        }
        return .when(clauses)
    }

    /// `table`, `table/{Field}`, `table/{right.Field}/{Other}`.
    mutating func lookup(_ node: YAMLNode, onMissing: MissingTranslation) -> RowVerb {
        guard let text = node.text, !text.isEmpty else {
            complaints.add("`lookup` names a table, not \(node.kindDescription)", at: node.span)
            return .copy
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        // A table may lie in a folder: everything before the first `{` is its name.
        let nameParts = parts.prefix { !$0.hasPrefix("{") }
        var keys: [LookupRule.SubKey] = []
        for part in parts.dropFirst(nameParts.count) {
            guard part.hasPrefix("{"), part.hasSuffix("}"), part.count > 2 else {
                complaints.add(
                    "'\(part.prefix(40))' is no sub-key; sub-keys look like {Field} or {right.Field}",
                    at: node.span)
                return .copy
            }
            var name = String(part.dropFirst().dropLast())
            var side = MappingSide.left
            if name.hasPrefix("right.") {
                side = .right
                name.removeFirst(6)
            } else if name.hasPrefix("left.") {
                name.removeFirst(5)
            }
            do throws(FieldPathProblem) {
                keys.append(
                    LookupRule.SubKey(
                        path: try FieldPath(parsing: name), side: side, span: node.span))
            } catch {
                complaints.add("'\(name.prefix(40))' is no path: \(error.message)", at: node.span)
            }
        }
        let table = nameParts.joined(separator: "/")
        guard !table.isEmpty, !nameParts.contains(where: { $0.isEmpty || $0 == ".." || $0 == "." })
        else {
            complaints.add("'\(text.prefix(60))' names no table", at: node.span)
            return .copy
        }
        return .lookup(
            LookupRule(table: table, subKeys: keys, onMissing: onMissing, span: node.span))
    }

    mutating func codes(_ node: YAMLNode, onMissing: MissingTranslation) -> RowVerb {
        guard var map = NodeMap(node, what: "`codes`", &complaints) else { return .copy }
        let from: CodeList? = map.choice("from", &complaints)
        let to: CodeList? = map.choice("to", &complaints)
        if !map.has("from") || !map.has("to") {
            complaints.add("`codes` needs `from` and `to`", at: node.span)
        }
        map.finish(what: "`codes`", &complaints)
        guard let from, let to else { return .copy }
        if !CodeList.areConnected(from, to) {
            complaints.add(
                "`\(from.rawValue)` and `\(to.rawValue)` list different things", at: node.span)
        }
        return .codes(CodesRule(from: from, to: to, onMissing: onMissing, span: node.span))
    }

    mutating func split(_ node: YAMLNode) -> RowVerb {
        guard var map = NodeMap(node, what: "`split`", &complaints) else { return .copy }
        let width = map.count("width", in: 1...1_000_000, &complaints)
        let at = map.text("at", &complaints)
        let separator = map.text("by", &complaints)
        map.finish(what: "`split`", &complaints)
        if let separator, width == nil, at == nil {
            if separator.text.isEmpty {
                complaints.add("`by` must not be empty", at: separator.span)
            }
            return .splitBy(separator.text)
        }
        guard let width, separator == nil else {
            complaints.add(
                "`split` is {width: 40, at: word} or {by: \",\"}", at: node.span)
            return .copy
        }
        if let at, at.text != "word", at.text != "char" {
            complaints.add(
                "`at` is word or char, not '\(at.text.prefix(40))'", at: at.span,
                help: Suggestion.help(for: at.text, in: ["word", "char"]))
        }
        return .splitWidth(width: width, atWord: at?.text != "char")
    }

    mutating func join(_ node: YAMLNode) -> RowVerb {
        if let text = node.text { return .join(separator: text, isReversible: false) }
        guard var map = NodeMap(node, what: "`join`", &complaints) else { return .copy }
        let separator = map.text("by", &complaints)
        map.finish(what: "`join`", &complaints)
        guard let separator, !separator.text.isEmpty else {
            complaints.add("`join` is a text or {by: text}", at: node.span)
            return .copy
        }
        return .join(separator: separator.text, isReversible: true)
    }

    /// `3`, `"2.."`, `"2..4"`.
    mutating func line(_ node: YAMLNode) -> RowVerb {
        let text = node.text ?? ""
        if let number = Int(text), (1...1_000_000).contains(number) {
            return .line(LineRange(first: number, last: number, isSingle: true))
        }
        let ends = text.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false)
        if ends.count == 2 {
            let first = Int(ends[0])
            let end = String(ends[1])
            let last = end.isEmpty ? nil : Int(end)
            if let first, first >= 1, end.isEmpty || (last ?? 0) >= first {
                return .line(LineRange(first: first, last: last, isSingle: false))
            }
        }
        complaints.add(
            "`line` is a number from 1 or a range such as \"2..\", not \(node.kindDescription)",
            at: node.span)
        return .copy
    }

    mutating func each(
        _ node: YAMLNode, _ map: inout NodeMap, _ row: inout MappingRow
    ) -> RowVerb {
        if let path = NodeMap.path(node, what: "each", &complaints) {
            switch (row.left.isEmpty, row.right.isEmpty) {
            case (true, false): row.left = [path]
            case (false, true): row.right = [path]
            default:
                complaints.add(
                    "`each` names the source list; the row's other side is its target",
                    at: node.span)
            }
        }
        var rows: [MappingRow] = []
        if let fields = map.take("fields") {
            rows = self.rows(fields.value, inElement: true)
        } else {
            complaints.add("`each` needs `fields`: the rows for one element", at: node.span)
        }
        let key = map.take("key").flatMap { self.row($0.value, inElement: true) }
        if let key, key.left.count != 1 || key.right.count != 1 {
            complaints.add("`key` needs one `left` and one `right` field", at: key.span)
        }
        return .each(
            EachRule(key: key, removed: map.choice("removed", &complaints) ?? .keep, rows: rows))
    }

    mutating func score(_ node: YAMLNode) -> RowVerb {
        guard var map = NodeMap(node, what: "`score`", &complaints) else { return .copy }
        let model = map.text("model", &complaints)
        let output = map.text("output", &complaints)?.text ?? "score"
        map.finish(what: "`score`", &complaints)
        guard let model, !model.text.isEmpty else {
            complaints.add("`score` needs `model`", at: node.span)
            return .copy
        }
        return .score(model: model.text, output: output, span: model.span)
    }
}
