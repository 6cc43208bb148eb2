internal import CReference
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockModels

/// One record at a time through a churn model, against the library's own call on encoded rows.
enum ScoreBenchmark {
    static func run(_ surroundings: Surroundings) async throws -> [Line] {
        let table = try TelcoTable("\(surroundings.fixtures)/telco/telco-customer-churn.csv")
        let spec = try ModelSpec(yaml: TelcoTable.spec, file: "model.yaml")
        let candidate: Candidate
        do { candidate = try Trainer().train(spec, on: .jsonLines(table.lines)) } catch {
            throw error.code.id == "CD5102" ? Skip("\(error.message)") : error as any Error
        }
        let registry = ModelRegistry(directory: "\(surroundings.folder)/models")
        let version = try registry.register(candidate, by: "bench")
        let reference = ModelReference(name: "churn", selector: .version(version))
        _ = try registry.export(reference, to: "\(surroundings.folder)/churn")
        guard let booster = reference_booster("\(surroundings.folder)/churn/model.ubj") else {
            throw Skip("libxgboost cannot be loaded")
        }
        let model = candidate.model
        let records = try table.records.map { try JSONDocument($0.json).root }
        let rows = table.records.map { TelcoTable.encoded($0, as: model.columnNames) }
        let difference = try zip(records, rows).map { record, row in
            abs(try model.score(record).score - Double(reference_score(booster, row, row.count)))
        }.max()
        guard let difference, difference < 1e-5 else {
            throw Trouble("our scores and the library's differ by \(difference ?? .nan)")
        }
        var latencies = Latencies()
        let repetitions = surroundings.repetitions(5)
        for _ in 0..<repetitions {
            latencies.ours.append(
                try Percentiles.measure(records.count) { _ = try model.score(records[$0]) })
            latencies.theirs.append(
                Percentiles.measure(rows.count) {
                    _ = reference_score(booster, rows[$0], rows[$0].count)
                })
        }
        return latencies.lines
    }

    private struct Latencies {
        var ours: [Percentiles] = []
        var theirs: [Percentiles] = []

        var lines: [Line] {
            [("p50", \Percentiles.p50), ("p99", \Percentiles.p99)].map { name, path in
                Line(
                    name: "score one record, \(name)", unit: "µs",
                    ours: Series(ours.map { $0[keyPath: path] }),
                    reference: (
                        "XGBoost's C call, encoded row", Series(theirs.map { $0[keyPath: path] })
                    ),
                    target: .ratioAtMost(1.2),
                    note: name == "p50" ? "ours includes reading the features from JSON" : "")
            }
        }
    }
}

/// How long single calls took. Unit: microseconds.
struct Percentiles {
    let p50: Double
    let p99: Double

    static func measure<Failure: Error>(
        _ count: Int, _ call: (Int) throws(Failure) -> Void
    ) throws(Failure) -> Percentiles {
        var times: [Double] = []
        times.reserveCapacity(count)
        for number in 0..<count {
            let start = Seconds.wall
            try call(number)
            times.append((Seconds.wall - start) * 1e6)
        }
        times.sort()
        guard !times.isEmpty else { return Percentiles(p50: .nan, p99: .nan) }
        return Percentiles(p50: times[times.count / 2], p99: times[times.count * 99 / 100])
    }
}

/// The telco customers of the fixtures.
struct TelcoTable {
    let records: [Value]

    static let spec = """
        model: churn
        task: binary
        label: { field: Churn, positive: "Yes" }
        features:
          - { name: gender, field: gender, type: category }
          - { name: SeniorCitizen, field: SeniorCitizen, type: number }
          - { name: Partner, field: Partner, type: category }
          - { name: Dependents, field: Dependents, type: category }
          - { name: tenure, field: tenure, type: number }
          - { name: PhoneService, field: PhoneService, type: category }
          - { name: MultipleLines, field: MultipleLines, type: category }
          - { name: InternetService, field: InternetService, type: category }
          - { name: OnlineSecurity, field: OnlineSecurity, type: category }
          - { name: OnlineBackup, field: OnlineBackup, type: category }
          - { name: DeviceProtection, field: DeviceProtection, type: category }
          - { name: TechSupport, field: TechSupport, type: category }
          - { name: StreamingTV, field: StreamingTV, type: category }
          - { name: StreamingMovies, field: StreamingMovies, type: category }
          - { name: Contract, field: Contract, type: category }
          - { name: PaperlessBilling, field: PaperlessBilling, type: category }
          - { name: PaymentMethod, field: PaymentMethod, type: category }
          - { name: MonthlyCharges, field: MonthlyCharges, type: number }
          - { name: TotalCharges, field: TotalCharges, type: number, missing: model }
        trainer:
          kind: xgboost
          params: { num_boost_round: 120, eta: 0.1, max_depth: 3, min_child_weight: 5, lambda: 2 }
        split: { kind: stratified, test: 0.2, seed: 42 }
        """

    private static let numbers: Set<String> = [
        "SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges",
    ]

    init(_ path: String) throws {
        let text = String(decoding: try Output.read(path), as: UTF8.self)
        var lines = text.split(whereSeparator: \.isNewline)[...]
        guard let heading = lines.popFirst()?.split(separator: ",") else {
            throw Trouble("\(path) is empty")
        }
        records = lines.map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            var record = ValueObject()
            for (name, cell) in zip(heading, cells) {
                if Self.numbers.contains(String(name)) {
                    record[String(name)] = Double(cell).map(Value.double) ?? .null
                } else {
                    record[String(name)] = .string(String(cell))
                }
            }
            return .object(record)
        }
    }

    var lines: [UInt8] { records.reduce(into: []) { $0 += $1.json + [UInt8(ascii: "\n")] } }

    /// A record as the columns of the model: a number, or 1 for the category that it has.
    static func encoded(_ record: Value, as columns: [String]) -> [Float] {
        columns.map { column in
            let parts = column.split(separator: "=", maxSplits: 1)
            let value = record[String(parts.first ?? "")]
            guard parts.count == 2 else { return (value?.number?.double).map(Float.init) ?? .nan }
            return value?.string == String(parts[1]) ? 1 : 0
        }
    }
}
