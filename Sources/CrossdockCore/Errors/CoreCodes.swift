public import CrossdockDiagnostics

/// The codes of addresses, expressions and steps.
public enum CoreCodes {
    public static let all: [DiagnosticCode] = [
        .unknownLanguage, .javaClass, .badAddress, .stepFailed, .stateFailed, .stateNewer,
    ]
}

extension DiagnosticCode {
    /// An expression language that is not offered.
    public static let unknownLanguage = DiagnosticCode(
        "CD1103", "unknown expression language",
        """
        The expression is written in a language that Crossdock does not run. `crossdock list \
        languages` shows those it does; for scripts in a general language use `jsonata`, a mapping, \
        or an `exec:` step.
        """)

    /// A Java class or bean that is not available.
    public static let javaClass = DiagnosticCode(
        "CD1104", "a Java class is not available",
        """
        The route names a Java class or a bean of one. Crossdock runs no Java; the classes that Camel \
        brings for aggregation, idempotency, route policies and Kamelets have native counterparts under \
        their Java names, everything else needs another way: a `mapping:` step, `jsonata`, or an \
        `exec:` step.
        """)

    /// An endpoint address that cannot be taken apart or cannot do what is asked of it.
    public static let badAddress = DiagnosticCode(
        "CD1107", "the endpoint address cannot be used",
        """
        An address is `scheme:path?option=value`. It is malformed, or the endpoint cannot do what \
        the route asks: receive from a write-only system, send to a read-only one.
        """)

    /// A step failed for a reason that has no code of its own.
    public static let stepFailed = DiagnosticCode(
        "CD1120", "a step failed",
        """
        A step of a route ended with an error. The message says which; `onException`, `doTry` or a \
        dead letter channel decide what becomes of the exchange.
        """)

    /// The state store cannot be read or written.
    public static let stateFailed = DiagnosticCode(
        "CD6101", "the state store failed",
        """
        Cursors, effects and dead letters could not be made durable: the disk is full or failing, \
        the file is damaged, the database is away. The hub takes no more input, acknowledges \
        nothing and stops with exit code 75, so that nothing is lost; start it again when the cause \
        is gone.
        """)

    /// The state was written by a later version.
    public static let stateNewer = DiagnosticCode(
        "CD6102", "the state store is newer than this program",
        """
        The state was written by a later version of Crossdock. Going back could lose what only the \
        later version knows: start that version, or restore a backup made before the upgrade.
        """)
}
