public import CrossdockDiagnostics

/// The codes of configuration, files and listeners.
public enum ConfigurationCodes {
    public static let all: [DiagnosticCode] = [
        .unreadableFile, .unwritableFile, .exposedSecret, .listenerFailed, .demoFailed,
    ]
}

extension DiagnosticCode {
    /// crossdock.yaml or a file it names cannot be read.
    public static let unreadableFile = DiagnosticCode(
        "CD0111", "a file cannot be read",
        """
        A file that was named on the command line or in crossdock.yaml does not exist, is no regular \
        file, or may not be read by this user.
        """)

    /// A file cannot be written.
    public static let unwritableFile = DiagnosticCode(
        "CD0112", "a file cannot be written",
        """
        The folder does not exist or may not be written, the disk is full, or a file of that name is \
        there already and must not be replaced. Nothing half-written is left behind.
        """)

    /// A port cannot be listened on.
    public static let listenerFailed = DiagnosticCode(
        "CD0120", "a port cannot be listened on",
        """
        The address is in use or not this machine's. Another hub may run; `management.port: 0` \
        takes a free port, and `crossdock run --ready-file F` tells which.
        """)

    /// The demo found a difference between the two sides.
    public static let demoFailed = DiagnosticCode(
        "CD0130", "the two sides of the demo differ",
        """
        After the run some records were not equal on both sides, or had failed. The table shows how \
        many; the dead letters in the state directory say why.
        """)

    /// A secret where others can see it.
    public static let exposedSecret = DiagnosticCode(
        "CD7101", "a secret stands where others can see it",
        """
        A broker URL with a password was given for a host beyond this machine. URLs end up in process \
        lists and logs: put the password into `bus.password: \"{{env:NAME}}\"`.
        """)
}
