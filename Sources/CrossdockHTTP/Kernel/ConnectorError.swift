public import CrossdockCore
public import CrossdockDiagnostics

/// A remote system did not do what it was asked, and said so.
public struct ConnectorError: Classified, NamedException {
    public let code: DiagnosticCode
    public let message: String
    public let disposition: Disposition
    public let cause: (any Error)?
    /// The status of the HTTP answer, if it was one.
    public let status: Int?
    /// The remote system's own code, such as `DUPLICATE_VALUE`.
    public let remoteCode: String?
    /// The fields it complains about.
    public let fields: [String]

    public init(
        _ code: DiagnosticCode, _ message: String, _ disposition: Disposition,
        status: Int? = nil, remoteCode: String? = nil, fields: [String] = [],
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.disposition = disposition
        self.status = status
        self.remoteCode = remoteCode
        self.fields = fields
        self.cause = cause
    }

    public var exceptionClass: String {
        "org.apache.camel.http.base.HttpOperationFailedException"
    }
}

extension HTTPError: NamedException {
    public var exceptionClass: String {
        switch code {
        case .callTimedOut: "java.net.SocketTimeoutException"
        case .connectFailed: "java.net.ConnectException"
        case .nameNotResolved: "java.net.UnknownHostException"
        case .tlsFailed, .tlsSettings: "javax.net.ssl.SSLException"
        case .invalidRequest, .addressRefused: "java.lang.IllegalArgumentException"
        default: "java.io.IOException"
        }
    }
}

extension ConnectorError {
    /// An answer that cannot be understood.
    ///
    /// - Parameter repetition: Of the call that was answered: what it wrote may be written.
    public static func unexpectedAnswer(
        _ what: String, _ response: HTTPResponse, repetition: HTTPRequest.Repetition = .allowed,
        cause: (any Error)? = nil
    ) -> ConnectorError {
        let type = response.headers["Content-Type"] ?? "no content type"
        return ConnectorError(
            .unexpectedAnswer,
            "\(what): HTTP \(response.status), \(type), beginning "
                + "\"\(Excerpt.text(of: response.body))\"",
            repetition == .allowed ? .transient(retryAfter: nil) : .unknownOutcome,
            status: response.status, cause: cause)
    }
}

/// The beginning of something untrusted, for a message.
public enum Excerpt {
    /// At most 120 characters, controls and line ends as spaces.
    public static func text(of bytes: [UInt8]) -> String {
        let start = String(decoding: bytes.prefix(480), as: UTF8.self)
        return String(
            start.unicodeScalars.prefix(120).map { $0.value < 0x20 ? " " : Character($0) })
    }
}
