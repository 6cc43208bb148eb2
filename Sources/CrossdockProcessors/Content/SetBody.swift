public import CrossdockCore
public import CrossdockSettings

/// Replaces the body by what an expression yields.
public struct SetBody: NamedProcessor {
    public static let name = "setBody"
    public static let summary = "Replaces the body."

    public struct Options: Settings {
        @Setting("Yields the new body.", example: "simple: \"${header.name}\"")
        public var expression: Expression

        public init() {}
    }

    private let expression: Expression

    public init(_ options: Options, _ builder: any RouteBuilding) {
        expression = options.expression
    }

    public func process(_ exchange: inout Exchange) async throws {
        exchange.message.body = try expression.body(in: &exchange)
    }
}

/// Replaces the body by what an expression yields; Camel's other word for `setBody`.
public struct Transform: NamedProcessor {
    public static let name = "transform"
    public static let summary = "Replaces the body."

    public typealias Options = SetBody.Options

    private let expression: Expression

    public init(_ options: Options, _ builder: any RouteBuilding) {
        expression = options.expression
    }

    public func process(_ exchange: inout Exchange) async throws {
        exchange.message.body = try expression.body(in: &exchange)
    }
}
