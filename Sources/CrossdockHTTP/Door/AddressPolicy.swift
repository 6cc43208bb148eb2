internal import CrossdockDiagnostics

/// Which addresses a client may connect to.
///
/// Judged on the address of the socket, after name resolution, at every new connection: a name that
/// leads to a private address is refused however it is written and whatever it led to before.
public struct AddressPolicy: Sendable, Hashable {
    public enum Loopback: Sendable, Hashable {
        /// When the address names it plainly: `localhost`, `127.0.0.1` or `[::1]`.
        case whenNamed
        /// Not even then: for addresses that come from message data.
        case never
    }

    /// Allows addresses of private networks, and loopback under any name. Link-local and reserved
    /// addresses stay refused.
    public var allowPrivate = false
    /// Allows `http:` beyond loopback.
    public var allowHTTP = false
    public var loopback = Loopback.whenNamed

    public init() {}

    /// Refuses an address by its scheme; what it resolves to is judged later.
    func check(_ url: HTTPURL) throws(HTTPError) {
        guard url.scheme == .https || allowHTTP || (url.namesLoopback && loopback == .whenNamed)
        else {
            throw HTTPError(
                .addressRefused,
                "\(url.origin) is not encrypted; use https, or set allowHttp on the connection",
                .permanent)
        }
    }

    func allows(_ address: IPAddress, for url: HTTPURL) -> Bool {
        switch address.scope {
        case .everyone: true
        case .privateNetwork: allowPrivate
        case .loopback: allowPrivate || (loopback == .whenNamed && url.namesLoopback)
        case .linkLocal, .reserved: false
        }
    }
}
