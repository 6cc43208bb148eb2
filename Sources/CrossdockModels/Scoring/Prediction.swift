public import CrossdockData

/// What a model says of one record.
public struct Prediction: Sendable, Equatable {
    /// The probability of the positive class, of the likeliest class, or the predicted number.
    public var score: Double
    /// The class; nil for a number.
    public var label: String?
    /// Per class, for multi-class models; empty for others.
    public var probabilities: [(label: String, probability: Double)]
    public var model: String
    /// nil for a model that is in no registry.
    public var version: Int?
    public var source: Source
    /// What moved the score most, strongest first.
    public var reasons: [Reason]

    /// Where a score came from.
    public enum Source: String, Sendable {
        case model, fallback, `default`, cached, control
    }

    /// One feature's part in a score.
    public struct Reason: Sendable, Equatable {
        public var feature: String
        /// The feature's value in the record; nil for a missing one.
        public var value: Value?
        /// How far it moved the model's inner sum (for classes: the log-odds) from the average.
        public var effect: Double
    }

    public init(
        score: Double, label: String?, probabilities: [(label: String, probability: Double)] = [],
        model: String, version: Int?, source: Source = .model, reasons: [Reason] = []
    ) {
        self.score = score
        self.label = label
        self.probabilities = probabilities
        self.model = model
        self.version = version
        self.source = source
        self.reasons = reasons
    }

    public static func == (one: Self, other: Self) -> Bool { one.value == other.value }

    /// `{score, label, model, version, source, reasons}`; with `probabilities` for several classes.
    public var value: Value {
        var object = ValueObject()
        object["score"] = .double(score)
        object["label"] = .text(label)
        if !probabilities.isEmpty {
            object["probabilities"] = .object(
                ValueObject(probabilities.map { ($0.label, .double($0.probability)) }))
        }
        object["model"] = .string(model)
        object["version"] = version.map { .integer($0) } ?? .null
        object["source"] = .string(source.rawValue)
        object["reasons"] = .array(reasons.map(\.stored))
        return .object(object)
    }
}

extension Prediction.Reason {
    fileprivate var stored: Value {
        ["feature": .string(feature), "value": value ?? .null, "effect": .double(effect)]
    }
}

/// Which reasons a prediction carries; computing them costs more than the score itself.
public enum ReasonPolicy: Sendable, Equatable {
    case none
    /// The strongest, until they make up four fifths of all effects, at most this many.
    case top(Int)

    public static let usual = ReasonPolicy.top(5)
}
