/// A family of models that can be trained here.
///
/// To add one: a folder under `Kinds/` and an entry in ``ModelKinds``.
protocol ModelKind: Sendable {
    static var name: String { get }
    /// One line for `crossdock list models`.
    static var summary: String { get }
    static var tasks: [ModelTask] { get }
    /// Whether rows may hold NaN for missing.
    static var handlesMissing: Bool { get }
    static var parameters: [ModelParameter] { get }

    /// Trains on the job's rows.
    static func train(_ job: borrowing TrainingJob) throws(ModelError) -> TrainedFile
}

/// What training yields: the file, and remarks for the card.
struct TrainedFile: Sendable {
    var file: ModelFile
    /// The library and its version, for the card.
    var library: String
    /// Iterations run, and which was best.
    var rounds: Int?
    /// What training left out or changed, in sentences.
    var notes: [String] = []
}

/// One parameter of a trainer.
public struct ModelParameter: Sendable {
    public let name: String
    public let help: String
    /// As written in `model.yaml`; nil for "the library's own".
    public let standard: String?

    init(_ name: String, _ help: String, standard: String? = nil) {
        self.name = name
        self.help = help
        self.standard = standard
    }
}
