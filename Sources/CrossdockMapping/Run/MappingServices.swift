public import CrossdockData

/// What layers above lend a mapping while it is applied.
public struct MappingServices: Sendable {
    public var crossReferences: (any CrossReferences)?
    public var scorer: (any Scorer)?

    public init(
        crossReferences: (any CrossReferences)? = nil, scorer: (any Scorer)? = nil
    ) {
        self.crossReferences = crossReferences
        self.scorer = scorer
    }

    /// Every `xref` is missing and no model can be asked.
    public static let none = MappingServices()
}

/// The pairs of ids that the state store knows.
public protocol CrossReferences: Sendable {
    /// Returns the id by which the other side knows the record, nil when there is none yet.
    ///
    /// Called on the message path: answer from memory, or from a store that is near.
    ///
    /// - Parameters:
    ///   - id: As the record has it.
    ///   - side: The side that `id` belongs to.
    func counterpart(of id: String, on side: MappingSide, in table: String) throws -> String?
}

/// Answers for rows with `score`.
public protocol Scorer: Sendable {
    /// Returns the model's output for the record, by the model's own features and failure policy.
    ///
    /// - Parameter output: As written in the row: `score`, `probability`, `label` …
    func score(model: String, output: String, record: JSONNode) throws -> Value
}
