public import CrossdockDiagnostics

/// A route or one of its steps cannot go on.
public struct RouteError: Classified, NamedException {
    public let code: DiagnosticCode
    public let message: String
    public let disposition: Disposition
    public let cause: (any Error)?
    public let exceptionClass: String

    public init(
        _ code: DiagnosticCode, _ message: String,
        disposition: Disposition = .permanent, cause: (any Error)? = nil,
        exceptionClass: String = "org.apache.camel.CamelExecutionException"
    ) {
        self.code = code
        self.message = message
        self.disposition = disposition
        self.cause = cause
        self.exceptionClass = exceptionClass
    }

    /// A step failed.
    public init(
        _ message: String, disposition: Disposition = .permanent, cause: (any Error)? = nil,
        exceptionClass: String = "org.apache.camel.CamelExecutionException"
    ) {
        self.init(
            .stepFailed, message, disposition: disposition, cause: cause,
            exceptionClass: exceptionClass)
    }
}

/// An error that routes can catch by a Java class name, as in Camel.
public protocol NamedException: Error {
    /// Fully qualified: `java.lang.IllegalArgumentException`.
    var exceptionClass: String { get }
}

/// An error that came with the status of an HTTP answer; routes read it as `${exception.statusCode}`.
public protocol HTTPStatusCarrying: Error {
    var statusCode: Int { get }
}
