public import CrossdockDiagnostics

/// What the hub remembers: one contract, several databases behind it, one conformance suite for all.
///
/// Every call that returns has made its change durable. A call that throws ``StateError`` means that
/// nothing may be acknowledged any more: a failed write cannot be tried again, the hub stops.
public protocol StateStore: Outbox, EffectJournal, CrossReferences, IdempotentRepository,
    DeadLetters,
    Documents
{
    /// Whether the store can be written, for health.
    func check() async throws
    func close() async
}

/// The state store failed.
public struct StateError: Classified {
    public let code: DiagnosticCode
    public let message: String
    public let cause: (any Error)?
    public var disposition: Disposition { .transient(retryAfter: nil) }

    public init(
        _ message: String, code: DiagnosticCode = .stateFailed, cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
