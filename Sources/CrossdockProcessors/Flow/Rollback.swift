public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
public import CrossdockSettings

/// Fails the exchange so that what it was received from takes it back.
public struct Rollback: NamedProcessor {
    public static let name = "rollback"
    public static let summary = "Fails the exchange so that it goes back to where it came from."
    public static var shorthand: String? { "message" }

    public struct Options: Settings {
        @Setting("What the failure says.")
        public var message: String?
        @Setting("Whether the exchange ends without an error.")
        public var markRollbackOnly = false
        @Setting("Whether the exchange ends without an error, this route alone.")
        public var markRollbackOnlyLast = false

        public init() {}
    }

    private let options: Options

    public init(_ options: Options, _ builder: any RouteBuilding) { self.options = options }

    public func process(_ exchange: inout Exchange) async throws {
        if options.markRollbackOnly || options.markRollbackOnlyLast {
            exchange.properties["CamelRollbackOnly"] = true
            exchange.stop()
            return
        }
        throw RouteError(
            options.message ?? "Intended rollback",
            exceptionClass: "org.apache.camel.RollbackExchangeException")
    }
}
