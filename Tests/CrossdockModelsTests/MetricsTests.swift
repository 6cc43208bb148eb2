import CrossdockData
import Testing

@testable import CrossdockModels

/// One case of a reference file, by its name.
struct ReferenceCase: Sendable, CustomTestStringConvertible {
    let item: Value
    var testDescription: String { item["id"]?.string ?? "?" }

    static func all(_ file: String) -> [ReferenceCase] {
        ((try? Reference(file).cases) ?? []).map { ReferenceCase(item: $0) }
    }

    var expected: Value { item["expected"] ?? .null }
}

/// Expects a number, or "undefined" where the reference has null.
func expectMetric(
    _ name: String, _ found: Double?, _ expected: Value, tolerance: Double = 1e-10,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard let value = expected[name] else { return }
    guard !value.isNull else {
        #expect(found == nil, "\(name)", sourceLocation: sourceLocation)
        return
    }
    let difference = abs((found ?? .infinity) - value.double)
    #expect(
        difference <= tolerance * max(1, abs(value.double)),
        "\(name): \(String(describing: found)) for \(value.double)",
        sourceLocation: sourceLocation)
}

@Suite("Metrics")
struct MetricsTests {
    static let binaryCases = ReferenceCase.all("metrics_classification.json").filter {
        $0.item["task"] == "binary"
    }
    static let multiclassCases = ReferenceCase.all("metrics_classification.json").filter {
        $0.item["task"] == "multiclass"
    }
    static let regressionCases = ReferenceCase.all("metrics_regression.json")

    @Test("Binary metrics are scikit-learn's", arguments: binaryCases)
    func binary(_ item: ReferenceCase) throws {
        let expected = item.expected
        let truth = (item.item["y_true"]?.doubles ?? []).map { $0 == 1 }
        let scores = item.item["y_score"]?.doubles ?? []
        let threshold = try #require(item.item["threshold"]?.double)
        let weights = item.item["sample_weight"]?.doubles ?? []
        let matrix = ConfusionMatrix(
            classes: 2, truth: truth.map { $0 ? 1 : 0 },
            predicted: scores.map { $0 >= threshold ? 1 : 0 },
            weights: weights)
        let cells = [matrix[0, 0], matrix[0, 1], matrix[1, 0], matrix[1, 1]]
        #expect(largestDifference(cells, expected["confusion_tn_fp_fn_tp"]?.doubles ?? []) < 1e-9)
        expectMetric("accuracy", matrix.accuracy, expected)
        expectMetric("balanced_accuracy", matrix.balancedAccuracy, expected)
        expectMetric("precision_binary", matrix.precision(1), expected)
        expectMetric("recall_binary", matrix.recall(1), expected)
        expectMetric("f1_binary", matrix.fBeta(1), expected)
        expectMetric("fbeta_0.5", matrix.fBeta(1, beta: 0.5), expected)
        expectMetric("fbeta_2", matrix.fBeta(1, beta: 2), expected)
        for (name, average) in [
            ("macro", ConfusionMatrix.Average.macro), ("micro", .micro), ("weighted", .weighted),
        ] {
            expectMetric("precision_\(name)", matrix.average(average, matrix.precision), expected)
            expectMetric("recall_\(name)", matrix.average(average, matrix.recall), expected)
            expectMetric("f1_\(name)", matrix.average(average) { matrix.fBeta($0) }, expected)
        }
        expectMetric("mcc", matrix.mcc, expected)
        expectMetric("cohen_kappa", matrix.kappa, expected)
        try ranking(item, RankingMetrics(truth: truth, scores: scores, weights: weights))
        let classes = truth.map { $0 ? 1 : 0 }
        expectMetric(
            "log_loss",
            ProbabilityMetrics.logLoss(
                truth: classes, probabilities: scores.map { [1 - $0, $0] }, weights: weights),
            expected)
        expectMetric(
            "brier", ProbabilityMetrics.brier(truth: truth, scores: scores, weights: weights),
            expected)
        let ten = CalibrationBins(confidences: scores, outcomes: truth, count: 10)
        let fifteen = CalibrationBins(confidences: scores, outcomes: truth, count: 15)
        expectMetric("ece_equal_width_10", ten.expectedError, expected, tolerance: 1e-6)
        expectMetric("ece_equal_width_15", fifteen.expectedError, expected, tolerance: 1e-6)
        expectMetric("mce_equal_width_15", fifteen.maximumError, expected, tolerance: 1e-6)
        expectMetric("rmsce_equal_width_15", fifteen.rootMeanSquareError, expected, tolerance: 1e-6)
    }

