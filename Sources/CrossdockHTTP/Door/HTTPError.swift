public import CrossdockDiagnostics

/// A call that brought no complete answer.
///
/// An answer with a status such as 404 or 503 is an answer, not an error of this type.
/// ``disposition`` knows how far the call came: before the first byte of the request went out it is
/// transient, afterwards ``Disposition/unknownOutcome`` unless the call may be repeated.
public struct HTTPError: Classified {
    public let code: DiagnosticCode
    public let message: String
    public let disposition: Disposition
    public let cause: (any Error)?

    init(
        _ code: DiagnosticCode, _ message: String, _ disposition: Disposition,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.disposition = disposition
        self.cause = cause
    }

    static func invalidRequest(_ message: String) -> HTTPError {
        HTTPError(.invalidRequest, message, .permanent)
    }

    static var outOfMemory: HTTPError {
        HTTPError(.clientClosed, "out of memory", .transient(retryAfter: nil))
    }
}
