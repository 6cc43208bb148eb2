public import CrossdockDiagnostics

extension DiagnosticCode {
    public static let invalidRequest = DiagnosticCode(
        "CD3130", "The HTTP request is not valid and was not sent.",
        """
        An address, header or option is malformed or forbidden: a header value with a line break, \
        an address with a user name, a scheme other than http and https. Nothing left this machine. \
        Correct the endpoint, the connection or the step that sets the header.
        """)
    public static let nameNotResolved = DiagnosticCode(
        "CD3131", "The host name could not be resolved.",
        """
        The name service knows no address for the host, or did not answer. Check the spelling of \
        `url`, and the name service of this machine. The call is repeated as the route says.
        """)
    public static let connectFailed = DiagnosticCode(
        "CD3132", "No connection to the remote system.",
        """
        The host refused the connection or cannot be reached. Nothing of the request was sent, so \
        it is safe to repeat. Check that the system runs, and any firewall between.
        """)
    public static let tlsFailed = DiagnosticCode(
        "CD3133", "No secure connection to the remote system.",
        """
        The TLS handshake failed or the certificate was not accepted: expired, for another host, or \
        signed by an unknown authority. Name a private authority by `tls.caFile`; checking cannot be \
        switched off. TLS 1.2 is the least that is accepted.
        """)
    public static let callTimedOut = DiagnosticCode(
        "CD3134", "The remote system did not answer in time.",
        """
        The connection, the whole call or the flow of bytes took longer than allowed. A call that \
        may have been executed is not repeated without a look at the target.
        """)
    public static let answerTooLarge = DiagnosticCode(
        "CD3135", "The answer is larger than allowed.",
        """
        Headers, body or the ratio of decompression exceeded a limit. The call was ended; nothing \
        of the answer was used. Ask for smaller pages or raise the limit of the connection.
        """)
    public static let connectionCut = DiagnosticCode(
        "CD3136", "The connection ended before the answer was complete.",
        """
        The remote system or something between closed the connection, or sent fewer bytes than it \
        announced. A write may have been executed: its outcome is looked up before any repeat.
        """)
    public static let addressRefused = DiagnosticCode(
        "CD3137", "The address is not allowed.",
        """
        The host leads to an address inside a private network or to this machine, or `http:` was \
        asked for beyond loopback. Set `allowPrivate`, respectively `allowHttp`, on the connection \
        when that is meant.
        """)
    public static let redirectRefused = DiagnosticCode(
        "CD3138", "A redirect was not followed.",
        """
        Redirects are followed for reading calls only, at most five times, never from https to \
        http, never back to an address already seen. Correct `url` to where the system really is.
        """)
    public static let protocolViolation = DiagnosticCode(
        "CD3139", "The remote system does not speak HTTP correctly.",
        """
        The bytes received are no valid HTTP answer. Often the port belongs to another service, or \
        a proxy stands between.
        """)
    public static let requestBodyFailed = DiagnosticCode(
        "CD3140", "The request body could not be produced.",
        """
        What was to be sent failed while it was being read, so the call was ended half-way. The \
        cause says why.
        """)
    public static let clientClosed = DiagnosticCode(
        "CD3141", "The HTTP client cannot start calls.",
        """
        The client was shut down, or the process is out of memory or threads. Nothing was sent.
        """)
    public static let tlsSettings = DiagnosticCode(
        "CD3142", "The TLS settings of a connection cannot be used.",
        """
        A certificate or key file cannot be read or does not hold what it should. Check the files \
        under `tls` of the connection.
        """)
}

/// Every code of this module, for `crossdock explain`.
public enum CrossdockHTTPCodes {
    public static let all: [DiagnosticCode] = [
        .rateLimited, .recordRefused, .loginRefused, .remoteUnavailable, .remoteRefused,
        .recordNotFound, .recordConflict, .recordAmbiguous, .unexpectedAnswer, .budgetSpent,
        .pagingRefused, .outcomeUnknown, .recordLocked, .accessDenied, .badDeclaration,
        .unknownConnection, .invalidRequest, .nameNotResolved, .connectFailed, .tlsFailed,
        .callTimedOut,
        .answerTooLarge, .connectionCut, .addressRefused, .redirectRefused, .protocolViolation,
        .requestBodyFailed, .clientClosed, .tlsSettings,
    ]
}
