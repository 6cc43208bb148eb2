internal import CrossdockData
internal import CrossdockJSONata

/// The features of a model that are computed by JSONata, compiled.
struct FeatureExpressions: Sendable {
    let all: [(feature: Int, name: String, expression: JSONata)]

    var isEmpty: Bool { all.isEmpty }

    /// - Throws: CD5124 for an expression that does not compile.
    init(_ features: [(name: String, source: FeatureSource)]) throws(ModelError) {
        var compiled: [(feature: Int, name: String, expression: JSONata)] = []
        for (number, feature) in features.enumerated() {
            guard case .expression(let text) = feature.source else { continue }
            do { compiled.append((number, feature.name, try JSONata(text))) } catch {
                throw ModelError(
                    .featureExpression, "the expression of '\(feature.name)' is not valid",
                    feature: feature.name, cause: error)
            }
        }
        all = compiled
    }

    /// The result as a document of its own, so that it is read like a field.
    static func evaluate(
        _ expression: JSONata, _ name: String, _ record: JSONNode
    ) throws(ModelError) -> JSONDocument {
        do {
            // The same record must give the same feature whenever it is asked.
            let value = try expression.evaluate(record, options: JSONataOptions(seed: 0)) ?? .null
            return try JSONDocument(value.json)
        } catch {
            throw ModelError(
                .featureExpression, "the expression of '\(name)' failed", feature: name,
                cause: error)
        }
    }
}
