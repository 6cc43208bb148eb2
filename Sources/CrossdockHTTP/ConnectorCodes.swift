public import CrossdockDiagnostics

extension DiagnosticCode {
    public static let rateLimited = DiagnosticCode(
        "CD3101", "The remote system limits our calls.",
        """
        Too many calls in a short time, or the allowance of the day is used up. The hub waits as \
        long as the system asks for and then goes on; nothing is lost. Lower `maxInFlight`, or ask \
        for a larger allowance.
        """)
    public static let recordRefused = DiagnosticCode(
        "CD3102", "The remote system understood the record and refused it.",
        """
        A field is missing, too long, duplicated or breaks a rule of the remote system. The same \
        record will be refused again: it is parked, the others go on. Correct the record at its \
        source, or the mapping, and replay it.
        """)
    public static let loginRefused = DiagnosticCode(
        "CD3103", "The remote system does not let us in.",
        """
        User, secret, key or token were not accepted. The hub does not try the same credentials \
        again and again, so that no account gets locked: correct `auth` of the connection. A refresh \
        token that was rejected has to be authorised anew.
        """)
    public static let remoteUnavailable = DiagnosticCode(
        "CD3104", "The remote system is not available.",
        """
        It answered with a server error or says that it is busy. The hub tries again with growing \
        waits; routes that do not need the system go on.
        """)
    public static let remoteRefused = DiagnosticCode(
        "CD3105", "The remote system refused the call as it is configured.",
        """
        An object or field does not exist or is hidden, an operation is switched off, a call is too \
        large. The record is not at fault: correct the endpoint, the mapping or the permissions in \
        the remote system. `crossdock schema diff` shows what has changed there.
        """)
    public static let recordNotFound = DiagnosticCode(
        "CD3106", "The remote system does not have the record.",
        """
        No record has the key or the value that was asked for, or it was deleted. Check the key, and \
        whether the record was to be created first.
        """)
    public static let recordConflict = DiagnosticCode(
        "CD3107", "The record was changed by somebody else meanwhile.",
        """
        The state the hub had seen is no longer the state of the record. The hub reads it again and \
        repeats the write a few times; this error is what is left when that did not help.
        """)
    public static let recordAmbiguous = DiagnosticCode(
        "CD3108", "More than one record matches.",
        """
        The field that identifies the record has the same value in several records; nothing was \
        written. Make the field unique in the remote system and merge the duplicates.
        """)
    public static let unexpectedAnswer = DiagnosticCode(
        "CD3109", "The answer is not what the interface promises.",
        """
        Something answered with a page instead of data, or with data of another shape: often a proxy, \
        a log-in page or a maintenance page. The message shows the beginning of what came.
        """)
    public static let budgetSpent = DiagnosticCode(
        "CD3110", "The allowance of calls is down to its reserve.",
        """
        Background reading stops before the calls that are left to the organisation fall below the \
        reserve, so that people can go on working. It goes on by itself when calls are free again.
        """)
    public static let pagingRefused = DiagnosticCode(
        "CD3111", "A link to the next page was not followed.",
        """
        The link leads to another host, where no credentials are sent, or to a page that was read \
        before. The pages read so far are kept; the cursor does not move past them.
        """)
    public static let outcomeUnknown = DiagnosticCode(
        "CD3112", "It is not known whether the record was written.",
        """
        The connection ended, or the hub was stopped, between sending the write and learning its \
        result, and the target offers no way to find out. Look in the remote system, then replay or \
        discard the record. An upsert by an external id avoids this.
        """)
    public static let recordLocked = DiagnosticCode(
        "CD3113", "The record is locked at the moment.",
        """
        Another transaction holds the record or its parent. The hub tries again with growing waits. \
        When it keeps happening, fewer writes at a time help.
        """)
    public static let accessDenied = DiagnosticCode(
        "CD3114", "The user of the connection may not do this.",
        """
        Log-in works, but the user lacks the right to read or write this object, field or service. \
        Grant it in the remote system.
        """)
    public static let badDeclaration = DiagnosticCode(
        "CD3115", "A connector's declaration cannot be used.",
        """
        A `connector.yaml` names an unknown reaction or has an unknown key. For connectors that come \
        with Crossdock this is a bug.
        """)
}
