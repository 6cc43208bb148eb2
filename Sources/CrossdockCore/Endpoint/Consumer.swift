/// Hands one received exchange to the route and returns how its way ended.
public typealias Deliver = @Sendable (Exchange) async -> Outcome

/// Brings messages in.
public protocol Consumer: Sendable {
    /// Whether its messages come from other routes of this hub. Such a consumer is stopped last, when
    /// nothing can reach it any more.
    var isInternal: Bool { get }

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
    public var isInternal: Bool { false }
    public func prepare() async throws {}
}
