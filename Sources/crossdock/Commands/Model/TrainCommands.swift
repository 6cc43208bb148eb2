internal import ArgumentParser
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHub
internal import CrossdockModels

/// Rows for training and judging.
struct DataOptions: ParsableArguments {
    @Option(help: "Rows with labels: JSON lines, or CSV with a header row.")
    var data: String

    func load() throws -> TrainingData { .detecting(try ProjectText.bytes(data)) }
}

struct TrainModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains a model from its spec and registers the version.",
        discussion: "EXAMPLE\n  crossdock model train churn --data data/churn.jsonl --promote")

    @Argument(help: "The model; its spec is models/<name>/model.yaml.")
    var name: String
    @OptionGroup var data: DataOptions
    @OptionGroup var options: ModelOptions
    @Option(help: "Replaces the seed of the spec.")
    var seed: UInt64?
    @Flag(help: "Make the new version the champion.")
    var promote = false
    @Option(help: "Why, for the history.")
    var reason = "trained by hand"
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let spec = try options.spec(name)
        Terminal.error("training \(name) (\(spec.trainer.kind)) …")
        let candidate = try Trainer().train(
            spec, on: data.load(), seed: seed)
        for finding in candidate.findings { Failure.report(finding) }
        let registry = options.registry
        let version = try registry.register(candidate, by: CurrentUser.name, reason: reason)
        if promote {
            try registry.promote(name, version: version, by: CurrentUser.name, reason: reason)
        }
        if json {
            var result = ValueObject()
            result["model"] = .string(name)
            result["version"] = .integer(version)
            result["champion"] = .bool(promote)
            result["seconds"] = .double(candidate.seconds)
            result["evaluation"] = candidate.evaluation?.value ?? .null
            Terminal.print(Value.object(result).jsonText)
        } else {
            Terminal.print(Self.summary(candidate, version))
        }
    }

    private static func summary(_ candidate: Candidate, _ version: Int) -> String {
        var table = TextTable("METRIC", "MODEL", "BASELINE")
        for (name, metric) in candidate.evaluation?.metrics ?? [] {
            let baseline = candidate.baselines.first?.evaluation[name]?.value
            table.rows.append([
                name.rawValue, Number.short(metric.value), Number.short(baseline),
            ])
        }
        return """
            version \(version): \(candidate.trainingRows) rows trained on, \(candidate.testRows) held \
            out, \(Number.short(candidate.seconds)) s

            \(table.rendered)
            """
    }
}

struct EvaluateModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Judges a version on rows whose outcome is known.",
        discussion: "EXAMPLE\n  crossdock model evaluate churn --data recent.jsonl")

    @Argument(help: "NAME, NAME@ALIAS or NAME:VERSION.")
    var model: String
    @OptionGroup var data: DataOptions
    @OptionGroup var options: ModelOptions

    func run() async throws {
        let loaded = try options.registry.load(ModelReference(model))
        let evaluation = try Trainer().evaluate(loaded, on: data.load())
        Terminal.print(evaluation.value.jsonText)
    }
}

struct CompareModels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Judges two versions on the same rows.",
        discussion: "EXAMPLE\n  crossdock model compare churn:3 churn:4 --data recent.jsonl")

    @Argument(help: "NAME@ALIAS or NAME:VERSION.")
    var one: String
    @Argument(help: "NAME@ALIAS or NAME:VERSION.")
    var other: String
    @OptionGroup var data: DataOptions
    @OptionGroup var options: ModelOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let trainer = Trainer()
        let rows = try data.load()
        let registry = options.registry
        let first = try trainer.evaluate(registry.load(ModelReference(one)), on: rows)
        let second = try trainer.evaluate(registry.load(ModelReference(other)), on: rows)
        if json {
            Terminal.print(
                Value.object(ValueObject([(one, first.value), (other, second.value)])).jsonText)
            return
        }
        var table = TextTable("METRIC", one, other)
        for (name, metric) in first.metrics {
            table.rows.append([
                name.rawValue, Number.short(metric.value), Number.short(second[name]?.value),
            ])
        }
        Terminal.print(table.rendered)
    }
}

/// Numbers for tables.
enum Number {
    static func short(_ value: Double?) -> String {
        guard let value, value.isFinite, abs(value) < 1e12 else { return "-" }
        let scaled = (value * 10_000).rounded() / 10_000
        return "\(scaled)"
    }
}
