/// Hands one received exchange to the route and returns how its way ended.
public typealias Deliver = @Sendable (Exchange) async -> Outcome

/// Brings messages in.
public protocol Consumer: Sendable {
    /// Makes ready what must exist before any route starts: queues, bindings, subscriptions.
    ///
    /// - Throws: An error that keeps the route from starting.
    func prepare() async throws

    /// Receives until ``RouteContext/stop`` is requested, settles every delivery exactly once from
    /// its outcome, and returns when nothing it received is under way any more.
    ///
    /// A fixed number of worker loops, no task per message. Being cancelled means the time for
    /// finishing is over: what is under way is given back.
    func run(deliver: @escaping Deliver) async throws
}

extension Consumer {
    public func prepare() async throws {}
}
