/// What a feature learned from the training rows: all that serving needs to encode it.
struct FittedFeature: Sendable {
    let name: String
    let source: FeatureSource
    let reader: ValueReader
    let failsOnMissing: Bool
    let state: FeatureState

    var width: Int { state.width }

    /// The names of its columns, for importances and exports.
    var columnNames: [String] {
        switch state {
        case .number, .days, .values, .raw: return [name]
        case .onehot(let categories, let hasNull, let hasOther, _):
            return categories.map { "\(name)=\($0)" } + (hasNull ? ["\(name)=(missing)"] : [])
                + (hasOther ? ["\(name)=(other)"] : [])
        case .hash(let bits, _): return (0..<(1 << bits)).map { "\(name)#\($0)" }
        case .terms(let vectorizer): return vectorizer.terms.map { "\(name)~\($0)" }
        case .cycle, .datePart: return ["\(name).sin", "\(name).cos"]
        }
    }
}

/// The numbers and categories behind an encoding.
enum FeatureState: Sendable {
    /// (x − shift) / scale, of ln(1 + x) where `logarithm`; `fill` stands in for a missing x.
    case number(fill: Double?, shift: Double, scale: Double, logarithm: Bool)
    /// Days since 1970-01-01.
    case days(fill: Double?)
    /// A column per category, then one for missing and one for all others where training had them.
    case onehot(categories: [String], hasNull: Bool, hasOther: Bool, fill: String?)
    /// One number per category.
    case values(
        categories: [String], numbers: [Double], unknown: Double, missing: Double, fill: String?)
    case hash(bits: Int, fill: String?)
    case terms(TextVectorizer)
    case cycle(period: Double, fill: Double?)
    case datePart(FeatureEncoding.DatePart, zone: String, fill: Double?)
    /// The text itself, for models that take texts.
    case raw(fill: String?)

    var width: Int {
        switch self {
        case .number, .days, .values: 1
        case .onehot(let categories, let hasNull, let hasOther, _):
            categories.count + (hasNull ? 1 : 0) + (hasOther ? 1 : 0)
        case .hash(let bits, _): 1 << bits
        case .terms(let vectorizer): vectorizer.terms.count
        case .cycle, .datePart: 2
        case .raw: 0
        }
    }
}
