/// One call to be made.
public struct HTTPRequest: Sendable {
    public var method: HTTPMethod
    public var url: HTTPURL
    public var headers: HTTPHeaders
    public var body: Body
    /// Nil decides by the method: what only reads may be repeated, all else goes out once, on a
    /// fresh connection.
    public var repetition: Repetition?
    public var redirects: Redirects = .followed
    /// Overrides the client's time-outs for this call.
    public var timeouts: HTTPTimeouts?
    /// Overrides the client's limits for this call.
    public var limits: HTTPLimits?
    /// Calls of different partitions never share a connection: one partition per credential.
    public var partition = ""

    public init(
        _ method: HTTPMethod, _ url: HTTPURL, headers: HTTPHeaders = [:], body: Body = .none
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    public enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Written while it is sent; `write` waits whenever the connection is slower than it.
        ///
        /// Without a `length` it goes out in chunks, which not every server accepts.
        case stream(length: Int?, write: @Sendable (HTTPBodyWriter) async throws -> Void)

        public static func text(_ text: String) -> Body { .bytes(Array(text.utf8)) }
    }

    /// Whether the request may go out more than once without its sender knowing.
    ///
    /// A kept connection may turn out to be dead at the moment it is used, and then nobody knows
    /// whether the request was executed. libcurl repeats it in silence, `POST` included.
    public enum Repetition: Sendable, Hashable {
        /// It may: the same request twice has the effect of one.
        case allowed
        /// It goes out once, on a connection made for it: costs a handshake, and leaves the outcome
        /// unknown only when the network or the server really failed.
        case onceOnFreshConnection
        /// It goes out once, but over a kept connection if there is a young one: cheap, and for
        /// callers that can look up an unknown outcome.
        case onceOnKeptConnection
    }

    public enum Redirects: Sendable, Hashable {
        /// Reading calls follow redirects, without credentials when they lead to another origin.
        case followed
        /// A redirect is an answer like any other.
        case returned
    }

    var effectiveRepetition: Repetition {
        repetition ?? (method.isSafe ? .allowed : .onceOnFreshConnection)
    }
}

/// Time allowed for the parts of a call. Zero means no limit.
public struct HTTPTimeouts: Sendable, Hashable {
    /// Name look-up, connection and TLS handshake together.
    public var connect: Duration = .seconds(10)
    /// The whole call. A streamed answer usually wants zero here and relies on ``stall``.
    public var total: Duration = .seconds(60)
    /// How long less than ``leastRate`` may flow before the call is given up.
    public var stall: Duration = .seconds(30)
    /// Bytes a second below which a call counts as stalled.
    public var leastRate = 10

    public init() {}
}

/// Bounds on what an answer may bring.
public struct HTTPLimits: Sendable, Hashable {
    /// Bytes of all header lines together, interim answers and trailers included.
    public var headerBytes = 64 * 1024
    public var headerLines = 200
    /// Bytes of the body after decompression. Nil is for streamed answers that are not kept.
    public var bodyBytes: Int? = 64 * 1024 * 1024
    /// How many bytes one compressed byte may become, once an answer is larger than 8 MiB.
    public var decompressionRatio = 200

    public init() {}
}
