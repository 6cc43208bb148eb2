internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

extension MappingFileReader {
    private static let verbs = [
        "const", "when", "lookup", "xref", "codes", "split", "join", "line", "each", "score",
    ]

    mutating func row(_ node: YAMLNode, inElement: Bool) -> MappingRow? {
        guard var map = NodeMap(node, what: "a row", &complaints) else { return nil }
        var row = MappingRow(span: node.span)
        row.left = map.paths("left", &complaints)
        row.right = map.paths("right", &complaints)
        row.expression = map.text("expr", &complaints)
        row.direction = map.choice("direction", &complaints)
        row.verb = verb(&map, &row)
        policies(&map, &row)
        row.clean = clean(&map)
        row.conversion = conversion(&map)
        row.currency = currency(&map)
        row.reverse = reverse(&map)
        row.conflict = map.choice("conflict", &complaints)
        row.isPersonal = map.flag("pii", &complaints) ?? false
        row.note = map.text("note", &complaints)?.text
        map.finish(what: "a row", &complaints)
        shape(row, &map)
        return row
    }

    private mutating func policies(_ map: inout NodeMap, _ row: inout MappingRow) {
        row.onAbsent = map.choice("onAbsent", &complaints)
        row.onNull = map.choice("onNull", &complaints)
        row.onEmpty = map.choice("onEmpty", &complaints)
        row.onTooLong = map.choice("onTooLong", &complaints)
        row.length = map.count("length", in: 1...1_000_000, &complaints)
        row.defaultValue = map.take("default").map { MappingLiteral.value(of: $0.value) }
        for (key, policy) in [("onAbsent", row.onAbsent), ("onNull", row.onNull)]
        where policy == .default && row.defaultValue == nil {
            complaints.add(
                "`\(key): default` needs a `default` on the row", code: .defaultMissing,
                at: map.take(key)?.value.span, help: "add `default: …` or choose another policy")
        }
    }

    private mutating func verb(_ map: inout NodeMap, _ row: inout MappingRow) -> RowVerb {
        let present = Self.verbs.compactMap { map.has($0) ? map.take($0) : nil }
        if present.count > 1 {
            complaints.add(
                "a row has one verb; here are `\(present[0].key)` and `\(present[1].key)`",
                at: present[1].keySpan)
        }
        for key in Self.verbs { _ = map.take(key) }
        let onMissing = missing(&map, verb: present.first?.key)
        let eachParts = (map.take("fields"), map.take("key"), map.take("removed"))
        guard let member = present.first else {
            if eachParts.0 != nil {
                complaints.add("`fields` needs `each`: the list to walk", at: map.node.span)
            }
            return .copy
        }
        switch member.key {
        case "const": return .constant(MappingLiteral.value(of: member.value))
        case "when": return when(member.value)
        case "lookup": return lookup(member.value, onMissing: onMissing)
        case "xref":
            return textOnly(member).map { .xref(XrefRule(table: $0, onMissing: onMissing)) }
                ?? .copy
        case "codes": return codes(member.value, onMissing: onMissing)
        case "split": return split(member.value)
        case "join": return join(member.value)
        case "line": return line(member.value)
        case "each": return each(member.value, &map, &row)
        default: return score(member.value)
        }
    }

    private mutating func textOnly(_ member: YAMLMember) -> String? {
        if let text = member.value.text, !text.isEmpty { return text }
        complaints.add(
            "`\(member.key)` must be text, not \(member.value.kindDescription)",
            at: member.value.span)
        return nil
    }

