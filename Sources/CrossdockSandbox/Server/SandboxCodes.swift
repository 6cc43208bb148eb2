public import CrossdockDiagnostics

extension DiagnosticCode {
    /// No sandbox has that name.
    public static let unknownSandbox = DiagnosticCode(
        "CD3190", "there is no sandbox of that name",
        """
        `crossdock sandbox` serves the systems it lists in its help. The name is that of the \
        vendor's system, in lower case, such as `salesforce` or `sap`.
        """)

    /// A listener could not be opened.
    public static let sandboxPort = DiagnosticCode(
        "CD3191", "the sandbox cannot listen on a port",
        """
        Another program holds the port, or the port is below 1024 and not ours to take. Use port 0 \
        to be given a free one; the ready file tells which.
        """)

    /// Seed data were refused.
    public static let sandboxSeed = DiagnosticCode(
        "CD3192", "seed data do not fit the sandbox",
        """
        A line is not a JSON object, names a field that the object does not have, or holds a value \
        that the field cannot take. Declare custom fields in `<Object>.fields.json`; names that end \
        in `__c` are also inferred from the data. Nothing of the file was loaded.
        """)

    /// The data folder cannot be used.
    public static let sandboxData = DiagnosticCode(
        "CD3193", "the sandbox's data folder cannot be used",
        """
        The folder cannot be read or written, another sandbox holds it, the disk is full, or a file \
        in it was damaged other than by a cut last line (which is repaired). The message names the \
        file.
        """)

    /// A list of faults is malformed.
    public static let sandboxFaults = DiagnosticCode(
        "CD3194", "a list of faults is not understood",
        """
        Faults are a JSON array of objects with `method`, `path`, `fault`, `status`, `headers`, \
        `body`, `delayMillis`, `times`, `probability`, `when` and `every`. `fault` is `status`, \
        `delay`, `cut`, `truncate`, `lock`, `expireToken` or one of the system's protocol rules, \
        which `GET /__sandbox` lists.
        """)
}

/// The codes of this module, for `crossdock explain`.
public enum SandboxCodes {
    public static let all: [DiagnosticCode] = [
        .unknownSandbox, .sandboxPort, .sandboxSeed, .sandboxData, .sandboxFaults,
    ]
}
