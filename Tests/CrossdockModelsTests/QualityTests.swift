import CrossdockData
import Testing

@testable import CrossdockModels

/// Our learners on the folds on which scikit-learn and XGBoost were measured.
@Suite("Quality on the reference folds")
struct QualityTests {
    /// A data set's learner and the peer it answers to.
    struct Match: Sendable, CustomTestStringConvertible {
        let data: String
        let kind: String
        let params: String
        let peer: String
        let metric: String
        /// Exact families must give the peer's numbers, not just its quality.
        var exact: Double?
        var testDescription: String { "\(kind) \(params) on \(data), \(metric)" }
    }

    static let matches: [Match] =
        ["iris", "wine", "breast_cancer"].flatMap { data -> [Match] in
            [
                Match(
                    data: data, kind: "logistic", params: "{}", peer: "logistic C=1 (scaled)",
                    metric: "log_loss", exact: 1e-3),
                Match(
                    data: data, kind: "naiveBayes", params: "{}", peer: "gaussian naive bayes",
                    metric: "log_loss", exact: 1e-3),
                Match(
                    data: data, kind: "knn", params: "{}", peer: "k nearest 5 (scaled)",
                    metric: "accuracy", exact: 1e-5),
                Match(
                    data: data, kind: "sgd", params: "{}", peer: "sgd logistic, 20 epochs (scaled)",
                    metric: "accuracy"),
                Match(
                    data: data, kind: "forest", params: "{}", peer: "random forest 200",
                    metric: "accuracy"),
                Match(
                    data: data, kind: "tree", params: "{}", peer: "decision tree depth 5",
                    metric: "accuracy"),
                Match(
                    data: data, kind: "xgboost",
                    params: "{ max_depth: 3, eta: 0.1, num_boost_round: 200 }",
                    peer: "xgboost depth 3 eta 0.1, 200 trees", metric: "accuracy"),
            ]
        } + [
            Match(
                data: "diabetes", kind: "linear", params: "{}", peer: "linear", metric: "rmse",
                exact: 1e-4),
            Match(
                data: "diabetes", kind: "ridge", params: "{ alpha: 10, standardize: true }",
                peer: "ridge alpha=10 (scaled)", metric: "rmse", exact: 1e-4),
            Match(
                data: "diabetes", kind: "lasso", params: "{ standardize: true }",
                peer: "lasso alpha=1 (scaled)", metric: "rmse", exact: 1e-4),
            Match(
                data: "diabetes", kind: "sgd", params: "{ max_iter: 30 }",
                peer: "sgd squared, 30 epochs (scaled)", metric: "rmse"),
            Match(
                data: "diabetes", kind: "forest", params: "{}", peer: "random forest 200",
                metric: "rmse"),
        ]

    /// The peer's scores by fold.
    static func peer(_ match: Match) throws -> (perFold: [Double], sd: Double) {
        let reachable = try Reference("quality.json").item(match.data)["reachable"]
        let names = (reachable?.object?.keys).map { Array($0) } ?? []
        let value = try #require(reachable?[match.peer]?[match.metric], "\(match.peer) of \(names)")
        return (value["per_fold"]?.doubles ?? [], value["sd"]?.double ?? 0)
    }

    @Test("Learners reach their peers", arguments: matches)
    func reaches(_ match: Match) throws {
        let (perFold, sd) = try Self.peer(match)
        let found = try Self.scores(match)
        #expect(found.count == perFold.count)
        if let exact = match.exact {
            #expect(
                largestDifference(found, perFold) <= exact * max(1, perFold[0]),
                "\(found) for \(perFold)")
            return
        }
        // Positive where ours is better.
        let sign: Double = match.metric == "accuracy" ? 1 : -1
        let differences = zip(found, perFold).map { sign * ($0 - $1) }
        let mean = differences.reduce(0, +) / Double(differences.count)
        let peerMean = abs(perFold.reduce(0, +) / Double(perFold.count))
        let allowed = max(0.5 * sd, 0.005 * peerMean, 0.001)
        #expect(mean >= -allowed, "\(found) for \(perFold)")
        #expect(differences.count { $0 < -(2 * allowed + sd) } <= 1)
    }

    static func scores(_ match: Match) throws -> [Double] {
        let table = try Fixture.table("\(match.data).csv")
        let label = try #require(table.names.last)
        let isRegression = match.data == "diabetes"
        let classes = Set(table.rows.compactMap(\.last)).count
        let task = isRegression ? "regression" : classes == 2 ? "binary" : "multiclass"
        let features = table.names.dropLast().map { "{ field: '\"\($0)\"' }" }.joined(
            separator: ", ")
        let spec = try ModelSpec(
            yaml: """
                model: m
                task: \(task)
                label: { field: '"\(label)"'\(task == "binary" ? ", positive: \"1\"" : "") }
                features: [\(features)]
                trainer: { kind: \(match.kind), params: \(match.params) }
                """, file: "m.yaml")
        let lines = table.rows.flatMap { row -> [UInt8] in
            let fields = zip(table.names, row).map { ($0, Value.double($1)) }
            return Value.object(ValueObject(fields)).json + [0x0A]
        }
        let training = try TrainingTable(.jsonLines(lines), for: spec)
        let labels = try Labels(training, spec)
        let folds = try Reference("folds.json").item(match.data)["test_index"]?.array ?? []
        return try folds.map { fold in
            let test = fold.ints
            let held = Set(test)
            let run = TrainingRun(
                spec: spec, kind: try #require(ModelKinds.find(match.kind)), table: training,
                labels: labels,
                split: Split(
                    training: table.rows.indices.filter { !held.contains($0) }, test: test),
                seed: 42, dataDigest: "",
                keepGoing: { true })
            let model = try run.train().model
            let evaluation = try Judge(model: model, table: training, labels: labels).evaluate(test)
            let name: MetricName =
                match.metric == "log_loss" ? .logLoss : match.metric == "rmse" ? .rmse : .accuracy
            return try #require(evaluation[name]?.value)
        }
    }
}
