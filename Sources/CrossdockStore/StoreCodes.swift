public import CrossdockDiagnostics

/// The codes of the state store beyond those of the core.
public enum StoreCodes {
    public static let all: [DiagnosticCode] = [.stateHeld]
}

extension DiagnosticCode {
    /// Another process uses the state directory.
    public static let stateHeld = DiagnosticCode(
        "CD6103", "another hub uses the state directory",
        """
        Two hubs on one embedded state would each send what the other has sent. Stop the other one, \
        or give this one a `state.dir` of its own; several hubs share a PostgreSQL through \
        `state.url`.
        """)
}
