internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockSettings

extension SpecReader {
    mutating func trainer(_ node: YAMLNode) -> TrainerSpec? {
        guard map(node, "'trainer'", keys: ["kind", "params", "search"]),
            let kind = required("kind", of: node, "'trainer'"),
            let name = text(kind, "'trainer.kind'")
        else { return nil }
        if ModelKinds.find(name) == nil {
            report(
                .specUnknownKind, "there is no model kind '\(name)'", at: kind.span,
                help: Suggestion.help(for: name, in: ModelKinds.names)
                    ?? "there are \(ModelKinds.names.joined(separator: ", "))")
        }
        var parameters: [TrainerParameter] = []
        if let params = node["params"], !params.isNull {
            guard let members = params.mapping else {
                report(.specBadValue, "'trainer.params' must be a map", at: params.span)
                return nil
            }
            parameters = members.map {
                TrainerParameter(name: $0.key, value: $0.value.value, span: $0.keySpan)
            }
        }
        return TrainerSpec(
            kind: name, kindSpan: kind.span, parameters: parameters,
            search: node["search"].flatMap { search($0) })
    }

    private mutating func search(_ node: YAMLNode) -> SearchSpec? {
        guard map(node, "'search'", keys: ["kind", "trials", "timeLimit", "space"]) else {
            return nil
        }
        let kind: SearchSpec.Kind = node["kind"].flatMap { choice($0, "'search.kind'") } ?? .random
        let trials =
            node["trials"].flatMap { integer($0, "'search.trials'", in: 1...100_000) } ?? 20
        let limit = node["timeLimit"].flatMap { duration($0, "'search.timeLimit'") }
        guard let space = required("space", of: node, "'search'"), let members = space.mapping
        else {
            return nil
        }
        var all: [(name: String, space: SearchSpec.Space)] = []
        for member in members {
            if let space = self.space(member.value) { all.append((member.key, space)) }
        }
        return SearchSpec(kind: kind, trials: trials, timeLimit: limit, space: all)
    }

    /// A list of choices, or `{low, high, type, log}`.
    private mutating func space(_ node: YAMLNode) -> SearchSpec.Space? {
        if let nodes = node.sequence, !nodes.isEmpty { return .choices(nodes.map(\.value)) }
        guard map(node, "a parameter's space", keys: ["low", "high", "type", "log"]),
            let low = required("low", of: node, "the space").flatMap({
                number($0, "'low'", in: -1e12...1e12)
            }),
            let high = required("high", of: node, "the space").flatMap({
                number($0, "'high'", in: -1e12...1e12)
            })
        else { return nil }
        let isLogarithmic = node["log"]?.value == .bool(true)
        guard low <= high, !isLogarithmic || low > 0 else {
            report(
                .specBadValue, "'low' must not be above 'high', and above 0 where 'log' is set",
                at: node.span)
            return nil
        }
        let isInteger = node["type"]?.text == "integer"
        return .range(low...high, isInteger: isInteger, isLogarithmic: isLogarithmic)
    }

    private static let tests = [
        "psi", "ks", "chi2", "js", "wasserstein", "hellinger", "tvd", "kl", "nulls", "unseen",
        "range",
        "volume", "adwin", "pageHinkley", "ddm", "eddm", "hddmA", "hddmW", "kswin", "bound",
    ]
    private static let actions = ["notify", "train", "fallback", "rollback", "stop"]

    mutating func monitors(_ node: YAMLNode, _ features: [FeatureSpec]) -> [MonitorSpec] {
        guard let nodes = node.sequence else {
            report(.specBadValue, "'monitor' must be a list", at: node.span)
            return []
        }
        return nodes.compactMap { monitor($0, features) }
    }

    private mutating func monitor(_ node: YAMLNode, _ features: [FeatureSpec]) -> MonitorSpec? {
        let keys = ["field", "score", "metric", "test", "window", "threshold", "action"]
        guard map(node, "a monitor", keys: keys), let subject = subject(node, features),
            let test = required("test", of: node, "a monitor"),
            let name = word(test, "'test'", Self.tests)
        else { return nil }
        var window: MonitorSpec.Window?
        if let given = node["window"] {
            if case .number = given.value {
                window = integer(given, "'window'", in: 1...100_000_000).map { .rows($0) }
            } else {
                window = duration(given, "'window'").map { .time($0) }
            }
        }
        let action = node["action"].flatMap { word($0, "'action'", Self.actions) } ?? "notify"
        let threshold = node["threshold"].flatMap { number($0, "'threshold'", in: -1e12...1e12) }
        return MonitorSpec(
            subject: subject, test: name, window: window, threshold: threshold, action: action)
    }

    private mutating func subject(
        _ node: YAMLNode, _ features: [FeatureSpec]
    ) -> MonitorSpec.Subject? {
        let given = ["field", "score", "metric"].filter { node[$0] != nil }
        guard given.count == 1 else {
            report(
                .specBadValue, "a monitor watches one of 'field', 'score' and 'metric'",
                at: node.span)
            return nil
        }
        if let metric = node["metric"] {
            return word(metric, "'metric'", MetricName.allCases.map(\.rawValue)).map { .metric($0) }
        }
        guard let field = node["field"] else { return .score }
        return word(field, "'field'", features.map(\.name)).map { .field($0) }
    }

    /// One of a list of words.
    private mutating func word(_ node: YAMLNode, _ what: String, _ words: [String]) -> String? {
        if let text = node.text, words.contains(text) { return text }
        report(
            .specBadValue, "\(what) cannot be \(node.kindDescription)", at: node.span,
            help: node.text.flatMap { Suggestion.help(for: $0, in: words) }
                ?? "it is one of \(words.joined(separator: ", "))")
        return nil
    }
}
