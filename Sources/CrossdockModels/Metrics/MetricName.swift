/// A measure of a model's quality.
public enum MetricName: String, Sendable, CaseIterable {
    // Classification, from labels.
    case accuracy, balancedAccuracy, precision, recall, f1, mcc, kappa
    // Classification, from scores.
    case auc, averagePrecision, prAuc, ks, logLoss, brier, ece, mce
    // Regression.
    case mae, mse, rmse, medianAbsoluteError, maxError, mape, wape, smape, r2, explainedVariance,
        bias
    case msle, rmsle, poissonDeviance, gammaDeviance

    /// Whether a larger value is a better one; false for errors.
    public var higherIsBetter: Bool {
        switch self {
        case .accuracy, .balancedAccuracy, .precision, .recall, .f1, .mcc, .kappa, .auc,
            .averagePrecision, .prAuc, .ks, .r2, .explainedVariance:
            true
        default: false
        }
    }

    /// What a task is judged by unless its spec says otherwise.
    public static func primary(for task: ModelTask) -> MetricName {
        switch task {
        case .binary: .auc
        case .multiclass: .logLoss
        case .regression, .clustering, .anomaly, .bandit: .rmse
        }
    }
}

/// A metric's value, or why it has none. Undefined is never 0 and never NaN.
public struct Metric: Sendable, Equatable {
    public let value: Double?
    /// The bounds of 95 % confidence, where they are known.
    public let interval: ClosedRange<Double>?
    /// Why there is no value.
    public let reason: String?

    static func value(_ value: Double, _ interval: ClosedRange<Double>? = nil) -> Metric {
        value.isFinite
            ? Metric(value: value, interval: interval, reason: nil)
            : undefined("the result is not finite")
    }

    static func undefined(_ reason: String) -> Metric {
        Metric(value: nil, interval: nil, reason: reason)
    }
}
