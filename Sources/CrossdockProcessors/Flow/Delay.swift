public import CrossdockCore
public import CrossdockSettings

/// Waits before the next step.
public struct Delay: NamedProcessor {
    public static let name = "delay"
    public static let summary = "Waits before the next step."
    public static var shorthand: String? { "expression" }

    public struct Options: Settings {
        @Setting("Yields the time: milliseconds, or text such as 5s.")
        public var expression: Expression
        @Setting("Accepted for Camel's sake: no thread ever waits here.")
        public var asyncDelayed = true
        @Setting("Accepted for Camel's sake.")
        public var callerRunsWhenRejected = true

        public init() {}
    }

    private let expression: Expression
    private let clock: any HubClock

    public init(_ options: Options, _ builder: any RouteBuilding) {
        expression = options.expression
        clock = builder.route.clock
    }

    public func process(_ exchange: inout Exchange) async throws {
        guard let text = try expression.text(in: &exchange) else { return }
        guard let duration = Duration(settingText: text) else {
            throw RouteError(
                "delay: '\(text.prefix(40))' is no time; write milliseconds, or 5s",
                exceptionClass: "java.lang.IllegalArgumentException")
        }
        if duration > .zero { try await clock.sleep(for: duration) }
    }
}
