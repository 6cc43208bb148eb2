internal import CrossdockData
public import CrossdockDiagnostics
internal import CrossdockSettings

extension ModelSpec {
    private static let keys = [
        "model", "task", "label", "key", "features", "trainer", "split", "gate", "monitor",
        "deployment",
    ]

    /// Reads `model.yaml`.
    ///
    /// - Parameter file: Its name, for messages.
    /// - Throws: ``DiagnosticsError`` with every problem and its place.
    public init(yaml: String, file: String) throws(DiagnosticsError) {
        let root = try YAMLNode.parse(yaml, file: file)
        var reader = SpecReader()
        let spec = reader.spec(root, source: yaml)
        if !reader.problems.isEmpty { throw DiagnosticsError(reader.problems) }
        guard let spec else {
            throw DiagnosticsError(
                Diagnostic(.specBadValue, "this is no model spec", at: root.span))
        }
        self = spec
        if let problem = ModelKinds.complaint(about: self) { throw DiagnosticsError(problem) }
    }

    fileprivate static var allKeys: [String] { keys }
}

extension SpecReader {
    fileprivate mutating func spec(_ root: YAMLNode, source: String) -> ModelSpec? {
        guard map(root, "a model spec", keys: ModelSpec.allKeys) else { return nil }
        let name = required("model", of: root, "the spec").flatMap { modelName($0) }
        let task: ModelTask? = required("task", of: root, "the spec").flatMap {
            choice($0, "'task'")
        }
        let label = root["label"].flatMap { self.label($0) }
        if root["label"] == nil, task?.isSupervised == true {
            report(.specMissingKey, "the spec lacks 'label'", at: root.span)
        }
        let features = required("features", of: root, "the spec").map { self.features($0) } ?? []
        let trainer = required("trainer", of: root, "the spec").flatMap { self.trainer($0) }
        let split = self.split(root["split"], task: task)
        let gate = root["gate"].map { self.gate($0) } ?? GateSpec()
        let monitors = root["monitor"].map { self.monitors($0, features) } ?? []
        let deployment = root["deployment"].map { self.deployment($0) } ?? DeploymentSpec()
        let key = root["key"].flatMap { path($0, "'key'") }
        guard let name, let task, let trainer else { return nil }
        return ModelSpec(
            model: name, task: task, label: label, key: key, features: features, trainer: trainer,
            split: split, gate: gate, monitors: monitors, deployment: deployment, source: source)
    }

    private mutating func modelName(_ node: YAMLNode) -> String? {
        guard let name = text(node, "'model'") else { return nil }
        if ModelName.isValid(name) { return name }
        report(
            .specBadValue, "'\(name)' is no model name", at: node.span,
            help: "use letters, digits, '-', '_' and '.', at most 64")
        return nil
    }

    private mutating func label(_ node: YAMLNode) -> LabelSpec? {
        guard map(node, "'label'", keys: ["field", "positive", "horizon", "join"]) else {
            return nil
        }
        let field = required("field", of: node, "'label'").flatMap { path($0, "'label.field'") }
        var join = LabelJoinSpec()
        if let given = node["join"],
            map(given, "'label.join'", keys: ["key", "choice", "negativeAfter"])
        {
            join.key = given["key"].flatMap { path($0, "'label.join.key'") }
            join.choice = given["choice"].flatMap { choice($0, "'label.join.choice'") } ?? .latest
            join.negativeAfter = given["negativeAfter"].flatMap {
                duration($0, "'label.join.negativeAfter'")
            }
        }
        let horizon = node["horizon"].flatMap { duration($0, "'label.horizon'") }
        // `positive: true` and `positive: 1` name labels by their text, as features of a category do.
        let positive = node["positive"].flatMap { $0.value.scalarText }
        guard let field else { return nil }
        return LabelSpec(field: field, positive: positive, horizon: horizon, join: join)
    }

    private mutating func split(_ node: YAMLNode?, task: ModelTask?) -> SplitSpec {
        let usual: SplitSpec.Kind = task?.isClassification == true ? .stratified : .random
        var split = SplitSpec(kind: usual, test: 0.2, seed: 42, by: nil)
        guard let node, map(node, "'split'", keys: ["kind", "test", "seed", "by"]) else {
            return split
        }
        if let kind = node["kind"] { split.kind = choice(kind, "'split.kind'") ?? usual }
        if let test = node["test"] { split.test = number(test, "'split.test'", in: 0...0.9) ?? 0.2 }
        if let seed = node["seed"] {
            split.seed = UInt64(integer(seed, "'split.seed'", in: 0...Int(Int32.max)) ?? 42)
        }
        split.by = node["by"].flatMap { path($0, "'split.by'") }
        if split.by == nil, split.kind == .group || split.kind == .time {
            report(
                .specMissingKey, "a split of kind '\(split.kind.rawValue)' needs 'by'",
                at: node.span)
        }
        return split
    }

    private mutating func gate(_ node: YAMLNode) -> GateSpec {
        var gate = GateSpec()
        guard map(node, "'gate'", keys: ["metric", "margin", "minRows"]) else { return gate }
        if let metric = node["metric"], let name = text(metric, "'gate.metric'") {
            gate.metric = name
            if MetricName(rawValue: name) == nil {
                report(
                    .specBadValue, "there is no metric '\(name)'", at: metric.span,
                    help: Suggestion.help(for: name, in: MetricName.allCases.map(\.rawValue)))
            }
        }
        gate.margin = node["margin"].flatMap { number($0, "'gate.margin'", in: 0...1_000_000) }
        gate.minRows = node["minRows"].flatMap {
            integer($0, "'gate.minRows'", in: 1...100_000_000)
        }
        return gate
    }

    private mutating func deployment(_ node: YAMLNode) -> DeploymentSpec {
        var deployment = DeploymentSpec()
        guard
            map(
                node, "'deployment'",
                keys: ["champion", "challenger", "shadow", "control", "stickyBy"])
        else { return deployment }
        if let share = node["champion"] {
            deployment.champion = number(share, "'deployment.champion'", in: 0...1) ?? 1
        }
        if let share = node["challenger"] {
            deployment.challenger = number(share, "'deployment.challenger'", in: 0...1) ?? 0
            if node["champion"] == nil { deployment.champion = 1 - deployment.challenger }
        }
        if let share = node["control"] {
            deployment.control = number(share, "'deployment.control'", in: 0...1) ?? 0
        }
        if deployment.champion + deployment.challenger > 1 + 1e-9 {
            report(
                .specBadValue, "the shares of champion and challenger are more than all",
                at: node.span)
        }
        for alias in node["shadow"].map({ $0.sequence ?? [$0] }) ?? [] {
            if let name = text(alias, "'deployment.shadow'") { deployment.shadow.append(name) }
        }
        deployment.stickyBy = node["stickyBy"].flatMap { path($0, "'deployment.stickyBy'") }
        return deployment
    }
}

/// Names of models and aliases: they become folder names.
enum ModelName {
    static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
        }
        guard let first = bytes.first, bytes.count <= 64, isLetterOrDigit(first) else {
            return false
        }
        return bytes.allSatisfy {
            isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: ".")
        }
    }
}
