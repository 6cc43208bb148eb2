public import Logging

/// What a consumer or producer knows of the route that it works for.
public struct RouteContext: Sendable {
    public let routeID: String
    public let logger: Logger
    public let clock: any HubClock
    /// Requested when the route is to take no more input.
    public let stop: StopSignal
    /// What the consumer reports about its source.
    public let source: SourceStatus

    public init(
        routeID: String, logger: Logger, clock: any HubClock = SystemClock(),
        stop: StopSignal = StopSignal(), source: SourceStatus = SourceStatus()
    ) {
        self.routeID = routeID
        self.logger = logger
        self.clock = clock
        self.stop = stop
        self.source = source
    }
}
