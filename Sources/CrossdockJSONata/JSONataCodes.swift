public import CrossdockDiagnostics

extension DiagnosticCode {
    /// An expression failed on the record it was evaluated against.
    public static let jsonataFailed = DiagnosticCode(
        "CD2140", "a JSONata expression failed",
        """
        The expression is well formed, but evaluating it against this record failed: a type does not \
        fit (T codes), a value is out of range (D codes), or a limit was reached (U1001: steps, depth, \
        time or size). The message starts with JSONata's own code and names the position in the \
        expression. Try the expression with `crossdock eval --jsonata` on the record that failed.
        """)
    /// An expression is not JSONata.
    public static let jsonataRefused = DiagnosticCode(
        "CD2141", "an expression is not valid JSONata",
        """
        The expression could not be compiled. The message starts with JSONata's own code (S codes) \
        and names the position, counted from the start of the expression. Common causes: a string \
        or bracket that is not closed, a field name with spaces or dashes that is not in backquotes, \
        a YAML value whose quotes were taken by YAML.
        """)
}

/// The codes this module reports.
public enum JSONataCodes {
    public static let all: [DiagnosticCode] = [.jsonataFailed, .jsonataRefused]
}
