internal import CrossdockCrypto
internal import CrossdockDiagnostics
public import CrossdockSettings

/// Proves to a remote system who calls.
public protocol Authenticator: Sendable {
    /// Adds what proves it.
    ///
    /// - Returns: Which proof that was, for ``renew(rejecting:because:)``.
    func authorize(_ request: inout HTTPRequest) async throws -> Int

    /// Gets a new proof after one was not accepted, unless somebody else has already done so.
    ///
    /// - Throws: ``ConnectorError`` with ``DiagnosticCode/loginRefused``.
    func renew(rejecting proof: Int, because problem: RemoteProblem) async throws

    /// Sees every answer, for what a session keeps of it.
    func observe(_ head: HTTPResponseHead)
}

extension Authenticator {
    public func observe(_ head: HTTPResponseHead) {}
}

/// User name and password with every call.
public struct BasicAuthenticator: Authenticator {
    private let value: Secret

    public init(username: String, password: Secret) {
        let pair = Array("\(username):\(password.revealed)".utf8)
        value = Secret("Basic " + Base64.encode(pair))
    }

    public func authorize(_ request: inout HTTPRequest) async throws -> Int {
        request.headers["Authorization"] = value.revealed
        return 0
    }

    public func renew(rejecting proof: Int, because problem: RemoteProblem) async throws {
        throw ConnectorError(
            .loginRefused, "user name or password are not accepted",
            .transient(retryAfter: .seconds(300)), status: 401)
    }
}

/// Nothing but the client certificate of the connection, or nothing at all.
public struct ConnectionAuthenticator: Authenticator {
    public init() {}

    public func authorize(_ request: inout HTTPRequest) async throws -> Int { 0 }

    public func renew(rejecting proof: Int, because problem: RemoteProblem) async throws {
        throw ConnectorError(
            .loginRefused, "the connection's certificate is not accepted, or `auth` is missing",
            .transient(retryAfter: .seconds(300)), status: 401)
    }
}
