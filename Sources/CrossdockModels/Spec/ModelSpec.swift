public import CrossdockDiagnostics

/// What a model is: its label, its features, how it is trained and when a new version may serve.
///
/// Declared once, in `models/<name>/model.yaml`, and executed identically in training, replay and
/// serving. The text it was read from is kept and becomes part of every version.
public struct ModelSpec: Sendable {
    public let model: String
    public let task: ModelTask
    /// nil for tasks that learn without one.
    public let label: LabelSpec?
    /// The field that identifies a record: joins labels, makes assignments stick.
    public let key: FieldPath?
    public let features: [FeatureSpec]
    public let trainer: TrainerSpec
    public let split: SplitSpec
    public let gate: GateSpec
    public let monitors: [MonitorSpec]
    public let deployment: DeploymentSpec
    /// The file as read.
    public let source: String

    /// The fields that the features read, each once, in the order of the features: what a record must
    /// carry for the model, and what decides whether it changed for the model.
    ///
    /// Of an expression, the fields it names, as far as they can be told from its text.
    public var fields: [FieldPath] {
        var fields: [FieldPath] = []
        for feature in features {
            for path in feature.source.fields where !fields.contains(path) { fields.append(path) }
        }
        return fields
    }

    /// The feature with that name.
    public func feature(_ name: String) -> FeatureSpec? { features.first { $0.name == name } }
}

/// What is predicted.
public enum ModelTask: String, Sendable, CaseIterable {
    case binary, multiclass, regression, clustering, anomaly, bandit

    /// Whether rows need a label to learn from.
    public var isSupervised: Bool {
        switch self {
        case .binary, .multiclass, .regression: true
        case .clustering, .anomaly, .bandit: false
        }
    }

    public var isClassification: Bool { self == .binary || self == .multiclass }
}

/// The outcome to learn from, and how outcomes find their predictions.
public struct LabelSpec: Sendable {
    public var field: FieldPath
    /// The label that a binary model's score is the probability of.
    public var positive: String?
    /// The longest time between a prediction and its outcome.
    public var horizon: Duration?
    public var join: LabelJoinSpec
}

public struct LabelJoinSpec: Sendable {
    public enum Choice: String, Sendable, CaseIterable {
        case latest, first, all
    }

    /// The outcome message's field that holds the prediction's key; the spec's `key` when nil.
    public var key: FieldPath?
    /// Which predictions of the same key an outcome belongs to.
    public var choice: Choice = .latest
    /// After this time without an outcome, the label is negative.
    public var negativeAfter: Duration?
}

/// How and with what a model is trained.
public struct TrainerSpec: Sendable {
    public let kind: String
    public let kindSpan: SourceSpan
    /// The library's own names, in the order of the file.
    public let parameters: [TrainerParameter]
    public let search: SearchSpec?

    public func parameter(_ name: String) -> TrainerParameter? {
        parameters.first { $0.name == name }
    }
}

/// How rows are divided into those that train and those that judge.
public struct SplitSpec: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case random, stratified, group, time
    }

    public var kind: Kind
    /// The share of rows that judge.
    public var test: Double
    public var seed: UInt64
    /// The group's or the time's field.
    public var by: FieldPath?
}

/// What a new version must show before it may replace the champion.
public struct GateSpec: Sendable {
    public var metric: String?
    /// How much worse the lower bound may be.
    public var margin: Double?
    public var minRows: Int?
}

/// One thing to watch while a model serves.
public struct MonitorSpec: Sendable {
    public enum Subject: Sendable, Equatable {
        case field(String)
        case score
        case metric(String)
    }

    public enum Window: Sendable, Equatable {
        case rows(Int)
        case time(Duration)
    }

    public var subject: Subject
    public var test: String
    public var window: Window?
    public var threshold: Double?
    public var action: String
}

/// Which versions see which share of the messages.
public struct DeploymentSpec: Sendable {
    /// Shares from 0 to 1.
    public var champion = 1.0
    public var challenger = 0.0
    public var control = 0.0
    public var shadow: [String] = []
    /// The field whose hash decides, so that a record always meets the same version.
    public var stickyBy: FieldPath?
}
