public import CrossdockCore
public import CrossdockDiagnostics

/// An expression failed on a message.
public struct ExpressionError: Classified, NamedException {
    public let code: DiagnosticCode
    public let message: String
    public let cause: (any Error)?
    public let exceptionClass: String

    public init(
        _ message: String, code: DiagnosticCode = .expressionFailed, cause: (any Error)? = nil,
        exceptionClass: String = "org.apache.camel.ExpressionEvaluationException"
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.exceptionClass = exceptionClass
    }
}
