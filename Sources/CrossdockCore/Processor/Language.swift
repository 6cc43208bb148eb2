public import CrossdockDiagnostics
public import CrossdockSettings

/// A language in which expressions are written.
public protocol Language: Sendable {
    static var name: String { get }
    static var summary: String { get }

    /// - Parameters:
    ///   - options: What stands beside `expression` in the canonical notation.
    ///   - scope: What the expression may refer to besides the exchange.
    /// - Throws: ``DiagnosticsError`` with the place inside the expression.
    func compile(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression

    /// Compiles text that is asked yes or no.
    func compilePredicate(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression
}

extension Language {
    public func compilePredicate(
        _ source: String, options: YAMLNode?, at span: SourceSpan?, in scope: ExpressionScope
    ) throws -> any CompiledExpression {
        try compile(source, options: options, at: span, in: scope)
    }
}

/// What an expression may refer to besides the exchange it is given.
public struct ExpressionScope: Sendable {
    public var routeID: String
    public var routeGroup: String?
    public var clock: any HubClock
    public var variables: VariableStore
    public var placeholders: Placeholders
    /// The languages by name, for expressions inside expressions.
    public var languages: @Sendable (String) -> (any Language)?
    /// A named value of the `beans` of a file.
    public var bean: @Sendable (String) -> Body?

    public init(
        routeID: String = "", routeGroup: String? = nil, clock: any HubClock = SystemClock(),
        variables: VariableStore = VariableStore(), placeholders: Placeholders = Placeholders(),
        languages: @escaping @Sendable (String) -> (any Language)? = { _ in nil },
        bean: @escaping @Sendable (String) -> Body? = { _ in nil }
    ) {
        self.routeID = routeID
        self.routeGroup = routeGroup
        self.clock = clock
        self.variables = variables
        self.placeholders = placeholders
        self.languages = languages
        self.bean = bean
    }
}
