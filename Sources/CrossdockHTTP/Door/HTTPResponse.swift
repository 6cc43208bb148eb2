/// Status line and headers of an answer.
public struct HTTPResponseHead: Sendable {
    public let status: Int
    /// `1.1` or `2`.
    public let version: String
    public let headers: HTTPHeaders
    /// Where the answer came from, after redirects.
    public let url: HTTPURL

    public init(status: Int, version: String, headers: HTTPHeaders, url: HTTPURL) {
        self.status = status
        self.version = version
        self.headers = headers
        self.url = url
    }

    public var isSuccess: Bool { (200..<300).contains(status) }
}

/// A complete answer, whatever its status.
///
/// - Trust: untrusted; a body of the announced length need not be what its content type says.
public struct HTTPResponse: Sendable {
    public let head: HTTPResponseHead
    public let body: [UInt8]

    public init(head: HTTPResponseHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }

    public var status: Int { head.status }
    public var headers: HTTPHeaders { head.headers }
    public var isSuccess: Bool { head.isSuccess }
}

/// An answer whose body is still on its way.
public struct HTTPStreamedResponse: Sendable {
    public let head: HTTPResponseHead
    /// Ends the call when nobody holds it any more.
    public let body: HTTPBody

    public var status: Int { head.status }
    public var headers: HTTPHeaders { head.headers }
    public var isSuccess: Bool { head.isSuccess }
}