    private func ranking(_ item: ReferenceCase, _ ranking: RankingMetrics) throws {
        let expected = item.expected
        expectMetric("roc_auc", ranking.auc, expected)
        expectMetric("average_precision", ranking.averagePrecision, expected)
        expectMetric("pr_auc_trapezoid", ranking.trapezoidArea, expected)
        expectMetric("ks_statistic_max_tpr_minus_fpr", ranking.ks, expected)
        expectMetric("precision_at_top_10pct", ranking.precision(top: 0.1), expected)
        expectMetric("lift_at_top_10pct", ranking.lift(top: 0.1), expected)
        if let curve = expected["roc_curve"] {
            #expect(
                largestDifference(
                    ranking.rocCurve.map(\.falsePositives), curve["fpr"]?.doubles ?? []) < 1e-9)
            #expect(
                largestDifference(
                    ranking.rocCurve.map(\.truePositives), curve["tpr"]?.doubles ?? []) < 1e-9)
        }
        if let curve = expected["pr_curve"] {
            let found = ranking.precisionRecallCurve
            #expect(
                largestDifference(found.map(\.precision), curve["precision"]?.doubles ?? []) < 1e-9)
            #expect(largestDifference(found.map(\.recall), curve["recall"]?.doubles ?? []) < 1e-9)
        }
    }

    @Test("Multi-class metrics are scikit-learn's", arguments: multiclassCases)
    func multiclass(_ item: ReferenceCase) throws {
        let expected = item.expected
        let names = (item.item["labels"]?.array ?? []).compactMap(\.scalarText)
        let truth = (item.item["y_true"]?.array ?? []).compactMap(\.scalarText).compactMap {
            names.firstIndex(of: $0)
        }
        let probabilities = item.item["proba"]?.matrix ?? []
        let weights = item.item["sample_weight"]?.doubles ?? []
        let predicted = probabilities.map { row in
            row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
        }
        let matrix = ConfusionMatrix(
            classes: names.count, truth: truth, predicted: predicted, weights: weights)
        expectMetric("accuracy", matrix.accuracy, expected)
        expectMetric("balanced_accuracy", matrix.balancedAccuracy, expected)
        expectMetric("mcc", matrix.mcc, expected)
        expectMetric("cohen_kappa", matrix.kappa, expected)
        for (name, average) in [
            ("macro", ConfusionMatrix.Average.macro), ("micro", .micro), ("weighted", .weighted),
        ] {
            let group = expected[name] ?? .null
            expectMetric("precision", matrix.average(average, matrix.precision), group)
            expectMetric("recall", matrix.average(average, matrix.recall), group)
            expectMetric("f1", matrix.average(average) { matrix.fBeta($0) }, group)
        }
        let perClass = expected["per_class"]
        let all = Array(names.indices)
        #expect(
            largestDifference(all.map(matrix.precision), perClass?["precision"]?.doubles ?? [])
                < 1e-9)
        #expect(
            largestDifference(all.map(matrix.recall), perClass?["recall"]?.doubles ?? []) < 1e-9)
        expectMetric(
            "log_loss",
            ProbabilityMetrics.logLoss(
                truth: truth, probabilities: probabilities, weights: weights), expected)
        if weights.isEmpty {
            expectMetric(
                "brier_multiclass_sum",
                ProbabilityMetrics.brier(truth: truth, probabilities: probabilities), expected)
        }
        let ranking = MulticlassRanking(truth, probabilities, names.count, weights: weights)
        expectMetric("roc_auc_ovr_macro", ranking.oneVersusRest(.macro), expected)
        expectMetric("roc_auc_ovr_weighted", ranking.oneVersusRest(.weighted), expected)
        if weights.isEmpty {
            expectMetric("roc_auc_ovo_macro", ranking.oneVersusOne(.macro), expected)
            expectMetric("roc_auc_ovo_weighted", ranking.oneVersusOne(.weighted), expected)
        }
        let bins = CalibrationBins(
            topConfidences: probabilities.map { $0.max() ?? 0 },
            outcomes: zip(truth, predicted).map { $0 == $1 }, count: 15)
        expectMetric("ece_top_label_15", bins.expectedError, expected, tolerance: 1e-6)
    }

    @Test("Regression metrics are scikit-learn's", arguments: regressionCases)
    func regression(_ item: ReferenceCase) throws {
        let expected = item.expected
        let metrics = RegressionMetrics(
            truth: item.item["y_true"]?.doubles ?? [],
            predicted: item.item["y_pred"]?.doubles ?? [],
            weights: item.item["sample_weight"]?.doubles ?? [])
        let found: [(String, Double?)] = [
            ("mae", metrics.mae), ("mse", metrics.mse), ("rmse", metrics.rmse),
            ("mape", metrics.mape),
            ("medae", metrics.medianAbsoluteError), ("r2", metrics.r2),
            ("explained_variance", metrics.explainedVariance),
            ("mean_pinball_0_9", metrics.pinball(0.9)),
            ("mean_bias", metrics.bias), ("max_error", metrics.maxError), ("msle", metrics.msle),
            ("rmsle", metrics.rmsle), ("mean_poisson_deviance", metrics.poissonDeviance),
            ("mean_gamma_deviance", metrics.gammaDeviance),
            ("d2_absolute_error", metrics.absoluteErrorSkill),
            ("wape", metrics.wape), ("smape_0_to_2", metrics.smape),
        ]
        for (name, value) in found { expectMetric(name, value, expected) }
        let known = Set(found.map(\.0))
        #expect(expected.object?.keys.allSatisfy { known.contains($0) } == true)
    }

    @Test("A metric without a value says why")
    func undefined() {
        let evaluation = Evaluation.binary(
            truth: [true, true], scores: [0.2, 0.4], threshold: 0.5)
        #expect(evaluation[.auc]?.value == nil)
        #expect(evaluation[.auc]?.reason == "only one class occurs")
        #expect(evaluation.value["metrics"]?["auc"]?["value"]?.isNull == true)
    }
}
