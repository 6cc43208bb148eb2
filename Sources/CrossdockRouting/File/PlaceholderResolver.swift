internal import CrossdockDiagnostics
internal import CrossdockSettings

/// Replaces the placeholders of a piece of a file.
struct PlaceholderResolver {
    private let placeholders: Placeholders
    private(set) var findings: [Diagnostic] = []

    init(_ placeholders: Placeholders) { self.placeholders = placeholders }

    mutating func resolved(_ node: YAMLNode) -> YAMLNode {
        switch node.content {
        case .scalar(let scalar): return resolved(scalar, at: node.span)
        case .sequence(let nodes):
            return YAMLNode(.sequence(nodes.map { resolved($0) }), at: node.span)
        case .mapping(let members):
            let kept = members.compactMap { member -> YAMLMember? in
                if member.key == "parameters" {
                    return YAMLMember(
                        key: member.key, keySpan: member.keySpan,
                        value: withoutAbsent(member.value))
                }
                return YAMLMember(
                    key: member.key, keySpan: member.keySpan, value: resolved(member.value))
            }
            return YAMLNode(.mapping(kept), at: node.span)
        }
    }

    private mutating func resolved(_ scalar: YAMLScalar, at span: SourceSpan) -> YAMLNode {
        guard scalar.text.contains("{{") else { return YAMLNode(.scalar(scalar), at: span) }
        do throws(PlaceholderError) {
            var text = try placeholders.resolve(
                try withNegations(withoutAbsentQuery(scalar.text)))
            // `\{{` is taken care of; what closes it may be written alike.
            if scalar.text.contains(#"\}}"#) { text = text.replacing(#"\}}"#, with: "}}") }
            return YAMLNode(.scalar(YAMLScalar(text: text, isPlain: scalar.isPlain)), at: span)
        } catch {
            findings.append(Diagnostic(error.code, error.message, at: span))
            return YAMLNode(.scalar(scalar), at: span)
        }
    }

    /// Parameters whose value is an optional placeholder that stands for nothing are left out.
    private mutating func withoutAbsent(_ parameters: YAMLNode) -> YAMLNode {
        guard let members = parameters.mapping else { return resolved(parameters) }
        let kept = members.compactMap { member -> YAMLMember? in
            let value = resolved(member.value)
            let isOptional = member.value.scalar?.text.contains("{{?") == true
            if isOptional, value.scalar?.text.isEmpty == true { return nil }
            return YAMLMember(key: member.key, keySpan: member.keySpan, value: value)
        }
        return YAMLNode(.mapping(kept), at: parameters.span)
    }

    /// `{{!key}}` is the opposite of what `{{key}}` stands for.
    private func withNegations(_ text: String) throws(PlaceholderError) -> String {
        guard text.contains("{{!") else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "{{!") {
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else { break }
            let key = rest[start.upperBound..<end.lowerBound]
            let value = try placeholders.resolve("{{\(key)}}")
            result += rest[..<start.lowerBound] + (value.lowercased() == "true" ? "false" : "true")
            rest = rest[end.upperBound...]
        }
        return result + rest
    }

    /// `a:b?x={{?y}}` without what stands for nothing.
    private func withoutAbsentQuery(_ text: String) -> String {
        guard text.contains("={{?"), let mark = text.firstIndex(of: "?") else { return text }
        let pairs = text[text.index(after: mark)...].split(separator: "&").filter { pair in
            guard let value = pair.split(separator: "=", maxSplits: 1).dropFirst().first,
                value.hasPrefix("{{?")
            else { return true }
            return (try? placeholders.resolve(String(value))) != ""
        }
        let path = text[..<mark]
        return pairs.isEmpty ? String(path) : "\(path)?\(pairs.joined(separator: "&"))"
    }
}

/// Keys in the spelling of old files: `set-body` for `setBody`.
enum HyphenatedKeys {
    /// Maps whose keys are the author's own.
    private static let free: Set<String> = ["parameters", "properties", "namespace", "namespaces"]

    static func renamed(_ node: YAMLNode, _ findings: inout [Diagnostic]) -> YAMLNode {
        switch node.content {
        case .scalar: return node
        case .sequence(let nodes):
            return YAMLNode(.sequence(nodes.map { renamed($0, &findings) }), at: node.span)
        case .mapping(let members):
            let respelled = members.map { member -> YAMLMember in
                let key = camelCased(member.key) ?? member.key
                if key != member.key {
                    findings.append(
                        Diagnostic(
                            .oldSpelling, "'\(member.key)' is written '\(key)' today",
                            at: member.keySpan, severity: .warning))
                }
                let value = free.contains(key) ? member.value : renamed(member.value, &findings)
                return YAMLMember(key: key, keySpan: member.keySpan, value: value)
            }
            return YAMLNode(.mapping(respelled), at: node.span)
        }
    }

    /// Nil for a key that is none of the old ones.
    static func camelCased(_ key: String) -> String? {
        guard key.contains("-"), key.utf8.allSatisfy({ ($0 >= 0x61 && $0 <= 0x7A) || $0 == 0x2D })
        else { return nil }
        let words = key.split(separator: "-")
        guard let first = words.first, words.count > 1 else { return nil }
        return first + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
