public import CrossdockDiagnostics
internal import CrossdockJSONata

/// One input of a model: where it comes from and how it becomes numbers.
public struct FeatureSpec: Sendable {
    /// Unique within the model; what reasons and drift reports call it.
    public let name: String
    public let source: FeatureSource
    public let type: FeatureType
    public let encoding: FeatureEncoding
    /// nil leaves the choice to the encoding and the trainer.
    public let missing: MissingPolicy?
    public let span: SourceSpan
}

public enum FeatureSource: Sendable, Hashable {
    case field(FieldPath)
    /// JSONata over the record.
    case expression(String)

    var fields: [FieldPath] {
        switch self {
        case .field(let path): return [path]
        case .expression(let text):
            guard let expression = try? JSONata(text) else { return [] }
            let read = expression.paths.filter { $0.root == .input }.map(\.names)
            // The steps on the way to a field are not fields of their own.
            let ends = read.filter { path in
                !read.contains { $0.count > path.count && $0.starts(with: path) }
            }
            return ends.compactMap { names in
                FieldPath(names.map { "\"\($0)\"" }.joined(separator: "."))
            }
        }
    }
}

/// What a feature's values are. Values of other types are refused, never converted.
public enum FeatureType: String, Sendable, CaseIterable {
    case number, integer, boolean, category, text, date, dateTime

    var isNumeric: Bool { self == .number || self == .integer || self == .boolean }
    var isTemporal: Bool { self == .date || self == .dateTime }
    var isText: Bool { self == .category || self == .text }
}

/// How a feature becomes columns.
public enum FeatureEncoding: Sendable, Hashable {
    /// The number itself; of a date, days since 1970-01-01.
    case none
    /// Minus the mean, by the standard deviation.
    case standard
    /// To 0…1 over the training range.
    case minmax
    /// Minus the median, by the distance of the quartiles.
    case robust
    /// ln(1 + x).
    case log1p
    /// One column per category. Categories seen fewer than `minimum` times share a column.
    case onehot(minimum: Int)
    /// The category's place in sorted order, missing after all; −1 for unknown, −2 for missing where
    /// training had none.
    case ordinal
    /// The mean label of the category, shrunk towards the mean of all; out-of-fold in training.
    case target(smoothing: Double?)
    /// The category's share of the training rows.
    case frequency
    /// 2^bits columns, the category's hash choosing one.
    case hash(bits: Int)
    /// One column per word or run of words, weighted by rarity.
    case tfidf(TextOptions)
    /// Sine and cosine of a place in a cycle.
    case cyclic(Cycle)

    public struct TextOptions: Sendable, Hashable {
        /// Runs of 1 to this many words.
        public var ngrams = 1
        /// Words in fewer training texts are left out.
        public var minimum = 1
        /// The most frequent so many words are kept; of equally frequent ones, the first by code points.
        public var maximum = 1_000
    }

    public enum Cycle: Sendable, Hashable {
        /// A number that repeats after so much.
        case period(Double)
        /// A part of a date in a named zone.
        case part(DatePart, zone: String)
    }

    public enum DatePart: String, Sendable, CaseIterable {
        case hour, weekday, month, dayOfMonth, dayOfYear
    }

    var name: String {
        switch self {
        case .none: "none"
        case .standard: "standard"
        case .minmax: "minmax"
        case .robust: "robust"
        case .log1p: "log1p"
        case .onehot: "onehot"
        case .ordinal: "ordinal"
        case .target: "target"
        case .frequency: "frequency"
        case .hash: "hash"
        case .tfidf: "tfidf"
        case .cyclic: "cyclic"
        }
    }

    static let names = [
        "none", "standard", "minmax", "robust", "log1p", "onehot", "ordinal", "target", "frequency",
        "hash", "tfidf", "cyclic",
    ]

    /// Whether values of that type can be encoded so.
    func takes(_ type: FeatureType) -> Bool {
        switch self {
        case .none: true
        case .standard, .minmax, .robust, .log1p: type.isNumeric
        case .onehot, .ordinal, .target, .frequency:
            type == .category || type == .boolean || type == .integer
        case .hash: type == .category || type == .text || type == .integer || type == .number
        case .tfidf: type == .text || type == .category
        case .cyclic(.period): type == .number || type == .integer
        case .cyclic(.part(let part, _)): type == .dateTime || (type == .date && part != .hour)
        }
    }

    /// What a type gets when the spec names no encoding.
    static func usual(for type: FeatureType) -> FeatureEncoding {
        switch type {
        case .category: .onehot(minimum: 1)
        case .text: .tfidf(TextOptions())
        case .number, .integer, .boolean, .date, .dateTime: .none
        }
    }
}

/// What stands in for a missing value. Null and absent are the same to a model.
public enum MissingPolicy: Sendable, Hashable {
    case mean, median, mode
    /// Nothing does: the model handles it.
    case model
    /// The row is refused.
    case fail
    case constant(FeatureConstant)
}

public enum FeatureConstant: Sendable, Hashable {
    case number(Double)
    case text(String)
}
