public import CrossdockDiagnostics

extension DiagnosticCode {
    /// crossdock.yaml or a file it names cannot be read.
    public static let unreadableFile = DiagnosticCode(
        "CD0111", "a file cannot be read",
        """
        A file that was named on the command line or in crossdock.yaml does not exist, is no regular \
        file, or may not be read by this user.
        """)

    /// A secret where others can see it.
    public static let exposedSecret = DiagnosticCode(
        "CD7101", "a secret stands where others can see it",
        """
        A broker URL with a password was given for a host beyond this machine. URLs end up in process \
        lists and logs: put the password into `bus.password: \"{{env:NAME}}\"`.
        """)
}
