internal import CrossdockData
internal import CrossdockDiagnostics

/// What a person should know before trusting a version.
struct ModelCard {
    let artifact: ModelArtifact
    let version: Int
    let details: ValueObject
    let created: String
    let by: String

    private var spec: ModelSpec { artifact.spec }

    var value: Value {
        var object = ValueObject()
        object["model"] = .string(spec.model)
        object["version"] = .integer(version)
        object["task"] = .string(spec.task.rawValue)
        object["kind"] = .string(spec.trainer.kind)
        object["created"] = .string(created)
        object["by"] = .string(by)
        if let label = spec.label {
            object["label"] = [
                "field": .string(label.field.text), "positive": .text(artifact.classes.last),
                "horizonSeconds": label.horizon.map { .integer(Int($0.components.seconds)) }
                    ?? .null,
            ]
        }
        object["classes"] = .texts(artifact.classes)
        object["threshold"] = .double(artifact.threshold)
        object["features"] = .array(artifact.features.map(Self.feature))
        for (key, value) in details { object[key] = value }
        return .object(object)
    }

    private static func feature(_ feature: FittedFeature) -> Value {
        var object = ValueObject()
        object["name"] = .string(feature.name)
        switch feature.source {
        case .field(let path): object["field"] = .string(path.text)
        case .expression(let text): object["expr"] = .string(text)
        }
        object["type"] = .string(feature.reader.type.rawValue)
        object["columns"] = .integer(feature.width)
        return .object(object)
    }

    var markdown: String {
        var lines = [
            "# \(spec.model), version \(version)", "",
            "A \(spec.task.rawValue) model of kind `\(spec.trainer.kind)`, made \(created) by \(by).",
            "",
        ]
        if let label = spec.label {
            let positive = artifact.classes.last.map { ", positive class `\($0)`" } ?? ""
            lines += ["Predicts `\(label.field)`\(spec.task == .binary ? positive : "").", ""]
        }
        lines += data + quality + importance
        lines += ["## Features", "", "| name | field | type | columns |", "|---|---|---|---|"]
        for feature in artifact.features {
            let field: String =
                switch feature.source {
                case .field(let path): "`\(path.text)`"
                case .expression(let text): "`\(text.replacing("|", with: "\\|"))`"
                }
            lines.append(
                "| \(feature.name) | \(field) | \(feature.reader.type.rawValue) | \(feature.width) |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var data: [String] {
        guard let data = details["data"] else { return [] }
        func count(_ key: String) -> String { data[key]?.scalarText ?? "?" }
        return [
            "## Data", "",
            "Trained on \(count("trainingRows")) rows, judged on \(count("testRows")) held-out rows; "
                + "\(count("skippedRows")) rows had no label. Digest of the table: "
                + "`\(data["digest"]?.string?.prefix(16) ?? "?")`.", "",
        ]
    }

    private var quality: [String] {
        guard let metrics = details["evaluation"]?["metrics"]?.object else { return [] }
        var lines = ["## Quality", "", "| metric | value | 95 % interval |", "|---|---|---|"]
        for (name, metric) in metrics {
            let value = metric["value"]?.number.map { Self.short($0.double) }
            let low = metric["low"]?.number.map { Self.short($0.double) }
            let high = metric["high"]?.number.map { Self.short($0.double) }
            let interval = low.flatMap { low in high.map { "\(low) to \($0)" } } ?? ""
            lines.append(
                "| \(name) | \(value ?? "undefined: \(metric["reason"]?.string ?? "")") | \(interval) |"
            )
        }
        lines.append("")
        let primary = MetricName.primary(for: spec.task).rawValue
        for baseline in details["baselines"]?.array ?? [] {
            let value = baseline["evaluation"]?["metrics"]?[primary]?["value"]?.number
            lines.append(
                "Baseline `\(baseline["name"]?.string ?? "")`: \(primary) "
                    + "\(value.map { Self.short($0.double) } ?? "undefined").")
        }
        return lines + [""]
    }

    private var importance: [String] {
        let shares = (details["importance"]?.array ?? []).prefix(10)
        guard !shares.isEmpty else { return [] }
        return ["## What moves the score", ""]
            + shares.map {
                "- \($0["feature"]?.string ?? ""): \(Self.short($0["share"]?.number?.double ?? 0))"
            }
            + [""]
    }

    private static func short(_ value: Double) -> String {
        let scaled = (value * 10_000).rounded() / 10_000
        return "\(abs(value) >= 10_000 ? value.rounded() : scaled)"
    }
}

extension Candidate {
    /// What is kept with a version about its making.
    var details: ValueObject {
        var object = ValueObject()
        object["library"] = .string(library)
        object["data"] = [
            "trainingRows": .integer(trainingRows), "testRows": .integer(testRows),
            "skippedRows": .integer(skippedRows), "digest": .string(dataDigest),
            "seed": .integer(Int(clamping: seed)),
        ]
        object["seconds"] = .double((seconds * 1_000).rounded() / 1_000)
        object["rounds"] = rounds.map { .integer($0) } ?? .null
        object["evaluation"] = evaluation?.value ?? .null
        object["baselines"] = .array(
            baselines.map { ["name": .string($0.name), "evaluation": $0.evaluation.value] })
        object["importance"] = .array(
            importance.map { ["feature": .string($0.feature), "share": .double($0.share)] })
        object["findings"] = .array(findings.map { .string($0.message) })
        object["notes"] = .texts(notes)
        return object
    }
}
