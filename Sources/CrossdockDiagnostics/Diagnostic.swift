/// One finding: the only form in which a user meets a problem, whoever found it.
///
/// The command line, the API, lint and the logs all render this type.
public struct Diagnostic: Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable, CaseIterable {
        case error
        case warning
        case note
    }

    public var code: DiagnosticCode
    public var severity: Severity
    public var span: SourceSpan?
    public var message: String
    /// What to do about it.
    public var help: String?

    public init(
        _ code: DiagnosticCode, _ message: String, at span: SourceSpan? = nil,
        severity: Severity = .error, help: String? = nil
    ) {
        self.code = code
        self.severity = severity
        self.span = span
        self.message = message
        self.help = help
    }
}

/// One or more findings that keep something from being loaded.
public struct DiagnosticsError: Classified {
    /// Never empty.
    public let diagnostics: [Diagnostic]

    public init(_ diagnostics: [Diagnostic]) {
        precondition(!diagnostics.isEmpty, "an error without a finding")
        self.diagnostics = diagnostics
    }

    public init(_ diagnostic: Diagnostic) { diagnostics = [diagnostic] }

    public var code: DiagnosticCode { diagnostics[0].code }
    public var message: String { diagnostics[0].message }
    public var description: String {
        diagnostics.map { $0.rendered() }.joined(separator: "\n")
    }
}
