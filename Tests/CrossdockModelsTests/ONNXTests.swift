import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockModels

@Suite("ONNX models")
struct ONNXTests {
    static let cases: [String] = [
        "logistic_pipeline", "logistic_pipeline_zipmap", "random_forest_digits",
        "gradient_boosting_diabetes", "ridge_diabetes_float64", "kmeans_iris", "scaler_pca_wine",
        "mlp_wine", "opportunity_mixed_inputs", "xgboost_cancer_onnxmltools", "torch_mlp_cancer",
        "torch_mlp_fixed_batch_2", "float32_scaler_tree",
    ]

    @Test("Answers are those of the reference runtime", arguments: cases)
    func answers(_ id: String) throws {
        let item = try Reference("onnx.json").item(id)
        let path = try #require(item["model"]?.string)
        let session = try ONNXSession(try Fixture.bytes("reference/\(path)"))
        let answers = try session.run(try Self.feed(item, session.inputs))
        for (port, answer) in zip(session.outputs, answers) {
            let expected = try #require(item["expected"]?[port.name], "no '\(port.name)'")
            switch answer {
            case .tensor(let tensor):
                let flat = (expected.array ?? []).flatMap {
                    $0.array == nil ? [$0.double] : $0.doubles
                }
                let found = try #require(tensor.numbers)
                #expect(found.count == flat.count)
                for (one, other) in zip(found, flat) {
                    #expect(abs(one - other) <= 1e-5 + 1e-5 * abs(other))
                }
            case .maps(let maps):
                #expect(maps.count == expected.array?.count)
                for (map, other) in zip(maps, expected.array ?? []) {
                    for pair in other.matrix {
                        #expect(abs((map["\(Int(pair[0]))"] ?? .nan) - pair[1]) <= 1e-5)
                    }
                }
            }
        }
    }

    private static func feed(_ item: Value, _ inputs: [ONNXPort]) throws -> [String: ONNXTensor] {
        var feed: [String: ONNXTensor] = [:]
        if let given = item["feed"]?.object {
            for port in inputs {
                let values = given[port.name] ?? given["X_float64"] ?? []
                let rows = values.array?.count ?? 0
                if port.element == .text {
                    feed[port.name] = .texts(values.strings, shape: [rows, 1])
                } else {
                    let flat = (values.array ?? []).flatMap {
                        $0.array == nil ? [$0.double] : $0.doubles
                    }
                    feed[port.name] = .floats(
                        flat.map { Float($0) }, shape: [rows, flat.count / max(1, rows)])
                }
            }
            return feed
        }
        let name = try #require(item["data"]?.string?.split(separator: "/").last.map(String.init))
        let table = try Fixture.table(name)
        let rows = (item["rows"]?.ints ?? []).map { Array(table.rows[$0].dropLast()) }
        let port = try #require(inputs.first)
        let flat = rows.flatMap(\.self)
        let shape = [rows.count, rows.first?.count ?? 0]
        feed[port.name] =
            port.element == .double
            ? .doubles(flat, shape: shape) : .floats(flat.map { Float($0) }, shape: shape)
        return feed
    }

    @Test(
        "Broken files are refused with a code",
        arguments: ["truncated", "not_onnx", "empty", "opset_99", "unknown_operator"])
    func broken(_ name: String) throws {
        let bytes = try Fixture.bytes("reference/onnx/broken_\(name).onnx")
        let error = #expect(throws: ModelError.self) { _ = try ONNXSession(bytes) }
        let expected =
            name == "opset_99" || name == "unknown_operator"
            ? DiagnosticCode.modelFileUnsupported : .modelFileBroken
        #expect(error?.code == expected)
    }

    @Test("Feeds that do not fit are refused; an empty one is not")
    func badFeeds() throws {
        let session = try ONNXSession(try Fixture.bytes("reference/onnx/logistic_pipeline.onnx"))
        func row(_ count: Int) -> [Float] { [Float](repeating: 1, count: count) }
        let bad: [[String: ONNXTensor]] = [
            ["X": .floats(row(29), shape: [1, 29])],
            ["X": .doubles(row(30).map(Double.init), shape: [1, 30])],
            ["X": .floats(row(30), shape: [30])],
            [:],
            ["Z": .floats(row(30), shape: [1, 30])],
            ["X": .floats(row(30), shape: [1, 31])],
            ["X": .floats(row(30), shape: [-1, -30])],
        ]
        for feed in bad {
            let error = #expect(throws: ModelError.self) { try session.run(feed) }
            #expect(error?.code == .onnxFailed)
        }
        let answers = try session.run(["X": .floats([], shape: [0, 30])])
        #expect(
            answers.allSatisfy {
                if case .tensor(let tensor) = $0 { tensor.count == 0 } else { false }
            })
    }

    @Test("A model with a fixed batch says how many rows it takes")
    func fixedBatch() throws {
        let session = try ONNXSession(
            try Fixture.bytes("reference/onnx/torch_mlp_fixed_batch_2.onnx"))
        #expect(session.inputs[0].fixedRows == 2)
        let error = #expect(throws: ModelError.self) {
            try session.run(["features": .floats([Float](repeating: 0, count: 30), shape: [1, 30])])
        }
        #expect(error?.message.contains("exactly 2 rows") == true)
    }

    @Test("Data in other files, foreign operators and absurd sizes never reach the runtime")
    func refusedBeforehand() throws {
        func message(_ field: Int, _ content: [UInt8]) -> [UInt8] {
            [UInt8(field << 3 | 2), UInt8(content.count)] + content
        }
        func varint(_ field: Int, _ bytes: [UInt8]) -> [UInt8] { [UInt8(field << 3)] + bytes }
        let outside = message(
            7,
            message(
                5,
                message(
                    13, message(1, Array("location".utf8)) + message(2, Array("/etc/passwd".utf8))))
        )
        let flagged = message(7, message(5, varint(14, [1])))
        let foreign = message(7, message(1, message(7, Array("evil.ops".utf8))))
        let huge = message(7, message(5, varint(1, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F])))
        let negative = message(
            7, message(5, varint(1, [0xFB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01])))
        let cases: [([UInt8], DiagnosticCode)] = [
            (outside, .modelFileUnsupported), (flagged, .modelFileUnsupported),
            (foreign, .modelFileUnsupported),
            (huge, .modelTooLarge), (negative, .modelTooLarge),
        ]
        for (bytes, code) in cases {
            let error = #expect(throws: ModelError.self) { _ = try ONNXFile(bytes) }
            #expect(error?.code == code)
        }
    }

    @Test("No cut and no changed byte makes the reader trap")
    func mutations() throws {
        let original = try Fixture.bytes("reference/onnx/opportunity_mixed_inputs.onnx")
        var generator = SplitMix64(seed: 3)
        for cut in stride(from: 0, to: original.count, by: 7) {
            _ = try? ONNXFile(Array(original.prefix(cut)))
        }
        for _ in 0..<2_000 {
            var bytes = original
            bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
                truncatingIfNeeded: generator.next())
            _ = try? ONNXFile(bytes)
        }
    }
}
