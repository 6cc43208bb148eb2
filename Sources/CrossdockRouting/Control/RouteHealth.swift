/// What a route is doing.
public enum RouteStatus: String, Sendable {
    case waiting, running, failing, stopped, notStarted

    /// Whether its consumer runs or is about to.
    var isActive: Bool { self == .running || self == .failing }
}

/// How a route is doing.
public struct RouteHealth: Sendable {
    public let id: String
    public let status: RouteStatus
    /// Why its source does not answer; nil when it does.
    public let problem: String?
    public let exchangesInFlight: Int
    public let received: UInt64
    public let echoes: UInt64
}
