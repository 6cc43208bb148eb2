public import CrossdockDiagnostics
public import CrossdockSettings

/// What a step may ask for while its route is built.
///
/// Handed to nested settings as their ``SettingInput/environment``, so that an expression or a list
/// of steps inside a step's options builds itself.
public protocol RouteBuilding: Sendable {
    var route: RouteContext { get }
    /// What outlives exchanges; shared by all routes of the hub.
    var variables: VariableStore { get }
    /// What expressions of this route may refer to.
    var scope: ExpressionScope { get }
    /// What steps start and do not wait for.
    var background: BackgroundTasks { get }
    /// The names of all languages, under which an expression may be written.
    var languageNames: [String] { get }

    /// The endpoint at an address with its placeholders resolved.
    func endpoint(at address: EndpointAddress) throws -> any Endpoint
    /// A producer for an address; the hub prepares it before the route starts and closes it after.
    func producer(at address: EndpointAddress) throws -> any Producer
    /// Puts an address together from `uri` and `parameters`, path parameters by the component's syntax.
    func address(
        uri: String, parameters: YAMLNode?, at span: SourceSpan?
    ) throws -> EndpointAddress
    /// Where a step sends to when the address is known only with the exchange.
    func dynamicProducers(cacheSize: Int) -> any DynamicProducing

    /// Compiles an expression of a language.
    func expression(
        _ source: String, language: String, options: YAMLNode?, at span: SourceSpan?
    ) throws -> Expression
    /// Compiles what is asked yes or no.
    func predicate(
        _ source: String, language: String, options: YAMLNode?, at span: SourceSpan?
    ) throws -> Predicate

    /// Builds a list of steps.
    func pipeline(_ steps: YAMLNode) throws -> Pipeline
    /// Builds a list of steps whose failures are dealt with by the step that contains them, not by the
    /// route's error handler.
    func unguardedPipeline(_ steps: YAMLNode) throws -> Pipeline
    /// Builds the value of a named bean: `#bean:name`, `#class:type` or a plain name.
    func bean<Bean>(_ reference: String, as type: Bean.Type, at span: SourceSpan?) throws -> Bean

    /// Has something made ready before the route starts and closed after it ended.
    func manage(_ managed: any ManagedProcessor)
    /// Notes something that deserves a warning but keeps nothing from running.
    func warn(_ diagnostic: Diagnostic)
    /// Keeps the message as it enters the hub, for steps that go back to it.
    func needsOriginalMessage()
}

/// Producers made while messages flow, for addresses that depend on them.
public protocol DynamicProducing: Sendable {
    /// The producer at `address`, made when first asked for and kept for the next time.
    ///
    /// - Throws: ``RouteError`` for an address that the route may not send to.
    func producer(at address: String) async throws -> any Producer
    func close() async
}
