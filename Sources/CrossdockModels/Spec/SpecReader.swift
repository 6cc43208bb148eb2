internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

/// Reads the maps of a model spec, noting every problem with its place instead of stopping at the first.
struct SpecReader {
    private(set) var problems: [Diagnostic] = []

    mutating func report(
        _ code: DiagnosticCode, _ message: String, at span: SourceSpan, help: String? = nil
    ) {
        problems.append(Diagnostic(code, message, at: span, help: help))
    }

    /// Makes sure that `node` is a map with only these keys.
    mutating func map(_ node: YAMLNode, _ what: String, keys: [String]) -> Bool {
        guard let members = node.mapping else {
            report(
                .specBadValue, "\(what) must be a map, not \(node.kindDescription)", at: node.span)
            return false
        }
        for member in members where !keys.contains(member.key) {
            report(
                .specUnknownKey, "'\(member.key)' is not a key of \(what)", at: member.keySpan,
                help: Suggestion.help(for: member.key, in: keys)
                    ?? "the keys are \(keys.joined(separator: ", "))")
        }
        return true
    }

    mutating func required(_ key: String, of node: YAMLNode, _ what: String) -> YAMLNode? {
        if let value = node[key], !value.isNull { return value }
        report(.specMissingKey, "\(what) lacks '\(key)'", at: node.span)
        return nil
    }

    mutating func text(_ node: YAMLNode, _ what: String) -> String? {
        if let text = node.text, !text.isEmpty { return text }
        report(.specBadValue, "\(what) must be text, not \(node.kindDescription)", at: node.span)
        return nil
    }

    mutating func path(_ node: YAMLNode, _ what: String) -> FieldPath? {
        guard let text = text(node, what) else { return nil }
        if let path = FieldPath(text) { return path }
        report(
            .specBadValue, "\(what) '\(text)' is no field path", at: node.span,
            help: "paths look like 'Name', 'Owner.Name', 'lines[0].amount' or '\"odd.name\".x'")
        return nil
    }

    mutating func number(
        _ node: YAMLNode, _ what: String, in range: ClosedRange<Double>
    ) -> Double? {
        guard case .number(let number) = node.value, range.contains(number.double) else {
            report(
                .specBadValue,
                "\(what) must be a number from \(JSONNumber(range.lowerBound)?.text ?? "…") to "
                    + "\(JSONNumber(range.upperBound)?.text ?? "…"), not \(node.kindDescription)",
                at: node.span)
            return nil
        }
        return number.double
    }

    mutating func integer(_ node: YAMLNode, _ what: String, in range: ClosedRange<Int>) -> Int? {
        guard case .number(let number) = node.value, let value = number.int, range.contains(value)
        else {
            report(
                .specBadValue,
                "\(what) must be a whole number from \(range.lowerBound) to \(range.upperBound), "
                    + "not \(node.kindDescription)",
                at: node.span)
            return nil
        }
        return value
    }

    /// One of the words of a choice.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ node: YAMLNode, _ what: String
    ) -> Choice? where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        if let text = node.text, let choice = Choice(rawValue: text) { return choice }
        report(
            .specBadValue, "\(what) cannot be \(node.kindDescription)", at: node.span,
            help: node.text.flatMap { Suggestion.help(for: $0, in: names) }
                ?? "it is one of \(names.joined(separator: ", "))")
        return nil
    }

    /// A time such as `90d`, `12h`, `30m`, `10s`.
    mutating func duration(_ node: YAMLNode, _ what: String) -> Duration? {
        if let text = node.text, let duration = Self.duration(text) { return duration }
        report(
            .specBadValue, "\(what) must be a time, not \(node.kindDescription)", at: node.span,
            help: "times are written 30s, 5m, 12h, 90d or 8w")
        return nil
    }

    static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), count >= 0 else { return nil }
        let scale: Int64
        switch text[digits.endIndex...] {
        case "ms": return .milliseconds(count)
        case "s": scale = 1
        case "m": scale = 60
        case "h": scale = 3_600
        case "d": scale = 86_400
        case "w": scale = 604_800
        default: return nil
        }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: scale)
        return overflow ? nil : .seconds(seconds)
    }
}
