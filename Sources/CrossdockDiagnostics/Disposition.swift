/// Whether trying again can help.
///
/// The error says what it knows about itself; what the route then does is the route's business.
public enum Disposition: Sendable, Hashable {
    /// The same attempt may succeed later, not before `retryAfter` when the other side said so.
    case transient(retryAfter: Duration?)
    /// The same attempt will fail the same way.
    case permanent
    /// The effect may or may not have happened: never repeat it without a key or a look.
    case unknownOutcome
}

/// An error that carries a stable code and knows whether trying again can help.
public protocol Classified: Error, CustomStringConvertible {
    var code: DiagnosticCode { get }
    /// What happened, where, what was expected, what to do. Never a whole body, never a secret.
    var message: String { get }
    var disposition: Disposition { get }
    /// What led to this error, innermost last.
    var cause: (any Error)? { get }
}

extension Classified {
    public var disposition: Disposition { .permanent }
    public var cause: (any Error)? { nil }
    public var description: String {
        "\(code.id): \(message)" + (cause.map { " (cause: \($0))" } ?? "")
    }
}
