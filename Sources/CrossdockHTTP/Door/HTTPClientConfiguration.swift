/// How a client connects, and whom it trusts.
public struct HTTPClientConfiguration: Sendable {
    public var addresses = AddressPolicy()
    public var tls = HTTPTLS()
    public var timeouts = HTTPTimeouts()
    public var limits = HTTPLimits()
    /// Connections to one host at a time, per partition; further calls wait.
    public var connectionsPerHost = 16
    /// How long an unused connection is kept.
    public var keepAlive: Duration = .seconds(60)
    public var http2 = HTTP2.offered
    public var acceptsCompression = true
    public var userAgent = "crossdock"

    public init() {}

    public enum HTTP2: Sendable, Hashable {
        /// Offered in the TLS handshake, never spoken without TLS.
        case offered
        case off
    }
}

/// Whom a client trusts and how it proves itself. There is no way to switch checking off.
public struct HTTPTLS: Sendable {
    /// Authorities in PEM, in place of the system's.
    public var authorities: [UInt8]?
    /// The client's certificate with its chain, in PEM.
    public var certificate: [UInt8]?
    /// The private key of ``certificate``, in PEM, not encrypted.
    public var privateKey: [UInt8]?

    public init() {}
}
