public import CrossdockCore
internal import CrossdockDiagnostics
public import CrossdockSettings

/// Runs the steps of a Kamelet.
public struct KameletStep: NamedProcessor {
    public static let name = "kamelet"
    public static let summary = "Runs the steps of a Kamelet."
    public static var shorthand: String? { "name" }

    public struct Options: Settings {
        @Setting("The Kamelet.")
        public var name: AddressText
        @Setting("What the Kamelet is given.")
        public var parameters: YAMLNode?

        public init() {}
    }

    private let producer: any Producer

    public init(_ options: Options, _ builder: any RouteBuilding) throws {
        let address = try builder.address(
            uri: "kamelet:\(options.name.text)", parameters: options.parameters,
            at: options.name.span)
        producer = try builder.producer(at: address)
    }

    public func process(_ exchange: inout Exchange) async throws {
        try await producer.process(&exchange)
    }
}
