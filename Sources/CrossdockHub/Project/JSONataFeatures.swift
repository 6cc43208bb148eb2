public import CrossdockData
internal import CrossdockJSONata
public import CrossdockModels

/// Lets features of models be JSONata expressions.
public struct JSONataFeatures: FeatureExpressionCompiler {
    public init() {}

    public func compile(_ expression: String) throws -> any FeatureExpression {
        Compiled(expression: try JSONata(expression))
    }

    private struct Compiled: FeatureExpression {
        let expression: JSONata

        func evaluate(_ record: JSONNode) throws -> Value? { try expression.evaluate(record) }
    }
}
