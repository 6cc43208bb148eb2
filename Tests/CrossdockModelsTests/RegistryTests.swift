import CrossdockData
import CrossdockDiagnostics
import Foundation
import Testing

@testable import CrossdockModels

@Suite("Model registry")
struct RegistryTests {
    /// A quickly trained model; another slope is another content.
    private static func candidate(_ slope: Double = 1) throws -> Candidate {
        let spec = try ModelSpec(
            yaml: """
                model: line
                task: regression
                label: { field: y }
                features: [{ field: x }, { field: c, type: category }]
                trainer: { kind: ridge, params: { alpha: 0.001 } }
                """, file: "model.yaml")
        let lines = (0..<60).flatMap { row -> [UInt8] in
            let record: Value = [
                "x": .integer(row), "c": .string(row % 2 == 0 ? "u" : "v,w"),
                "y": .double(Double(row) * slope),
            ]
            return record.json + [0x0A]
        }
        return try Trainer().train(spec, on: .jsonLines(lines))
    }

    @Test("A version is registered, promoted, loaded and scores as the trained model did")
    func lifecycle() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        let candidate = try Telco.candidate.get()
        let version = try registry.register(candidate, by: "test", reason: "first")
        #expect(version == 1)
        try registry.promote("churn", version: 1, by: "test", reason: "nothing better")
        let model = try registry.load(ModelReference("churn"))
        #expect(model.version == 1)
        for record in Telco.records.prefix(200) {
            var expected = try candidate.model.score(record, reasons: .usual)
            expected.version = 1
            #expect(try model.score(record, reasons: .usual) == expected)
        }
        #expect(registry.list().map(\.name) == ["churn"])
        #expect(try registry.summary(of: "churn").aliases.map(\.alias) == ["champion"])
        let card = try registry.card(ModelReference("churn"))
        #expect(card["evaluation"]?["metrics"]?["auc"]?["value"]?.double ?? 0 > 0.83)
        #expect(card["features"]?.array?.count == 19)
    }

    @Test("The same content is the same version")
    func equality() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        #expect(try registry.register(try Self.candidate(1), by: "a") == 1)
        #expect(try registry.register(try Self.candidate(2), by: "a") == 2)
        #expect(try registry.register(try Self.candidate(1), by: "b") == 1)
        #expect(try registry.summary(of: "line").versions == [1, 2])
    }

    @Test("Rolling back goes to the version before, twice to the one before that")
    func rollback() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        for slope in [1.0, 2, 3] { _ = try registry.register(try Self.candidate(slope), by: "t") }
        for version in 1...3 {
            try registry.promote("line", version: version, by: "t", reason: "better")
        }
        #expect(try registry.rollback("line", by: "t", reason: "worse") == 2)
        #expect(try registry.rollback("line", by: "t", reason: "worse") == 1)
        let error = #expect(throws: ModelError.self) {
            try registry.rollback("line", by: "t", reason: "more")
        }
        #expect(error?.code == .nothingToRollBack)
        try registry.promote("line", version: 3, by: "t", reason: "mended")
        #expect(try registry.rollback("line", by: "t", reason: "not mended") == 1)
        let history = try registry.aliasHistory(of: "line")
        #expect(history.map(\.version) == [1, 2, 3, 2, 1, 3, 1])
        #expect(history.map(\.previous) == [nil, 1, 2, 3, 2, 1, 3])
        #expect(history.allSatisfy { $0.by == "t" && !$0.reason.isEmpty && $0.at.hasSuffix("Z") })
    }

    @Test("A changed, cut or missing file is found before the version serves")
    func damage() throws {
        let candidate = try Self.candidate()
        for name in ["model.json", "spec.yaml", "pipeline.json", "sample.jsonl", "version.json"] {
            for change in ["cut", "flip", "remove"] {
                let folder = try TemporaryFolder()
                let registry = ModelRegistry(directory: folder.path)
                _ = try registry.register(candidate, by: "t")
                let path = "\(folder.path)/line/1/\(name)"
                var bytes = try RegistryFiles.read(path)
                if change == "cut" { bytes.removeLast(bytes.count / 2) }
                if change == "flip" { bytes[bytes.count / 3] ^= 0x11 }
                RegistryFiles.remove(path)
                if change != "remove" { try RegistryFiles.create(path, bytes) }
                let error = #expect(throws: ModelError.self, "\(name) \(change)") {
                    try registry.load(ModelReference("line:1"))
                }
                let isGone = name == "version.json" && change == "remove"
                #expect(
                    error?.code == (isGone ? .modelUnknown : .registryDamaged),
                    "\(name) \(change): \(String(describing: error))")
            }
        }
    }

    @Test("A model that does not repeat the trainer's predictions is not registered")
    func parity() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        let candidate = try Self.candidate()
        var sample = candidate.sample
        sample[3].scores[0] += 0.5
        let files = VersionFiles(artifact: candidate.model.artifact, sample: sample)
        let error = #expect(throws: ModelError.self) {
            try registry.register(files, details: ValueObject(), by: "t", reason: "")
        }
        #expect(error?.code == .parityFailed)
        #expect(registry.list().isEmpty)
        #expect(RegistryFiles.names(in: "\(folder.path)/line").filter { $0 != ".lock" }.isEmpty)
    }

    @Test("A half-written line of the alias history is no move")
    func tornHistory() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        _ = try registry.register(try Self.candidate(1), by: "t")
        _ = try registry.register(try Self.candidate(2), by: "t")
        try registry.promote("line", version: 1, by: "t", reason: "r")
        let path = "\(folder.path)/line/aliases.jsonl"
        let torn = try RegistryFiles.read(path) + Array("{\"alias\":\"champion\",\"ver".utf8)
        RegistryFiles.remove(path)
        try RegistryFiles.create(path, torn)
        #expect(try registry.resolve(ModelReference("line")) == 1)
        try registry.promote("line", version: 2, by: "t", reason: "r")
        #expect(try registry.resolve(ModelReference("line")) == 2)
    }

    @Test("What does not exist is said to be missing, by its own code")
    func missing() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        func code(_ body: () throws -> Void) -> DiagnosticCode? {
            do {
                try body()
                return nil
            } catch { return (error as? ModelError)?.code }
        }
        #expect(code { _ = try registry.load(ModelReference("none")) } == .modelUnknown)
        _ = try registry.register(try Self.candidate(), by: "t")
        #expect(code { _ = try registry.load(ModelReference("line")) } == .versionUnknown)
        #expect(code { _ = try registry.load(ModelReference("line:9")) } == .versionUnknown)
        #expect(
            code { try registry.promote("line", version: 9, by: "t", reason: "") }
                == .versionUnknown)
        #expect(
            code { try registry.promote("line", version: 1, alias: "a/b", by: "t", reason: "") }
                == .nameRefused)
        try registry.promote("line", version: 1, by: "t", reason: "")
        #expect(code { try registry.remove("line", version: 1) } == .versionInUse)
    }

    @Test(
        "A version that nothing points to can be removed, and its number is not used again while later ones exist"
    )
    func remove() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        for slope in [1.0, 2] { _ = try registry.register(try Self.candidate(slope), by: "t") }
        try registry.remove("line", version: 1)
        #expect(try registry.summary(of: "line").versions == [2])
        #expect(try registry.register(try Self.candidate(3), by: "t") == 3)
    }

    @Test("An export holds the model, its spec, its card and its sample with predictions")
    func export() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: "\(folder.path)/registry")
        _ = try registry.register(try Self.candidate(), by: "t")
        let names = try registry.export(ModelReference("line:1"), to: "\(folder.path)/out")
        #expect(
            Set(names).isSuperset(of: [
                "model.json", "spec.yaml", "card.json", "card.md", "sample.csv",
            ]))
        let csv = String(
            decoding: try RegistryFiles.read("\(folder.path)/out/sample.csv"), as: UTF8.self)
        let lines = csv.split(separator: "\n")
        #expect(lines[0] == "x,c,score,label")
        #expect(lines[1].contains("\"v,w\"") || lines[1].contains(",u,"))
        let card = String(
            decoding: try RegistryFiles.read("\(folder.path)/out/card.md"), as: UTF8.self)
        #expect(card.contains("| rmse |") && card.contains("Baseline `naive`"))
        // Exporting again replaces.
        _ = try registry.export(ModelReference("line:1"), to: "\(folder.path)/out")
    }

    @Test("A moved alias is seen without a restart, and the version before stays loaded")
    func shelf() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        for slope in [1.0, 2] { _ = try registry.register(try Self.candidate(slope), by: "t") }
        try registry.promote("line", version: 1, by: "t", reason: "r")
        let shelf = ModelShelf(registry)
        let reference = try ModelReference("line")
        let first = try shelf.model(reference)
        #expect(first.version == 1)
        #expect(try shelf.model(reference) === first)
        try registry.promote("line", version: 2, by: "t", reason: "r")
        shelf.refresh("line")
        #expect(try shelf.model(reference).version == 2)
        _ = try registry.rollback("line", by: "t", reason: "r")
        shelf.refresh("line")
        #expect(try shelf.model(reference) === first)
    }

    @Test("A promoted version that cannot be loaded does not serve: the champion goes on")
    func brokenPromotion() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        for slope in [1.0, 2] { _ = try registry.register(try Self.candidate(slope), by: "t") }
        try registry.promote("line", version: 1, by: "t", reason: "r")
        let shelf = ModelShelf(registry)
        let reference = try ModelReference("line")
        let champion = try shelf.model(reference)
        RegistryFiles.remove("\(folder.path)/line/2/model.json")
        try registry.promote("line", version: 2, by: "t", reason: "r")
        shelf.refresh("line")
        #expect(try shelf.model(reference) === champion)
        #expect(shelf.problem(with: reference)?.code == .registryDamaged)
        _ = try registry.rollback("line", by: "t", reason: "r")
        shelf.refresh("line")
        #expect(try shelf.model(reference) === champion)
        #expect(shelf.problem(with: reference) == nil)
        // Without a version to go on with, the error is the answer.
        let error = #expect(throws: ModelError.self) {
            try shelf.model(try ModelReference("line@other"))
        }
        #expect(error?.code == .versionUnknown)
    }

    @Test("Many tasks may score one model at once, and register and promote from several sides")
    func concurrency() async throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        let candidates = try (1...4).map { try Self.candidate(Double($0)) }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for candidate in candidates {
                group.addTask { try registry.register(candidate, by: "t") }
                group.addTask { try registry.register(candidate, by: "t") }
            }
            var versions: Set<Int> = []
            for try await version in group { versions.insert(version) }
            #expect(versions == [1, 2, 3, 4])
        }
        let model = candidates[1].model
        try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var sum = 0.0
                    for x in 0..<200 { sum += try model.score(["x": .integer(x), "c": "u"]).score }
                    return sum
                }
            }
            var sums: Set<Double> = []
            for try await sum in group { sums.insert(sum) }
            #expect(sums.count == 1)
        }
    }

    // MARK: Imported files

    @Test("An ONNX file is scored without a registry, its inputs named or not")
    func openONNX() throws {
        let item = try Reference("onnx.json").item("logistic_pipeline")
        let bytes = try Fixture.bytes("reference/onnx/logistic_pipeline.onnx")
        let table = try Fixture.table("breast_cancer.csv")
        let model = try ModelImport(bytes, name: "cancer", inputs: Array(table.names.dropLast()))
            .loaded
        #expect(model.task == .binary)
        for (place, row) in (item["rows"]?.ints ?? []).enumerated() {
            let record = Value.object(
                ValueObject(zip(table.names, table.rows[row]).map { ($0, .double($1)) }))
            let expected = try #require(item["expected"]?["probabilities"]?.matrix[place][1])
            #expect(abs(try model.score(record).score - expected) <= 1e-5)
        }
        #expect(try ModelImport(bytes, name: "cancer").loaded.columnNames.first == "f0")
    }

    @Test(
        "Columns of numbers and texts are found by their names; zipped maps and several classes work too"
    )
    func openOthers() throws {
        let item = try Reference("onnx.json").item("opportunity_mixed_inputs")
        let mixed = try ModelImport(
            try Fixture.bytes("reference/onnx/opportunity_mixed_inputs.onnx"), name: "won"
        ).loaded
        let feed = try #require(item["feed"]?.object)
        for (row, expected) in (item["expected"]?["probabilities"]?.matrix ?? []).enumerated() {
            let record = Value.object(ValueObject(feed.map { ($0.key, $0.value[row] ?? .null) }))
            let prediction = try mixed.score(record)
            #expect(abs(prediction.score - expected[1]) <= 1e-5)
            #expect(prediction.label == (expected[1] >= 0.5 ? "1" : "0"))
        }
        let zipped = try ModelImport(
            try Fixture.bytes("reference/onnx/logistic_pipeline_zipmap.onnx"), name: "z"
        ).loaded
        let plain = try ModelImport(
            try Fixture.bytes("reference/onnx/logistic_pipeline.onnx"), name: "p"
        ).loaded
        let record = Value.object(
            ValueObject((0..<30).map { ("f\($0)", .double(Double($0) / 10)) }))
        #expect(abs(try zipped.score(record).score - plain.score(record).score) < 1e-6)
        let digits = try ModelImport(
            try Fixture.bytes("reference/onnx/random_forest_digits.onnx"), name: "d"
        ).loaded
        #expect(digits.task == .multiclass && digits.classes.count == 10)
        let fixed = try ModelImport(
            try Fixture.bytes("reference/onnx/torch_mlp_fixed_batch_2.onnx"), name: "t",
            task: .binary
        ).loaded
        let free = try ModelImport(
            try Fixture.bytes("reference/onnx/torch_mlp_cancer.onnx"), name: "t", task: .binary
        ).loaded
        #expect(abs(try fixed.score(record).score - free.score(record).score) < 1e-6)
        let ridge = try ModelImport(
            try Fixture.bytes("reference/onnx/ridge_diabetes_float64.onnx"), name: "r"
        ).loaded
        #expect(ridge.task == .regression)
        #expect(try ridge.score(record).label == nil)
    }

    @Test("A missing number that a model cannot handle is a failure, not an answer")
    func notFinite() throws {
        let model = try ModelImport(
            try Fixture.bytes("reference/onnx/logistic_pipeline.onnx"), name: "cancer"
        ).loaded
        let error = #expect(throws: ModelError.self) { try model.score([:]) }
        #expect(error?.code == .scoreNotFinite)
    }

    @Test("An imported file becomes a version like any other")
    func importing() throws {
        let folder = try TemporaryFolder()
        let registry = ModelRegistry(directory: folder.path)
        let item = try #require(BoosterCase.all.first { $0.id == "binary-estimated-base-score" })
        let rows = try item.testRows()
        let names = (0..<30).map { "f\($0)" }
        let sample = zip(rows, item.prediction).prefix(10).map {
            row, score -> (record: Value, scores: [Double]) in
            (.object(ValueObject(zip(names, row).map { ($0, .double($1)) })), [score])
        }
        let file = try ModelImport(try item.bytes("ubj"), name: "cancer")
        let version = try registry.register(file, sample: sample, by: "t")
        let model = try registry.load(ModelReference(name: "cancer", selector: .version(version)))
        #expect(model.task == .binary)
        for (record, scores) in sample {
            #expect(abs(try model.score(record).score - scores[0]) < 1e-5)
        }
        let wrong = [(record: sample[0].record, scores: [0.9999])]
        let other = try ModelImport(try item.bytes("json"), name: "cancer")
        let error = #expect(throws: ModelError.self) {
            try registry.register(other, sample: wrong, by: "t")
        }
        #expect(error?.code == .parityFailed)
    }

    @Test("A comparison says how much better, and how sure")
    func comparison() throws {
        let data = TrainingData.jsonLines(Telco.records.prefix(400).flatMap { $0.json + [0x0A] })
        let spec = try Telco.spec()
        let weaker = try ModelSpec(
            yaml: spec.source.replacing("num_boost_round: 120", with: "num_boost_round: 1")
                .replacing("max_depth: 3", with: "max_depth: 1"),
            file: "model.yaml")
        let poor = try Trainer().train(weaker, on: data).model
        let good = try Telco.candidate.get().model
        let result = try Trainer().compare(champion: poor, challenger: good, on: data)
        #expect(result.metric == .auc && result.improvement > 0.01)
        #expect(result.interval.lowerBound > 0 && result.interval.contains(result.improvement))
        let same = try Trainer().compare(champion: good, challenger: good, on: data)
        #expect(same.improvement == 0 && same.interval == 0...0)
    }
}
