internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

/// A map of a mapping file under reading: remembers which keys were asked for, so that the others can
/// be complained about.
struct NodeMap {
    let node: YAMLNode
    private let members: [YAMLMember]
    private var known: Set<String> = []

    /// - Returns: Nil, with a complaint, when the node is no map.
    init?(_ node: YAMLNode, what: String, _ complaints: inout Complaints) {
        guard let members = node.mapping else {
            complaints.add("\(what) must be a map, not \(node.kindDescription)", at: node.span)
            return nil
        }
        self.node = node
        self.members = members
    }

    mutating func take(_ key: String) -> YAMLMember? {
        known.insert(key)
        return members.first { $0.key == key }
    }

    func has(_ key: String) -> Bool { members.contains { $0.key == key } }

    mutating func text(_ key: String, _ complaints: inout Complaints) -> PlacedText? {
        guard let member = take(key), !member.value.isNull else { return nil }
        guard let text = member.value.text else {
            complaints.add(
                "`\(key)` must be text, not \(member.value.kindDescription)", at: member.value.span)
            return nil
        }
        return PlacedText(text: text, span: member.value.span)
    }

    mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ key: String, _ complaints: inout Complaints
    ) -> Choice? {
        guard let text = text(key, &complaints) else { return nil }
        if let choice = Choice(rawValue: text.text) { return choice }
        let all = Choice.allCases.map(\.rawValue)
        complaints.add(
            "`\(key)` is one of \(all.joined(separator: ", ")), not '\(text.text.prefix(40))'",
            at: text.span, help: Suggestion.help(for: text.text, in: all))
        return nil
    }

    mutating func flag(_ key: String, _ complaints: inout Complaints) -> Bool? {
        guard let member = take(key) else { return nil }
        guard let flag = member.value.value.bool else {
            complaints.add(
                "`\(key)` is true or false, not \(member.value.kindDescription)",
                at: member.value.span)
            return nil
        }
        return flag
    }

    mutating func count(
        _ key: String, in range: ClosedRange<Int>, _ complaints: inout Complaints
    ) -> Int? {
        guard let member = take(key) else { return nil }
        guard let count = member.value.text.flatMap(Int.init), range.contains(count) else {
            complaints.add(
                "`\(key)` is a number from \(range.lowerBound) to \(range.upperBound), not "
                    + member.value.kindDescription, at: member.value.span)
            return nil
        }
        return count
    }

    mutating func path(_ key: String, _ complaints: inout Complaints) -> PlacedPath? {
        guard let member = take(key) else { return nil }
        return NodeMap.path(member.value, what: key, &complaints)
    }

    /// A path or a list of paths.
    mutating func paths(_ key: String, _ complaints: inout Complaints) -> [PlacedPath] {
        guard let member = take(key) else { return [] }
        guard let nodes = member.value.sequence else {
            return NodeMap.path(member.value, what: key, &complaints).map { [$0] } ?? []
        }
        if nodes.isEmpty { complaints.add("`\(key)` must not be empty", at: member.value.span) }
        return nodes.compactMap { NodeMap.path($0, what: key, &complaints) }
    }

    static func path(
        _ node: YAMLNode, what: String, _ complaints: inout Complaints
    ) -> PlacedPath? {
        guard let text = node.text else {
            complaints.add(
                "`\(what)` must name a field, not \(node.kindDescription)", at: node.span)
            return nil
        }
        do throws(FieldPathProblem) {
            return PlacedPath(path: try FieldPath(parsing: text), span: node.span)
        } catch {
            complaints.add(
                "'\(text.prefix(60))' is no path: \(error.message)", at: node.span,
                help: "paths look like a.b, a[0] or \"odd.name\".b")
            return nil
        }
    }

    /// Complains about every key that was never asked for.
    func finish(what: String, _ complaints: inout Complaints) {
        for member in members where !known.contains(member.key) {
            complaints.add(
                "\(what) has no key `\(member.key.prefix(60))`", at: member.keySpan,
                help: Suggestion.help(for: member.key, in: known))
        }
    }
}

/// The complaints about one file, in the order they were found.
struct Complaints {
    private(set) var all: [Diagnostic] = []

    /// Beyond this many a reader learns nothing more.
    private static let maximum = 200

    mutating func add(
        _ message: String, code: DiagnosticCode = .badMapping, at span: SourceSpan?,
        severity: Diagnostic.Severity = .error, help: String? = nil
    ) {
        guard all.count < Self.maximum else { return }
        all.append(Diagnostic(code, message, at: span, severity: severity, help: help))
    }

    mutating func add(_ diagnostic: Diagnostic) {
        guard all.count < Self.maximum else { return }
        all.append(diagnostic)
    }

    var hasErrors: Bool { all.contains { $0.severity == .error } }
    var errors: [Diagnostic] { all.filter { $0.severity == .error } }
}
