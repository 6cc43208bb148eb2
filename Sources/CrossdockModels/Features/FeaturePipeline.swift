internal import CrossdockData

/// The features of a model, fitted: from a record to the columns that its scorer takes.
///
/// - Threads: never changes; encoding a row touches nothing shared.
final class FeaturePipeline: Sendable {
    let features: [FittedFeature]
    let plan: FeaturePlan
    private let locator: FieldLocator
    /// The features that are computed by an expression.
    private let expressions: FeatureExpressions
    private let isComputed: [Bool]
    /// Where among the texts a feature's text stands; −1 for features that become columns.
    private let textPlaces: [Int]
    /// Which columns are whose: the range of each feature.
    let columns: [Range<Int>]

    var width: Int { plan.width }

    init(_ features: [FittedFeature]) throws(ModelError) {
        self.features = features
        plan = FeaturePlan(features)
        locator = FieldLocator(
            features.map { if case .field(let path) = $0.source { path } else { nil } })
        expressions = try FeatureExpressions(features.map { ($0.name, $0.source) })
        isComputed = features.map { if case .expression = $0.source { true } else { false } }
        var texts = 0
        textPlaces = features.map { feature in
            guard case .raw = feature.state else { return -1 }
            texts += 1
            return texts - 1
        }
        var start = 0
        columns = features.map { feature in
            defer { start += feature.width }
            return start..<(start + feature.width)
        }
    }

    var columnNames: [String] { features.flatMap(\.columnNames) }

    /// Encodes one record.
    ///
    /// - Parameters:
    ///   - row: `width` values, overwritten.
    ///   - texts: Gets the texts of features that go to the model as they are, in their order.
    /// - Throws: CD5120, CD5121, CD5123, CD5124.
    func encode(
        _ record: JSONNode, into row: UnsafeMutablePointer<Double>, texts: inout [String]
    ) throws(ModelError) {
        guard record.kind == .object else {
            throw ModelError(
                .rowNotObject, "a row must be a JSON object, not \(Self.name(record.kind))")
        }
        row.update(repeating: 0, count: width)
        let refused = record.document.withView {
            view -> (feature: Int, why: FeaturePlan.Refusal)? in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: features.count) { positions in
                guard let start = positions.baseAddress else { return nil }
                locator.locate(view, record.index, into: start)
                var scratch = TextScratch()
                for feature in features.indices {
                    let position = Int(start[feature])
                    let value =
                        position < 0
                        ? .absent : features[feature].reader.read(view, position, &scratch)
                    let why = plan.encode(value, feature: feature, into: row, texts: &texts)
                    // What an expression computes comes after; until then its place is held.
                    if let why, !isComputed[feature] { return (feature, why) }
                }
                return nil
            }
        }
        if let refused { throw refusal(refused.feature, refused.why, record) }
        if !expressions.isEmpty { try encodeExpressions(record, into: row, texts: &texts) }
    }

    private func encodeExpressions(
        _ record: JSONNode, into row: UnsafeMutablePointer<Double>, texts: inout [String]
    ) throws(ModelError) {
        for (feature, name, expression) in expressions.all {
            for column in columns[feature] { row[column] = 0 }
            let document = try FeatureExpressions.evaluate(expression, name, record)
            var text: [String] = []
            let why = document.withView { view -> FeaturePlan.Refusal? in
                var scratch = TextScratch()
                let value = features[feature].reader.read(view, 0, &scratch)
                return plan.encode(value, feature: feature, into: row, texts: &text)
            }
            if let why { throw refusal(feature, why, nil) }
            let place = textPlaces[feature]
            if let only = text.first, texts.indices.contains(place) { texts[place] = only }
        }
    }

    private func refusal(
        _ feature: Int, _ why: FeaturePlan.Refusal, _ record: JSONNode?
    ) -> ModelError {
        let fitted = features[feature]
        switch why {
        case .missing:
            return ModelError(
                .featureMissing, "'\(fitted.name)' is missing and may not be", feature: fitted.name)
        case .wrong:
            return ModelError(
                .featureWrongType,
                "'\(fitted.name)' must be \(fitted.reader.expectation), not \(found(fitted, record))",
                feature: fitted.name)
        }
    }

    /// What stood there, by its kind alone: values may be personal data.
    private func found(_ feature: FittedFeature, _ record: JSONNode?) -> String {
        guard case .field(let path) = feature.source, let record, let node = record.node(at: path)
        else { return "another kind of value" }
        return Self.name(node.kind)
    }

    static func name(_ kind: JSONKind) -> String {
        switch kind {
        case .object: "an object"
        case .array: "a list"
        case .string: "text"
        case .number: "a number of that form"
        case .true, .false: "a boolean"
        case .null: "null"
        }
    }
}

extension JSONNode {
    /// The value at a path; nil where something on the way is missing or of another kind.
    func node(at path: FieldPath) -> JSONNode? {
        var node = self
        for segment in path.segments {
            let below: JSONNode? =
                switch segment {
                case .member(let name): node[name]
                case .element(let place): node[place]
                }
            guard let below else { return nil }
            node = below
        }
        return node
    }
}

extension ValueReader {
    /// What the type admits, in the words of a message.
    var expectation: String {
        switch type {
        case .number: "a number"
        case .integer: "a whole number"
        case .boolean: "true or false"
        case .category: "text, a number or a boolean"
        case .text: "text"
        case .date: "a date (yyyy-MM-dd)"
        case .dateTime: "a date and time (ISO 8601)"
        }
    }

    init(_ feature: FeatureSpec) {
        var zone: String?
        if case .cyclic(.part(_, let name)) = feature.encoding { zone = name }
        let wantsText: Bool =
            switch feature.encoding {
            case .onehot, .ordinal, .target, .frequency, .tfidf: true
            case .hash: feature.type.isText
            default: feature.type.isText
            }
        self.init(type: feature.type, wantsText: wantsText, zone: zone)
    }
}
