/// Models that were trained elsewhere and came as files.
enum ImportedKind: ModelKind {
    static let name = "imported"
    static let summary =
        "A model trained elsewhere: an ONNX or XGBoost file. Scored here, not trained."
    static let tasks: [ModelTask] = [.binary, .multiclass, .regression]
    static let handlesMissing = true
    static let parameters: [ModelParameter] = []

    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile {
        throw ModelError(
            .specUnsuitable, "an imported model is trained where it came from, not here")
    }
}
