internal import CrossdockDiagnostics
internal import CrossdockSettings

/// One item of a list of steps, before it is built.
struct WrittenStep {
    let name: String
    let nameSpan: SourceSpan
    private let value: YAMLNode

    /// Keys that every step has and none reads.
    private static let common: Set<String> = ["id", "description", "note", "disabled"]

    init(_ node: YAMLNode) throws(DiagnosticsError) {
        if let name = node.text {
            self.name = name
            nameSpan = node.span
            value = YAMLNode(.mapping([]), at: node.span)
            return
        }
        guard let members = node.mapping, let member = members.first, members.count == 1 else {
            throw DiagnosticsError(
                Diagnostic(
                    .routeShape,
                    "a step is a map with one key, not \(node.kindDescription)"
                        + (node.mapping.map { " with \($0.count)" } ?? ""),
                    at: node.span,
                    help: "look at the indentation: options stand below the step's name"))
        }
        name = member.key
        nameSpan = member.keySpan
        value = member.value
    }

    var id: String? { value["id"]?.text }
    var isDisabled: Bool { value["disabled"]?.text == "true" }

    /// Whether the step, written without steps of its own, takes those that follow it in the list.
    func takes(_ rest: [YAMLNode]) -> Bool {
        guard !rest.isEmpty else { return false }
        return value.mapping == nil || value["steps"] == nil
    }

    func members(
        shorthand: String?, following: [YAMLNode], environment: any Sendable
    ) -> SettingMembers {
        var written: [YAMLMember]
        if let mapping = value.mapping {
            written = mapping.filter { !Self.common.contains($0.key) }
        } else if value.isNull {
            written = []
        } else if let shorthand {
            written = [YAMLMember(key: shorthand, keySpan: value.span, value: value)]
        } else {
            // No option has this name: the step's own reading says what it expects.
            written = [YAMLMember(key: name, keySpan: nameSpan, value: value)]
        }
        if let first = following.first {
            written.append(
                YAMLMember(
                    key: "steps", keySpan: first.span,
                    value: YAMLNode(.sequence(following), at: first.span)))
        }
        return SettingMembers(written, at: nameSpan, environment: environment)
    }
}
