public import CrossdockDiagnostics
public import CrossdockSettings

/// What a step may ask for while its route is built.
///
/// Handed to nested settings as their ``SettingInput/environment``, so that an expression or a list
/// of steps inside a step's options builds itself.
public protocol RouteBuilding: Sendable {
    var route: RouteContext { get }
    /// The endpoint at an address with its placeholders resolved.
    func endpoint(at address: EndpointAddress) throws -> any Endpoint
    /// A producer for an address; the hub prepares it before the route starts and closes it after.
    func producer(at address: EndpointAddress) throws -> any Producer
    /// Compiles an expression of a language.
    func expression(
        _ source: String, language: String, options: YAMLNode?, at span: SourceSpan?
    ) throws -> Expression
    /// Builds a list of steps.
    func pipeline(_ steps: YAMLNode) throws -> Pipeline
    /// The names of all languages, under which an expression may be written.
    var languageNames: [String] { get }
}
