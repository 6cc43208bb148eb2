public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings

/// Fails the exchange with an exception of the route's choice.
public struct ThrowException: NamedProcessor {
    public static let name = "throwException"
    public static let summary = "Fails the exchange."

    public struct Options: Settings {
        @Setting("Name of the exception.", example: "java.lang.IllegalArgumentException")
        public var exceptionType: String?
        @Setting("Its message; simple is allowed.")
        public var message: YAMLNode?
        @Setting("A bean that is an exception.")
        public var ref: String?

        public init() {}
    }

    private let exceptionClass: String
    private let message: Expression

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        let type = options.exceptionType ?? "java.lang.Exception"
        exceptionClass = ExceptionName.resolve(type) ?? type
        message = try builder.expression(
            options.message?.text ?? "", language: "simple", options: nil, at: options.message?.span
        )
    }

    public func process(_ exchange: inout Exchange) async throws {
        throw RouteError(
            try message.text(in: &exchange) ?? "", exceptionClass: exceptionClass)
    }
}
