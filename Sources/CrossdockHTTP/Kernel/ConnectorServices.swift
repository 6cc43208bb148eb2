public import CrossdockCore

/// What connectors get from the hub.
public struct ConnectorServices: Sendable {
    public let connections: Connections
    public let store: any StateStore
    public let clock: any HubClock

    public init(
        connections: Connections, store: any StateStore, clock: any HubClock = SystemClock()
    ) {
        self.connections = connections
        self.store = store
        self.clock = clock
    }
}
