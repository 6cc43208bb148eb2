public import CrossdockCore
public import CrossdockDiagnostics

/// A route ready to run, with what must be made ready before it and closed after it.
public struct BuiltRoute: Sendable {
    public let route: Route
    let managed: [any ManagedProcessor]
    public let options: RouteOptions
    public let span: SourceSpan
}