    private mutating func missing(_ map: inout NodeMap, verb: String?) -> MissingTranslation {
        guard let member = map.take("onMissing") else { return .fail }
        guard let verb, ["lookup", "codes", "xref"].contains(verb) else {
            complaints.add(
                "`onMissing` goes with `lookup`, `codes` or `xref`", at: member.keySpan)
            return .fail
        }
        let choices = verb == "xref" ? ["fail", "defer", "clear"] : ["fail", "clear", "skip"]
        switch member.value.text {
        case "fail": return .fail
        case "clear": return .clear
        case "skip" where verb != "xref": return .skip
        case "defer" where verb == "xref": return .defer
        default: break
        }
        if verb != "xref", let members = member.value.mapping, members.count == 1,
            members[0].key == "default"
        {
            let value = MappingLiteral.value(of: members[0].value)
            return value.isNull ? .clear : .value(value)
        }
        let written = member.value.text ?? ""
        complaints.add(
            "`onMissing` is one of \(choices.joined(separator: ", "))"
                + (verb == "xref" ? "" : " or {default: …}")
                + ", not \(member.value.kindDescription)", at: member.value.span,
            help: Suggestion.help(for: written, in: choices))
        return .fail
    }

    /// Complaints about what a row lacks or has too much of.
    private mutating func shape(_ row: MappingRow, _ map: inout NodeMap) {
        let hasReader = !row.left.isEmpty && !row.right.isEmpty
        let makesValue: Bool =
            switch row.verb {
            case .constant, .when, .score: true
            default: row.expression != nil
            }
        if row.left.isEmpty, row.right.isEmpty {
            complaints.add(
                "a row needs a target: `right` (and `left`, where it reads)", at: row.span)
        } else if !hasReader, !makesValue {
            let missing = row.left.isEmpty ? "left" : "right"
            complaints.add(
                "the row reads nothing: it has no `\(missing)`, `const`, `when` or `expr`",
                at: row.span)
        }
        counts(row)
        for path in row.right + row.left where path.path.isFromRoot {
            let isTarget =
                (row.direction ?? .both) == .toLeft
                ? row.left.contains { $0.span == path.span }
                : row.right.contains { $0.span == path.span }
            if isTarget { complaints.add("`$root` cannot be written to", at: path.span) }
        }
    }

    private mutating func counts(_ row: MappingRow) {
        let (left, right) = (row.left.count, row.right.count)
        guard left > 0, right > 0 else { return }
        switch row.verb {
        case .splitWidth, .splitBy:
            if left > 1, right > 1 {
                complaints.add("`split` goes from one field to several", at: row.span)
            }
        case .join:
            if left > 1, right > 1 {
                complaints.add("`join` goes from several fields to one", at: row.span)
            }
        case .constant, .when, .score: break
        default:
            if left != right, row.expression == nil {
                complaints.add(
                    "\(left) left and \(right) right fields cannot be paired; `split` or `join` "
                        + "goes from one to several", at: row.span)
            }
        }
    }

    private mutating func clean(_ map: inout NodeMap) -> [CleanStep] {
        guard let member = map.take("clean"), !member.value.isNull else { return [] }
        let nodes = member.value.sequence ?? [member.value]
        return nodes.compactMap { node in
            if let step = node.text.flatMap(CleanStep.init) { return step }
            let all = CleanStep.allCases.map(\.rawValue)
            complaints.add(
                "`clean` knows \(all.joined(separator: ", ")), not \(node.kindDescription)",
                at: node.span, help: node.text.flatMap { Suggestion.help(for: $0, in: all) })
            return nil
        }
    }

    private mutating func currency(_ map: inout NodeMap) -> PlacedPath? {
        guard let member = map.take("currency") else { return nil }
        guard var map = NodeMap(member.value, what: "`currency`", &complaints) else { return nil }
        let path = map.path("field", &complaints)
        if path == nil {
            complaints.add(
                "`currency` needs `field`: where the currency code stands", at: member.value.span)
        }
        map.finish(what: "`currency`", &complaints)
        return path
    }

    private mutating func reverse(_ map: inout NodeMap) -> ReverseRule? {
        guard let member = map.take("reverse") else { return nil }
        guard var map = NodeMap(member.value, what: "`reverse`", &complaints) else { return nil }
        let left = map.path("left", &complaints)
        let expression = map.text("expr", &complaints)
        map.finish(what: "`reverse`", &complaints)
        guard let expression else {
            complaints.add("`reverse` needs `expr`", at: member.value.span)
            return nil
        }
        return ReverseRule(left: left, expression: expression)
    }
}
