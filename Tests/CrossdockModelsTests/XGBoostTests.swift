import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockModels

/// The stored models, their rows and what XGBoost 3.2 says of them.
struct BoosterCase: Sendable, CustomTestStringConvertible {
    let id: String
    let item: Value
    var testDescription: String { id }

    static let all: [BoosterCase] = {
        let cases = (try? Reference("xgboost.json").cases) ?? []
        return cases.compactMap { item in
            guard item["model_ubj"] != nil, let id = item["id"]?.string else { return nil }
            return BoosterCase(id: id, item: item)
        }
    }()

    /// All rows, without the label, as the case changes them.
    func table() throws -> (rows: [[Double]], labels: [Double]) {
        let source = item["data"]?.string ?? ""
        let file =
            source.contains("breast")
            ? "breast_cancer.csv" : source.contains("wine") ? "wine.csv" : "diabetes.csv"
        var (rows, labels): ([[Double]], [Double]) = ([], [])
        for row in try Fixture.table(file).rows {
            rows.append(Array(row.dropLast()))
            labels.append(row.last ?? .nan)
        }
        if source.contains("first 8") { rows = rows.map { Array($0.prefix(8)) } }
        if source.contains("first 10") { rows = rows.map { Array($0.prefix(10)) } }
        if source.contains("target/10") {
            labels = labels.map { ($0 / 10).rounded(.toNearestOrEven) }
        }
        for cell in item["missing_cells"]?.ints ?? [] { rows[cell / 8][cell % 8] = .nan }
        return (rows, labels)
    }

    func testRows() throws -> [[Double]] {
        let rows = try table().rows
        return (item["test_rows"]?.ints ?? []).map { rows[$0] }
    }

    func bytes(_ format: String) throws -> [UInt8] {
        let path = try #require(item["model_\(format)"]?.string)
        return try Fixture.bytes("reference/\(path)")
    }

    /// XGBoost's answer, flat.
    var prediction: [Double] {
        (item["expected"]?["prediction"]?.array ?? []).flatMap {
            $0.array == nil ? [$0.double] : $0.doubles
        }
    }
}

@Suite("XGBoost models")
struct XGBoostTests {
    @Test(
        "The library answers what it was trained to answer", arguments: BoosterCase.all,
        ["json", "ubj"])
    func library(_ item: BoosterCase, _ format: String) throws {
        let booster = try Booster.load(try item.bytes(format))
        let scores = try booster.score(try floats(try item.testRows())).map(Double.init)
        #expect(largestDifference(scores, item.prediction) <= 1e-5)
    }

    @Test(
        "The native evaluator gives the library's very bits", arguments: BoosterCase.all,
        ["json", "ubj"])
    func native(_ item: BoosterCase, _ format: String) throws {
        let bytes = try item.bytes(format)
        let trees = try #require(TreeEnsemble(try XGBoostFile(bytes)))
        let booster = try Booster.load(bytes)
        let rows = try floats(try item.testRows())
        let expected = try booster.score(rows)
        let margins = try booster.score(rows, .margin)
        for row in 0..<rows.rows {
            let values = Array(rows[row: row])
            var scores = [Float](repeating: 0, count: trees.outputs)
            trees.score(values, into: &scores)
            let range = (row * trees.outputs)..<((row + 1) * trees.outputs)
            #expect(scores == Array(expected[range]))
            trees.margins(values, into: &scores)
            #expect(scores == Array(margins[range]))
        }
    }

    @Test("Leaves are numbered as in the reference", arguments: BoosterCase.all)
    func leaves(_ item: BoosterCase) throws {
        let booster = try Booster.load(try item.bytes("ubj"))
        let rows = try floats(Array(try item.testRows().prefix(8)))
        let leaves = try booster.score(rows, .leaves).map(Double.init)
        let expected = (item.item["expected"]?["leaf_index_first"]?.matrix ?? []).flatMap(\.self)
        #expect(leaves == expected)
    }

    @Test("Contributions are those of TreeSHAP and sum to the margin", arguments: BoosterCase.all)
    func contributions(_ item: BoosterCase) throws {
        let trees = try #require(TreeEnsemble(try XGBoostFile(try item.bytes("ubj"))))
        let explainer = try #require(TreeExplainer(trees))
        let expected = item.item["expected"]?["contributions_first"]?.array ?? []
        let margins = item.item["expected"]?["margin_first"]?.array ?? []
        #expect(!expected.isEmpty)
        for (number, row) in try item.testRows().prefix(expected.count).enumerated() {
            let found = explainer.contributions(row.map { Float($0) })
            for output in 0..<trees.outputs {
                let all = found[output] + [explainer.base[output]]
                #expect(largestDifference(all, expected[number].matrix[output]) <= 1e-4)
                let margin =
                    margins[number].array.map { $0[output].double } ?? margins[number].double
                #expect(abs(all.reduce(0, +) - margin) <= 1e-4 * max(1, abs(margin)))
            }
        }
    }

    @Test("Contributions equal the Shapley values found by enumerating all subsets")
    func enumeration() throws {
        let item = try Reference("xgboost.json").item("shap-enumerated")
        let bytes = try Fixture.bytes("reference/models/xgb_shap_enumerated.json")
        let trees = try #require(TreeEnsemble(try XGBoostFile(bytes)))
        let explainer = try #require(TreeExplainer(trees))
        let table = try Fixture.table("iris.csv").rows
        let expected = item["expected"]?["contributions_by_enumeration"]?.matrix ?? []
        #expect(expected.count == 6)
        for (number, row) in (item["rows"]?.ints ?? []).enumerated() {
            let found = explainer.contributions(table[row].prefix(4).map { Float($0) })[0]
            #expect(largestDifference(found + [explainer.base[0]], expected[number]) <= 1e-6)
        }
    }

