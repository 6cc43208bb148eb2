public import CrossdockDiagnostics

/// A model could not be read, trained, stored or asked.
///
/// Match on ``code``, log ``description``.
public struct ModelError: Classified {
    public let code: DiagnosticCode
    public let message: String
    /// The feature or column it is about.
    public let feature: String?
    public let disposition: Disposition
    public let cause: (any Error)?

    public init(
        _ code: DiagnosticCode, _ message: String, feature: String? = nil,
        disposition: Disposition = .permanent, cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.feature = feature
        self.disposition = disposition
        self.cause = cause
    }
}
