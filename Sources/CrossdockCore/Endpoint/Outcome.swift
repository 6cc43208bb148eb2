/// How the way of an exchange ended. Closed: a consumer settles each of the three.
public enum Outcome: Sendable {
    /// All steps ran, or a handler dealt with the failure. Carries the exchange with its reply.
    case completed(Exchange)
    /// A step failed and nothing dealt with it.
    case failed(Exchange, any Error)
    /// The hub stops before the exchange was through; the delivery goes back to where it came from.
    case interrupted

    /// As a metric label.
    public var name: String {
        switch self {
        case .completed: "completed"
        case .failed: "failed"
        case .interrupted: "interrupted"
        }
    }
}
