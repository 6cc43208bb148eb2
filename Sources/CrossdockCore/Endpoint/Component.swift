public import CrossdockSettings

/// Makes the endpoints of one scheme.
public protocol Component: Sendable {
    /// The scheme, such as `salesforce`.
    static var scheme: String { get }
    /// Other schemes that mean the same.
    static var aliases: [String] { get }
    /// One sentence for a reference page.
    static var summary: String { get }
    /// How the part after the scheme is made up, in Camel's catalog notation: `direct:name`. An
    /// address given as scheme and parameters is put together by it.
    static var syntax: String { get }
    /// Everything that may be set behind the `?` of an address.
    static var options: [SettingDeclaration] { get }

    /// - Throws: ``DiagnosticsError`` for an address that cannot work.
    func endpoint(at address: EndpointAddress) throws -> any Endpoint
}

extension Component {
    public static var aliases: [String] { [] }
    public static var syntax: String { "\(scheme):name" }
}
