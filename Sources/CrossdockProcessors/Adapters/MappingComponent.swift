public import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockMapping
public import CrossdockModels
public import CrossdockSettings

/// Maps records of one object to those of another.
public struct MappingComponent: Component {
    public static let scheme = "mapping"
    public static let summary = "Maps records of one object to those of another."
    public static let syntax = "mapping:name"
    public static var options: [SettingDeclaration] { MappingOptions.declarations }

    private let mappings: MappingLibrary
    private let crossReferences: (any CrossdockCore.CrossReferences)?
    private let scorer: ModelScorer?

    /// - Parameters:
    ///   - crossReferences: Answers `xref`; without it every key is unknown.
    ///   - models: Answer `score`; without them no mapping may score.
    public init(
        mappings: MappingLibrary, crossReferences: (any CrossdockCore.CrossReferences)? = nil,
        models: ModelShelf? = nil
    ) {
        self.mappings = mappings
        self.crossReferences = crossReferences
        scorer = models.map { ModelScorer($0) }
    }

    /// - Parameter address: `mapping:<name>?direction=to-right`.
    public func endpoint(at address: EndpointAddress) throws -> any Endpoint {
        let options: MappingOptions = try address.inProcessOptions()
        guard let mapping = try mappings.find(address.path) else {
            throw DiagnosticsError(
                Diagnostic(
                    .badAddress, "there is no mapping '\(address.path)'", at: address.span,
                    help: Suggestion.help(for: address.path, in: mappings.names())))
        }
        return MappingEndpoint(
            mapping: try mapping.compiled(options.direction.direction),
            quotesDecimals: options.decimals == .text, crossReferences: crossReferences,
            scorer: scorer)
    }
}

struct MappingOptions: Settings {
    enum Decimals: String, SettingChoice { case number, text }

    @Setting("From the left object to the right one, or back.")
    var direction = DirectionChoice(.toRight)
    @Setting("How decimals are written; OData V2 and CSV have them as text.")
    var decimals = Decimals.number

    init() {}
}

/// `to-right` or `to-left`.
struct DirectionChoice: SettingValue {
    let direction: MappingDirection

    init(_ direction: MappingDirection) { self.direction = direction }

    static var typeName: String { "to-right or to-left" }
    var settingText: String? { direction.rawValue }

    init(setting input: SettingInput) throws {
        guard let direction = input.text.flatMap(MappingDirection.init(rawValue:)) else {
            throw SettingProblem("a direction is to-right or to-left")
        }
        self.direction = direction
    }
}

struct MappingEndpoint: ProducingEndpoint {
    let mapping: CompiledMapping
    let quotesDecimals: Bool
    let crossReferences: (any CrossdockCore.CrossReferences)?
    let scorer: ModelScorer?

    func makeProducer(for route: RouteContext) -> any Producer {
        MappingProducer(
            mapping: mapping, quotesDecimals: quotesDecimals, crossReferences: crossReferences,
            scorer: scorer)
    }
}

/// Replaces a record, or each record of a list, by what a mapping makes of it.
struct MappingProducer: Producer {
    private let mapping: CompiledMapping
    private let quotesDecimals: Bool
    private let crossReferences: (any CrossdockCore.CrossReferences)?
    private let services: MappingServices

    init(
        mapping: CompiledMapping, quotesDecimals: Bool,
        crossReferences: (any CrossdockCore.CrossReferences)?, scorer: ModelScorer?
    ) {
        self.mapping = mapping
        self.quotesDecimals = quotesDecimals
        self.crossReferences = crossReferences
        services = MappingServices(scorer: scorer)
    }

    func process(_ exchange: inout Exchange) async throws {
        let record = try exchange.message.body.json().root
        guard let crossReferences else {
            exchange.message.body = .bytes(try map(record, services))
            return
        }
        // Keys are looked up together once the mapping has asked for them: the first pass finds out
        // which, the last one knows them all.
        let known = KnownPartners()
        var services = services
        services.crossReferences = known
        while true {
            let result = Result { try map(record, services) }
            guard try await known.learn(from: crossReferences) else {
                exchange.message.body = .bytes(try result.get())
                return
            }
        }
    }

    private func map(_ record: JSONNode, _ services: MappingServices) throws -> [UInt8] {
        guard record.kind == .array else {
            return try mapping.apply(record, services: services, quotesDecimals: quotesDecimals)
        }
        var output: [UInt8] = [UInt8(ascii: "[")]
        for element in record.elements {
            if output.count > 1 { output.append(UInt8(ascii: ",")) }
            try mapping.apply(
                element, output: &output, services: services, quotesDecimals: quotesDecimals)
        }
        output.append(UInt8(ascii: "]"))
        return output
    }
}