    @Test(
        "Training with an explicit base score and no sampling repeats the reference",
        arguments: BoosterCase.all.filter {
            $0.item["params"]?["base_score"] != nil && $0.item["params"]?["subsample"] == nil
        })
    func training(_ item: BoosterCase) throws {
        let (rows, labels) = try item.table()
        let test = Set(item.item["test_rows"]?.ints ?? [])
        let training = rows.indices.filter { !test.contains($0) }
        let matrix = try DataMatrix.make(
            try floats(training.map { rows[$0] }), labels: training.map { Float(labels[$0]) })
        let (bytes, _) = try Booster.train(
            matrix, validation: nil, features: rows[0].count,
            parameters: Self.parameters(item.item["params"]),
            schedule: Booster.Schedule(rounds: try #require(item.item["rounds"]?.int)))
        let scores = try Booster.load(bytes).score(try floats(try item.testRows())).map(Double.init)
        #expect(largestDifference(scores, item.prediction) <= 1e-4)
    }

    private static func parameters(_ params: Value?) -> [(name: String, value: String)] {
        (params?.object.map { Array($0) } ?? []).flatMap { name, value in
            (value.array ?? [value]).compactMap { $0.scalarText }.map { (name, $0) }
        }
    }

    @Test("Early stopping keeps the best round and scores with it alone")
    func earlyStopping() throws {
        let item = try Reference("xgboost.json").item("early-stopping")
        let table = try Fixture.table("breast_cancer.csv").rows
        let valid = item["valid_rows"]?.ints ?? []
        let test = item["test_rows"]?.ints ?? []
        let left = Set(valid + test)
        let training = table.indices.filter { !left.contains($0) }
        func matrix(_ rows: [Int]) throws -> DataMatrix {
            try DataMatrix.make(
                try floats(rows.map { table[$0].dropLast() }),
                labels: rows.map { Float(table[$0].last ?? 0) })
        }
        let (bytes, history) = try Booster.train(
            try matrix(training), validation: try matrix(valid), features: 30,
            parameters: Self.parameters(item["params"]),
            schedule: Booster.Schedule(rounds: 500, earlyStopping: 10))
        #expect(history.bestRound == item["expected"]?["best_iteration"]?.int)
        #expect(history.validation.count == item["expected"]?["rounds_run"]?.int)
        let file = try XGBoostFile(bytes)
        #expect(file.scoredRounds == 61)
        let trees = try #require(TreeEnsemble(file))
        let scores = test.prefix(10).map { row in
            var score: [Float] = [0]
            trees.score(table[row].dropLast().map { Float($0) }, into: &score)
            return Double(score[0])
        }
        #expect(
            largestDifference(
                scores, item["expected"]?["prediction_at_best_first_10"]?.doubles ?? []) <= 1e-4)
    }

    @Test("A base score per class is refused by an old library, never misread")
    func baseScorePerClass() throws {
        let text = String(
            decoding: try Fixture.bytes("reference/models/xgb_multiclass-portable.json"),
            as: UTF8.self)
        let changed = Array(text.replacing("[5E-1,5E-1,5E-1]", with: "[5E-1,2E-1,3E-1]").utf8)
        let file = try XGBoostFile(changed)
        #expect(throws: ModelError.self) { try file.portable(changed, library: 107) }
        #expect(try file.portable(changed, library: 302) == changed)
        // The native evaluator needs no library.
        #expect(TreeEnsemble(file)?.base == [0.5, 0.2, 0.3])
    }

    @Test("Files that are cut, looped or inconsistent are refused with a code")
    func brokenFiles() throws {
        let bytes = try Fixture.bytes("reference/models/xgb_binary-portable.json")
        let text = String(decoding: bytes, as: UTF8.self)
        let ubj = try Fixture.bytes("reference/models/xgb_binary-portable.ubj")
        var broken: [[UInt8]] = [
            [], Array("{}".utf8), Array("PK\u{3}\u{4}".utf8), Array(bytes.prefix(bytes.count / 2)),
            Array(text.replacing("\"left_children\":[1,3", with: "\"left_children\":[1,1").utf8),
            Array(
                text.replacing("\"left_children\":[1,3", with: "\"left_children\":[1,99999").utf8),
            Array(text.replacing("\"num_feature\":\"30\"", with: "\"num_feature\":\"3\"").utf8),
            Array(text.replacing("\"base_score\":\"[5E-1]\"", with: "\"base_score\":\"x\"").utf8),
            Array(text.replacing("\"tree_info\":[0,0", with: "\"tree_info\":[7,0").utf8),
        ]
        for cut in stride(from: 1, to: ubj.count, by: 997) { broken.append(Array(ubj.prefix(cut))) }
        for (number, file) in broken.enumerated() {
            #expect(file != bytes, "case \(number) changes nothing")
            let error = #expect(throws: ModelError.self, "case \(number)") { try XGBoostFile(file) }
            #expect(error?.code == .modelFileBroken, "case \(number)")
        }
    }

    @Test("No single changed byte makes the reader trap")
    func mutations() throws {
        let original = try Fixture.bytes("reference/models/xgb_binary-weighted-imbalance.ubj")
        var generator = SplitMix64(seed: 7)
        for _ in 0..<2_000 {
            var bytes = original
            bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
                truncatingIfNeeded: generator.next())
            if let file = try? XGBoostFile(bytes), let trees = TreeEnsemble(file), trees.columns > 0
            {
                var scores = [Float](repeating: 0, count: trees.outputs)
                trees.score([Float](repeating: 1, count: trees.columns), into: &scores)
            }
        }
    }
}
