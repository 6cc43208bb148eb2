/// What went wrong with an exchange, where, and whether a handler has had its say.
///
/// Kept apart from the exchange because most have none.
public final class Failure: Sendable {
    public let error: any Error
    /// The address that was being sent to; nil for a step that sends nothing.
    public let endpoint: String?
    public let routeID: String?
    /// An error handler has seen the error and let it out: no other may repeat or handle it. Only a
    /// `doCatch` may.
    public let isExhausted: Bool
    /// The routes whose handlers are at work on this exchange right now, outermost first: a handler
    /// that fails into itself must not run for ever.
    public let handlers: [String]

    public init(
        _ error: any Error, endpoint: String? = nil, routeID: String? = nil,
        isExhausted: Bool = false, handlers: [String] = []
    ) {
        self.error = error
        self.endpoint = endpoint
        self.routeID = routeID
        self.isExhausted = isExhausted
        self.handlers = handlers
    }

    /// The same failure, exhausted or not.
    public func with(isExhausted: Bool) -> Failure {
        Failure(
            error, endpoint: endpoint, routeID: routeID, isExhausted: isExhausted,
            handlers: handlers)
    }

    /// The same failure while other handlers are at work.
    public func with(handlers: [String]) -> Failure {
        Failure(
            error, endpoint: endpoint, routeID: routeID, isExhausted: isExhausted,
            handlers: handlers)
    }
}
