public import CrossdockCore
internal import CrossdockData
public import CrossdockSettings

/// Sets a header. A name that begins with `Camel` or `Crossdock` sets a control value.
public struct SetHeader: NamedProcessor {
    public static let name = "setHeader"
    public static let summary = "Sets a header."

    public struct Options: Settings {
        @Setting("The header's name.")
        public var name: String
        @Setting("Yields the value.")
        public var expression: Expression

        public init() {}
    }

    private let name: HeaderName
    private let expression: Expression

    public init(_ options: Options, _ builder: any RouteBuilding) {
        name = HeaderName(options.name)
        expression = options.expression
    }

    public func process(_ exchange: inout Exchange) async throws {
        exchange.message[header: name] = try expression.value(in: &exchange)
    }
}

/// Sets several headers.
public struct SetHeaders: NamedProcessor {
    public static let name = "setHeaders"
    public static let summary = "Sets several headers."

    public struct Options: Settings {
        @Setting("Names and values.")
        public var headers: [SetHeader.Options]

        public init() {}
    }

    private let steps: [SetHeader]

    public init(_ options: Options, _ builder: any RouteBuilding) {
        steps = options.headers.map { SetHeader($0, builder) }
    }

    public func process(_ exchange: inout Exchange) async throws {
        for step in steps { try await step.process(&exchange) }
    }
}
