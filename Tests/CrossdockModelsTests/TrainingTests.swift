import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockModels

@Suite("Training")
struct TrainingTests {
    @Test(
        "The churn model separates customers of the held-out fifth as well as is known to be possible"
    )
    func churn() throws {
        let candidate = try Telco.candidate.get()
        let auc = try #require(candidate.evaluation?[.auc]?.value)
        #expect(auc > 0.83 && auc < 0.87)
        #expect(candidate.trainingRows == 5_634 && candidate.testRows == 1_409)
        #expect(candidate.baselines.map(\.name) == ["naive", "logistic"])
        let naive = try #require(candidate.baselines[0].evaluation[.auc]?.value)
        #expect(naive == 0.5)
        #expect(candidate.importance.first?.feature == "contract")
        #expect(candidate.findings.isEmpty, "\(candidate.findings)")
        #expect(candidate.evaluation?[.auc]?.interval?.contains(auc) == true)
    }

    @Test("The same rows and seed give the same model, bit by bit")
    func repeatable() throws {
        let again = try Trainer().train(try Telco.spec(), on: .jsonLines(Telco.jsonLines))
        #expect(
            again.model.artifact.file.bytes == (try Telco.candidate.get()).model.artifact.file.bytes
        )
        let other = try Trainer().train(try Telco.spec(), on: .jsonLines(Telco.jsonLines), seed: 7)
        #expect(other.model.artifact.file.bytes != again.model.artifact.file.bytes)
    }

    @Test("Serving gives the very scores that judging gave")
    func parity() throws {
        let candidate = try Telco.candidate.get()
        let spec = try Telco.spec()
        let table = try TrainingTable(.jsonLines(Telco.jsonLines), for: spec)
        let judge = Judge(model: candidate.model, table: table, labels: try Labels(table, spec))
        let rows = Array(stride(from: 0, to: 7_043, by: 97))
        let judged = try judge.scores(rows).map { $0[0] }
        let served = try rows.map { try candidate.model.score(Telco.records[$0]).score }
        #expect(judged == served)
    }

    @Test("CSV and JSON lines of the same table train the same model")
    func forms() throws {
        var csv = ""
        let names = Array(try #require(Telco.records.first?.object).keys)
        csv += names.joined(separator: ",") + "\n"
        for record in Telco.records {
            csv += names.map { record[$0]?.scalarText ?? "" }.joined(separator: ",") + "\n"
        }
        let candidate = try Trainer().train(try Telco.spec(), on: .csv(Array(csv.utf8)))
        #expect(
            candidate.model.artifact.file.bytes
                == (try Telco.candidate.get()).model.artifact.file.bytes)
    }

    @Test("Reasons name features with their values and effects")
    func reasons() throws {
        let model = try Telco.candidate.get().model
        let prediction = try model.score(Telco.records[0], reasons: .usual)
        #expect(!prediction.reasons.isEmpty && prediction.reasons.count <= 5)
        let first = try #require(prediction.reasons.first)
        #expect(model.spec.feature(first.feature) != nil)
        #expect(first.value != nil)
        let effects = prediction.reasons.map { abs($0.effect) }
        #expect(effects == effects.sorted(by: >))
        #expect(prediction.value["source"] == "model")
        #expect(try model.score(Telco.records[0]).reasons.isEmpty)
    }

    static func spec(_ trainer: String, task: String = "binary", label: String = "y, positive: b")
        throws -> ModelSpec
    {
        try ModelSpec(
            yaml: """
                model: small
                task: \(task)
                label: { field: \(label) }
                features:
                  - { field: x, type: number }
                  - { field: c, type: category }
                trainer: { kind: \(trainer) }
                """, file: "model.yaml")
    }

    static func lines(_ count: Int, _ record: (Int) -> Value) -> TrainingData {
        .jsonLines((0..<count).flatMap { record($0).json + [0x0A] })
    }

    @Test(
        "Every kind learns what there is to learn, and its file gives the same scores again",
        arguments: ["xgboost", "tree", "forest", "logistic", "naiveBayes", "knn", "sgd"])
    func binaryKinds(_ kind: String) throws {
        let data = Self.lines(400) { row in
            [
                "x": .double(Double(row % 20)), "c": .string(row % 3 == 0 ? "u" : "v"),
                "y": .string(row % 20 + row % 3 > 10 ? "b" : "a"),
            ]
        }
        let candidate = try Trainer().train(try Self.spec(kind), on: data)
        #expect(try #require(candidate.evaluation?[.auc]?.value) > 0.97)
        let artifact = candidate.model.artifact
        let again = try LoadedModel(artifact)
        for x in 0..<20 {
            let record: Value = ["x": .integer(x), "c": "u"]
            #expect(try again.score(record) == candidate.model.score(record))
        }
    }

    @Test(
        "Regression kinds find a line",
        arguments: ["linear", "ridge", "lasso", "xgboost", "forest", "knn", "sgd"])
    func regressionKinds(_ kind: String) throws {
        let data = Self.lines(300) { row in
            let x = Double(row % 50)
            return [
                "x": .double(x), "c": .string(row % 2 == 0 ? "u" : "v"),
                "y": .double(3 * x + (row % 2 == 0 ? 20 : 0)),
            ]
        }
        let candidate = try Trainer().train(
            try Self.spec(kind, task: "regression", label: "y"), on: data)
        #expect(try #require(candidate.evaluation?[.r2]?.value) > 0.95)
        #expect(try candidate.model.score(["x": 10, "c": "u"]).label == nil)
    }

    @Test(
        "Several classes get a probability each",
        arguments: ["xgboost", "logistic", "tree", "forest", "naiveBayes", "knn", "sgd"])
    func multiclass(_ kind: String) throws {
        let data = Self.lines(300) { row in
            [
                "x": .integer(row % 3 * 10 + row % 7), "c": "u",
                "y": .string(["lo", "mid", "hi"][row % 3]),
            ]
        }
        let candidate = try Trainer().train(
            try Self.spec(kind, task: "multiclass", label: "y"), on: data)
        let prediction = try candidate.model.score(["x": 22, "c": "u"])
        #expect(prediction.label == "hi")
        #expect(prediction.probabilities.map(\.label) == ["hi", "lo", "mid"])
        #expect(abs(prediction.probabilities.reduce(0) { $0 + $1.probability } - 1) < 1e-4)
        #expect(prediction.score == prediction.probabilities[0].probability)
    }

    @Test("Data that cannot train a model are refused with the reason")
    func refused() throws {
        let spec = try Self.spec("xgboost")
        func code(_ lines: String) -> DiagnosticCode? {
            do {
                _ = try Trainer().train(spec, on: .jsonLines(Array(lines.utf8)))
                return nil
            } catch { return (error as ModelError).code }
        }
        #expect(code("") == .labelMissing)
        #expect(code("{\"x\":1}\n{\"x\":2}") == .labelMissing)
        #expect(code("{\"x\":1,\"y\":\"a\"}\n{\"x\":2,\"y\":\"a\"}") == .labelOneClass)
        #expect(code("{\"x\":1,\"y\":\"a\"}\n{\"x\":2,\"y\":\"c\"}\n") == .labelOneClass)
        #expect(code("{\"x\":\"1\",\"y\":\"a\"}\n") == .featureWrongType)
        #expect(code("{\"x\":1,\"y\":\"a\"}\n<html>\n") == .trainingDataUnreadable)
        #expect(code("[1]\n") == .trainingDataUnreadable)
    }

    @Test("A table without a feature's column says which one was meant")
    func missingColumn() throws {
        let error = #expect(throws: ModelError.self) {
            try Trainer().train(try Self.spec("xgboost"), on: .csv(Array("x,cc,y\n1,u,a\n".utf8)))
        }
        #expect(error?.code == .trainingDataUnreadable)
        #expect(error?.message.contains("'c'") == true)
    }

    @Test("A feature that gives the label away, never changes or is an id is pointed out")
    func suspects() throws {
        let spec = try ModelSpec(
            yaml: """
                model: leaky
                task: binary
                label: { field: y, positive: "1" }
                features:
                  - { field: leak, type: number }
                  - { field: constant, type: number }
                  - { field: id, type: category, encode: { onehot: { minFrequency: 2 } } }
                trainer: { kind: xgboost }
                """, file: "model.yaml")
        let data = Self.lines(200) {
            [
                "leak": .integer($0 % 2), "constant": 4, "id": .string("k\($0)"),
                "y": .integer($0 % 2),
            ]
        }
        let findings = try Trainer().train(spec, on: data).findings.map(\.message)
        #expect(findings.count == 3)
        #expect(findings.contains { $0.contains("'leak'") && $0.contains("perfectly") })
        #expect(findings.contains { $0.contains("'constant' never changes") })
        #expect(findings.contains { $0.contains("'id'") && $0.contains("like an id") })
    }

    @Test("Training stops when it is told to")
    func cancelled() throws {
        let error = #expect(throws: ModelError.self) {
            try Trainer().train(
                try Telco.spec(), on: .jsonLines(Telco.jsonLines), keepGoing: { false })
        }
        #expect(error?.code == .trainingCancelled)
    }

    @Test("Early stopping never looks at the rows that judge")
    func earlyStopping() throws {
        let spec = try Self.spec(
            "xgboost, params: { num_boost_round: 500, early_stopping_rounds: 5 }")
        let data = Self.lines(600) { row in
            [
                "x": .double(Double(row % 20)), "c": "u",
                "y": .string((row * 7919) % 13 > row % 20 ? "b" : "a"),
            ]
        }
        let candidate = try Trainer().train(spec, on: data)
        #expect(try #require(candidate.rounds) < 500)
        #expect(candidate.trainingRows + candidate.testRows == 600)
    }
}
