public import CrossdockData

/// A compiled expression over a record.
public protocol FeatureExpression: Sendable {
    /// - Returns: nil for undefined, which counts as absent.
    func evaluate(_ record: JSONNode) throws -> Value?
}

/// Compiles the expressions of features, so that models need no expression language of their own.
public protocol FeatureExpressionCompiler: Sendable {
    func compile(_ expression: String) throws -> any FeatureExpression
}

/// The expressions among a model's features.
enum FeatureExpressions {
    static func compile(
        _ features: [(name: String, source: FeatureSource)],
        _ compiler: (any FeatureExpressionCompiler)?
    ) throws(ModelError) -> [(feature: Int, expression: any FeatureExpression)] {
        var compiled: [(feature: Int, expression: any FeatureExpression)] = []
        for (number, feature) in features.enumerated() {
            guard case .expression(let text) = feature.source else { continue }
            guard let compiler else {
                throw ModelError(
                    .featureExpression,
                    "'\(feature.name)' is an expression, and no expression language is at hand here",
                    feature: feature.name)
            }
            do { compiled.append((number, try compiler.compile(text))) } catch {
                throw ModelError(
                    .featureExpression, "the expression of '\(feature.name)' is not valid",
                    feature: feature.name, cause: error)
            }
        }
        return compiled
    }

    /// The result as a document of its own, read like a field.
    static func evaluate(
        _ expression: any FeatureExpression, _ name: String, _ record: JSONNode
    ) throws(ModelError) -> JSONDocument {
        do {
            let value = try expression.evaluate(record) ?? .null
            return try JSONDocument(value.json)
        } catch {
            throw ModelError(
                .featureExpression, "the expression of '\(name)' failed", feature: name, cause: error)
        }
    }
}
