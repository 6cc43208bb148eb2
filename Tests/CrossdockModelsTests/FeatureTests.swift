import CrossdockData
import CrossdockDiagnostics
import Foundation
import Testing

@testable import CrossdockModels

@Suite("Features")
struct FeatureTests {
    /// A pipeline fitted on records, by the features of a spec.
    static func pipeline(
        _ features: String, _ records: [Value], handlesMissing: Bool = false
    ) throws -> (pipeline: FeaturePipeline, table: TrainingTable) {
        let spec = try ModelSpec(
            yaml: """
                model: m
                task: regression
                label: { field: y }
                features: [\(features)]
                trainer: { kind: \(handlesMissing ? "xgboost" : "ridge") }
                """, file: "m.yaml")
        let table = try TrainingTable(.jsonLines(records.flatMap { $0.json + [0x0A] }), for: spec)
        let targets = (0..<table.rows).map { table.label?.numbers[$0] ?? .nan }
        var fitted: [FittedFeature] = []
        for (number, feature) in spec.features.enumerated() {
            fitted.append(
                try FeatureFitting(
                    feature: feature, column: table.columns[number], rows: Array(0..<table.rows),
                    targets: targets,
                    trainerHandlesMissing: handlesMissing
                ).fit())
        }
        return (try FeaturePipeline(fitted), table)
    }

    static func encode(_ pipeline: FeaturePipeline, _ record: Value) throws -> [Double] {
        let document = try JSONDocument(record.json)
        var row = [Double](repeating: .nan, count: pipeline.width)
        var texts: [String] = []
        try pipeline.encode(document.root, into: &row, texts: &texts)
        return row
    }

    // MARK: The reference's transformers

    static func reference(_ id: String) throws -> Value { try Reference("features.json").item(id) }

    @Test(
        "Scalers are scikit-learn's",
        arguments: [
            ("scale-standard", "standard"), ("scale-minmax", "minmax"), ("scale-robust", "robust"),
        ])
    func scalers(_ id: String, _ encoding: String) throws {
        let item = try Self.reference(id)
        let fit = item["fit_X"]?.matrix ?? []
        #expect(!fit.isEmpty)
        let features = (0..<fit[0].count).map { "{ field: x\($0), encode: \(encoding) }" }.joined(
            separator: ", ")
        func record(_ row: [Double]) -> Value {
            .object(ValueObject(row.enumerated().map { ("x\($0)", .double($1)) } + [("y", 1)]))
        }
        let (pipeline, _) = try Self.pipeline(features, fit.map(record))
        for (row, expected) in zip(
            item["test_X"]?.matrix ?? [], item["expected"]?["transform_test"]?.matrix ?? [])
        {
            #expect(largestDifference(try Self.encode(pipeline, record(row)), expected) < 1e-10)
        }
    }

