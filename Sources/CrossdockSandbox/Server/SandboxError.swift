public import CrossdockDiagnostics

/// The sandbox could not start, or refused what it was given.
public struct SandboxError: Classified {
    public let code: DiagnosticCode
    public let message: String
    public let cause: (any Error)?

    public init(_ code: DiagnosticCode, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
