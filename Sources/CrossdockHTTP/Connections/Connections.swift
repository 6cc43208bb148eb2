public import CrossdockDiagnostics

/// All connections of the configuration by name.
public struct Connections: Sendable {
    public let byName: [String: ConnectionSettings]

    public init(_ byName: [String: ConnectionSettings]) { self.byName = byName }

    /// Returns the connection an endpoint asks for.
    ///
    /// - Parameters:
    ///   - name: The endpoint's `connection=`; nil means the one named like the system.
    ///   - system: The system the endpoint speaks.
    /// - Throws: ``DiagnosticsError`` with CD0105.
    public func connection(
        _ name: String?, system: String, at span: SourceSpan?
    ) throws(DiagnosticsError) -> ConnectionSettings {
        let wanted = name ?? system
        guard let found = byName[wanted] else {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownConnection, "there is no connection '\(wanted)' in crossdock.yaml",
                    at: span,
                    help: Suggestion.help(for: wanted, in: byName.keys)
                        ?? "add connections.\(wanted): {system: \(system), url: …, auth: …}"))
        }
        guard found.system == system else {
            throw DiagnosticsError(
                Diagnostic(
                    .unknownConnection,
                    "connection '\(wanted)' is of the system \(found.system), not \(system)",
                    at: span))
        }
        return found
    }
}

extension DiagnosticCode {
    /// An endpoint names a connection that is not configured, or one of another system.
    public static let unknownConnection = DiagnosticCode(
        "CD0105", "unknown connection",
        """
        An endpoint uses a connection that crossdock.yaml does not have under `connections:`, or one \
        of another system. An endpoint without `connection=` uses the one named like its system.
        """)
}