    @Test(
        "Imputers are scikit-learn's",
        arguments: [
            ("impute-mean", "mean"), ("impute-median", "median"), ("impute-most_frequent", "mode"),
        ])
    func imputers(_ id: String, _ policy: String) throws {
        let item = try Self.reference(id)
        let fit = item["fit_X"]?.array ?? []
        let width = try #require(fit.first?.array?.count)
        let features = (0..<width).map { "{ field: x\($0), missing: \(policy) }" }.joined(
            separator: ", ")
        func record(_ row: Value) -> Value {
            .object(ValueObject((row.array ?? []).enumerated().map { ("x\($0)", $1) } + [("y", 1)]))
        }
        let (pipeline, _) = try Self.pipeline(features, fit.map(record))
        for (row, expected) in zip(
            item["test_X"]?.array ?? [], item["expected"]?["transform_test"]?.matrix ?? [])
        {
            #expect(
                largestDifference(
                    try Self.encode(pipeline, record(row)), Array(expected.prefix(width))) < 1e-12)
        }
    }

    @Test("A column without any value stays, filled with 0")
    func allMissing() throws {
        let (pipeline, _) = try Self.pipeline("{ field: a, missing: mean }", [["y": 1], ["y": 2]])
        #expect(try Self.encode(pipeline, [:]) == [0])
    }

    private func categories(_ id: String, _ encoding: String) throws {
        let item = try Self.reference(id)
        let fit = item["fit_X"]?.array ?? []
        let width = try #require(fit.first?.array?.count)
        let features = (0..<width).map { "{ field: x\($0), type: category, encode: \(encoding) }" }
            .joined(separator: ", ")
        func record(_ row: Value) -> Value {
            .object(ValueObject((row.array ?? []).enumerated().map { ("x\($0)", $1) } + [("y", 1)]))
        }
        let (pipeline, _) = try Self.pipeline(features, fit.map(record))
        let tests = item["test_X"]?.array ?? []
        #expect(!tests.isEmpty)
        for (row, expected) in zip(tests, item["expected"]?["transform_test"]?.matrix ?? []) {
            #expect(try Self.encode(pipeline, record(row)) == expected, "\(row.jsonText)")
        }
    }

    @Test("One-hot columns are scikit-learn's: missing is a category, unknown is nothing")
    func oneHot() throws { try categories("onehot-ignore-unknown", "onehot") }

    @Test("Rare and unknown categories share a column")
    func infrequent() throws {
        try categories("onehot-infrequent", "{ onehot: { minFrequency: 2 } }")
    }

    @Test("Ordinal places are scikit-learn's")
    func ordinal() throws { try categories("ordinal", "ordinal") }

    @Test(
        "Target encodings are scikit-learn's",
        arguments: [
            ("target-encoding-smooth-auto", "target"),
            ("target-encoding-smooth-10.0", "{ target: { smoothing: 10 } }"),
        ])
    func target(_ id: String, _ encoding: String) throws {
        let item = try Self.reference(id)
        let records = zip(item["fit_X"]?.array ?? [], item["fit_y"]?.array ?? []).map {
            x, y -> Value in
            ["x": x.array?.first ?? x, "y": y]
        }
        let (pipeline, _) = try Self.pipeline(
            "{ field: x, type: category, encode: \(encoding) }", records)
        let tests = item["test_X"]?.array ?? []
        let expected = item["expected"]?["transform_test"]?.array ?? []
        for (x, value) in zip(tests, expected) {
            let found = try Self.encode(pipeline, ["x": x.array?.first ?? x])
            #expect(abs(found[0] - (value.array?.first ?? value).double) < 1e-10)
        }
    }

    @Test("MurmurHash3 gives the reference's hashes")
    func murmur() throws {
        let item = try Self.reference("murmurhash3-32")
        for (number, text) in (item["strings"]?.strings ?? []).enumerated() {
            let hash = MurmurHash3.hash(Array(text.utf8))
            #expect(Double(hash) == item["expected"]?["unsigned_seed_0"]?.doubles[number])
            #expect(
                Double(Int32(bitPattern: hash))
                    == item["expected"]?["signed_seed_0"]?.doubles[number])
            let other = MurmurHash3.hash(Array(text.utf8), seed: 42)
            #expect(
                Double(Int32(bitPattern: other))
                    == item["expected"]?["signed_seed_42"]?.doubles[number])
        }
    }

    @Test("Hashed features fall into scikit-learn's columns")
    func hashing() throws {
        let item = try Self.reference("feature-hasher-16-sign")
        for (number, row) in (item["rows"]?.array ?? []).enumerated() {
            var columns = [Double](repeating: 0, count: 16)
            for (name, value) in try #require(row.object) {
                let type = value.string == nil ? "number" : "category"
                let (pipeline, _) = try Self.pipeline(
                    "{ field: '\(name)', type: \(type), encode: { hash: { bits: 4 } } }", [["y": 1]]
                )
                let part = try Self.encode(pipeline, [name: value])
                for column in 0..<16 { columns[column] += part[column] }
            }
            for pair in item["expected"]?["nonzero"]?.array?[number].matrix ?? [] {
                #expect(abs(columns[Int(pair[0])] - pair[1]) < 1e-12)
                columns[Int(pair[0])] = 0
            }
            #expect(columns.allSatisfy { $0 == 0 })
        }
    }

    @Test(
        "TF-IDF weights are scikit-learn's",
        arguments: [
            ("tfidf-default", FeatureEncoding.TextOptions()),
            ("tfidf-bigrams", FeatureEncoding.TextOptions(ngrams: 2)),
            ("tfidf-min_df_2", FeatureEncoding.TextOptions(minimum: 2)),
        ])
    func tfidf(_ id: String, _ options: FeatureEncoding.TextOptions) throws {
        let base = try Self.reference("tfidf-default")
        let item = try Self.reference(id)
        let vectorizer = TextVectorizer(fitting: base["docs"]?.strings ?? [], options)
        #expect(vectorizer.terms == item["expected"]?["vocabulary"]?.strings)
        #expect(
            largestDifference(vectorizer.weights, item["expected"]?["idf"]?.doubles ?? []) < 1e-10)
        for (number, text) in (base["test"]?.strings ?? []).enumerated() {
            var columns = [Double](repeating: 0, count: vectorizer.terms.count)
            vectorizer.encode(text, into: &columns)
            for pair in item["expected"]?["test_nonzero"]?.array?[number].matrix ?? [] {
                #expect(abs(columns[Int(pair[0])] - pair[1]) < 1e-10)
                columns[Int(pair[0])] = 0
            }
            #expect(columns.allSatisfy { $0 == 0 })
        }
    }

    @Test("The parts of an instant are those of its zone, across changes of the clock")
    func dates() throws {
        let item = try Self.reference("date-parts")
        let zone = TimeZones.find(try #require(item["params"]?["timezone"]?.string))
        let expected = try #require(item["expected"])
        for (number, text) in (item["timestamps"]?.strings ?? []).enumerated() {
            var text = text
            let stamp = try #require(text.withUTF8 { Timestamp($0) })
            let time = LocalTime(instant: stamp.instant(in: zone), zone: zone)
            #expect(time.date.year == expected["year"]?.ints[number])
            #expect(time.date.month == expected["month"]?.ints[number])
            #expect(time.date.day == expected["day"]?.ints[number])
            #expect(Int(time.hour) == expected["hour"]?.ints[number])
            #expect(time.date.weekday == expected["weekday_monday_0"]?.ints[number])
            #expect(time.date.dayOfYear == expected["day_of_year"]?.ints[number])
        }
    }

    // MARK: Reading records

    @Test(
        "Values of another type are refused, never converted",
        arguments: [
            ("number", "\"12\""), ("number", "{}"), ("integer", "3.5"), ("integer", "\"3\""),
            ("boolean", "\"true\""),
            ("boolean", "2"), ("category", "[]"), ("text", "1"), ("date", "20240229"),
            ("date", "\"2024-02-30\""),
            ("dateTime", "\"yesterday\""), ("dateTime", "\"2024-01-01T25:00:00Z\""),
        ])
    func wrongTypes(_ type: String, _ json: String) throws {
        let encoding =
            type == "text" ? "{ hash: { bits: 2 } }" : type == "category" ? "onehot" : "none"
        let (pipeline, _) = try Self.pipeline(
            "{ field: a, type: \(type), encode: \(encoding) }", [["y": 1]])
        let error = #expect(throws: ModelError.self) {
            try Self.encode(pipeline, ["a": try Value(json: json)])
        }
        #expect(error?.code == .featureWrongType)
        #expect(error?.feature == "a")
        #expect(error?.message.contains(json) == false || json.count < 4)
    }

    @Test("Null and absent are the same; what may not be missing is refused")
    func missing() throws {
        let (pipeline, _) = try Self.pipeline(
            "{ field: a, missing: { constant: 7 } }, { field: b.c, missing: median }",
            [["y": 1, "b": ["c": 4]]])
        #expect(try Self.encode(pipeline, [:]) == [7, 4])
        #expect(try Self.encode(pipeline, ["a": nil, "b": 3]) == [7, 4])
        let (strict, _) = try Self.pipeline("{ field: a, missing: fail }", [["y": 1, "a": 1]])
        let error = #expect(throws: ModelError.self) { try Self.encode(strict, ["a": nil]) }
        #expect(error?.code == .featureMissing)
        #expect(throws: ModelError.self) { try Self.encode(strict, [1]) }
    }

    @Test("Ids keep their leading zeros, and names their bytes")
    func ids() throws {
        let records: [Value] = [
            ["a": "007", "y": 1], ["a": "7", "y": 1], ["a": "e\u{301}", "y": 1],
            ["a": "é", "y": 1],
        ]
        let (pipeline, _) = try Self.pipeline("{ field: a, type: category }", records)
        #expect(pipeline.width == 4)
        #expect(Set(try records.map { try Self.encode(pipeline, $0) }).count == 4)
    }

    @Test("Nested, listed, oddly named and escaped fields are found in one pass")
    func paths() throws {
        let (pipeline, _) = try Self.pipeline(
            "{ name: n0, field: a.b }, { name: n1, field: 'l[1].x' }, { name: n2, field: '\"odd.name\"' }, { name: n3, field: a.b }, { name: n4, field: 'l[0]' }, { name: n5, field: q }",
            [["y": 1]])
        let record = try JSONDocument(
            Array(#"{"z":{"b":9},"a":{"b":1},"l":[5,{"x":2}],"odd.name":3,"\u0071":4,"b":8}"#.utf8))
        var row = [Double](repeating: 0, count: 6)
        var texts: [String] = []
        try pipeline.encode(record.root, into: &row, texts: &texts)
        #expect(row == [1, 2, 3, 1, 5, 4])
    }

    @Test(
        "Numbers are read to the nearest double",
        arguments: [
            "0", "-0.0", "1e308", "0.1", "123456789012345678901234567890",
            "2.2250738585072011e-308", "-17.25", "1E-3", "9007199254740993", "0.30000000000000004",
            "1e400",
        ])
    func numbers(_ text: String) {
        let found = Array(text.utf8).withUnsafeBufferPointer { NumberText.double($0) }
        #expect(found == Double(text))
    }

    @Test(
        "What is no number is not read as one",
        arguments: ["", "-", "1e", "0x10", "nan", "inf", "1 2", "--1", "1..2", "١"])
    func notNumbers(_ text: String) {
        #expect(Array(text.utf8).withUnsafeBufferPointer { NumberText.double($0) } == nil)
    }

    @Test("Cyclic encodings close the circle")
    func cycles() throws {
        let (pipeline, _) = try Self.pipeline(
            "{ field: h, encode: { cyclic: { period: 24 } } }, { field: t, type: dateTime, encode: { cyclic: { period: hour, zone: Europe/Berlin } } }",
            [["y": 1]])
        let row = try Self.encode(pipeline, ["h": 6, "t": "2024-07-01T04:00:00Z"])
        #expect(largestDifference(row, [1, 0, 1, 0]) < 1e-12)
        let night = try Self.encode(pipeline, ["h": 24, "t": "2024-07-01T00:00:00+02:00"])
        #expect(largestDifference(night, [0, 1, 0, 1]) < 1e-12)
    }

    @Test("A feature may be computed by an expression over the record")
    func expressions() throws {
        let (pipeline, _) = try Self.pipeline(
            "{ name: lines, expr: '$count(items)' }, { name: big, expr: 'amount > 100', type: boolean }",
            [["y": 1, "items": [1, 2], "amount": 5]])
        #expect(try Self.encode(pipeline, ["items": [1, 2, 3], "amount": 200]) == [3, 1])
        let error = #expect(throws: ModelError.self) { try Self.encode(pipeline, ["amount": "x"]) }
        #expect(error?.code == .featureExpression)
    }

    @Test(
        "An expression that may not be missing fails alone; the other features are encoded all the same"
    )
    func expressionMissing() throws {
        let (pipeline, _) = try Self.pipeline(
            "{ name: e, expr: 'a.b', missing: fail }, { field: x }",
            [["y": 1, "a": ["b": 2], "x": 1]])
        #expect(try Self.encode(pipeline, ["a": ["b": 3], "x": 4]) == [3, 4])
        let error = #expect(throws: ModelError.self) { try Self.encode(pipeline, ["x": 4]) }
        #expect(error?.code == .featureMissing && error?.feature == "e")
    }

    @Test("A model names the fields it reads, of expressions too")
    func fields() throws {
        let spec = try ModelSpec(
            yaml: """
                model: m
                task: regression
                label: { field: y }
                features: [{ field: a.b }, { name: c, field: a.b, type: integer }, { name: e, expr: "$sum(items.price) + odd" }]
                trainer: { kind: xgboost }
                """, file: "m.yaml")
        let expected = ["a.b", "items.price", "odd"].compactMap { FieldPath($0)?.segments }
        #expect(spec.fields.map(\.segments) == expected)
    }

    @Test("Ten thousand categories are refused with a way out")
    func manyCategories() throws {
        let records = (0..<10_000).map { row -> Value in ["a": .string("k\(row)"), "y": 1] }
        let error = #expect(throws: ModelError.self) {
            try Self.pipeline("{ field: a, type: category }", records)
        }
        #expect(error?.code == .tooManyCategories)
        #expect(error?.message.contains("'hash'") == true)
    }

    @Test("What was fitted reads back from JSON bit by bit")
    func stored() throws {
        let records: [Value] = (0..<40).map { row -> Value in
            [
                "n": .double(Double(row) / 7), "c": .string("k\(row % 5)"),
                "t": .string("word\(row % 3) other"),
                "d": "2024-03-31T01:30:00Z", "b": .bool(row % 2 == 0),
                "y": .double(Double(row) * 1.1),
            ]
        }
        let (pipeline, table) = try Self.pipeline(
            """
            { field: n, encode: standard }, { name: n2, field: n, encode: robust, missing: median }, \
            { name: n3, field: n, encode: log1p }, { field: c, type: category }, \
            { name: c2, field: c, type: category, encode: target }, { name: c3, field: c, type: category, encode: frequency, missing: mode }, \
            { name: c4, field: c, type: category, encode: { hash: { bits: 3 } } }, { field: t, type: text }, \
            { field: d, type: dateTime, encode: { cyclic: { period: dayOfYear, zone: Asia/Tokyo } } }, { name: d2, field: d, type: date }, \
            { field: b, type: boolean, encode: onehot }, { name: p, field: n, encode: { cyclic: { period: 3.3 } } }
            """, records)
        let stored = try pipeline.features.map { feature in
            try FittedFeature(stored: try Value(json: feature.stored.json))
        }
        let again = try FeaturePipeline(stored)
        #expect(again.width == pipeline.width && again.columnNames == pipeline.columnNames)
        let whole = pipeline.encode(table, Array(0..<table.rows), as: Double.self)
        #expect(again.encode(table, Array(0..<table.rows), as: Double.self) == whole)
        // Serving reads records, training reads columns: the same bits.
        for (number, record) in records.enumerated() {
            let range = (number * pipeline.width)..<((number + 1) * pipeline.width)
            #expect(try Self.encode(again, record) == Array(whole[range]))
            #expect(try Self.encode(again, table.record(number)) == Array(whole[range]))
        }
    }

    @Test(
        "CSV cells are read by the declared type; quotes, line breaks and separators may stand in them"
    )
    func csv() throws {
        var reader = CSVReader(Array("\u{FEFF}a,\"b\"\"q\"\r\n\"x,\ny\",\r\n\r\n1,2".utf8))
        var row = CSVReader.Row()
        var rows: [[String]] = []
        var lines: [Int] = []
        while try reader.next(&row) {
            rows.append((0..<row.count).map { row.string($0) })
            lines.append(reader.line)
        }
        #expect(rows == [["a", "b\"q"], ["x,\ny", ""], ["1", "2"]])
        #expect(lines == [1, 2, 5])
        for bad in ["\"open", "\"a\"b,c"] {
            var reader = CSVReader(Array(bad.utf8))
            #expect(throws: ModelError.self) { try reader.next(&row) }
        }
    }
}
