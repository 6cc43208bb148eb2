public import CrossdockCore
public import CrossdockSettings

/// Ends the way of the exchange.
public struct Stop: NamedProcessor {
    public static let name = "stop"
    public static let summary = "Ends the way of the exchange."

    public struct Options: Settings {
        public init() {}
    }

    public init(_ options: Options, _ builder: any RouteBuilding) {}

    public func process(_ exchange: inout Exchange) async throws { exchange.stop() }
}
