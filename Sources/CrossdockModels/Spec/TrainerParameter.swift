public import CrossdockData
public import CrossdockDiagnostics

/// One parameter of a trainer, under the library's own name.
public struct TrainerParameter: Sendable {
    public let name: String
    public let value: Value
    public let span: SourceSpan

    public init(name: String, value: Value, span: SourceSpan) {
        self.name = name
        self.value = value
        self.span = span
    }

    func refused(_ why: String) -> DiagnosticsError {
        DiagnosticsError(Diagnostic(.specBadValue, "'\(name)' \(why)", at: span))
    }
}

/// A search for good parameters.
public struct SearchSpec: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case random, hyperband, tpe
    }

    /// What one parameter may be.
    public enum Space: Sendable {
        case choices([Value])
        case range(ClosedRange<Double>, isInteger: Bool, isLogarithmic: Bool)
    }

    public let kind: Kind
    public let trials: Int
    public let timeLimit: Duration?
    /// In the order of the file.
    public let space: [(name: String, space: Space)]
}
