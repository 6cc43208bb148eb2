internal import CrossdockCore
internal import CrossdockData
internal import CrossdockMapping
internal import CrossdockModels

/// Answers for mappings that score: the models of a registry.
struct ModelScorer: Scorer {
    private let shelf: ModelShelf

    init(_ shelf: ModelShelf) { self.shelf = shelf }

    /// - Parameter output: `score` or `probability`, `label`, `version`, `model`, `source` or
    ///   `prediction` for all of them.
    func score(model: String, output: String, record: JSONNode) throws -> Value {
        let prediction = try shelf.model(try ModelReference(model)).score(record)
        switch output {
        case "score", "probability": return .double(prediction.score)
        case "prediction": return prediction.value
        default:
            guard case .object(let object) = prediction.value, let value = object[output] else {
                throw RouteError("the model '\(model)' has no output '\(output)'")
            }
            return value
        }
    }
}
