internal import CCurl

/// An absolute `http` or `https` address.
///
/// It is parsed once, by the library that later connects to it, so that what was checked and what
/// is called cannot differ.
///
/// - Trust: user names, control characters, spaces, backslashes and bytes outside ASCII are refused.
///   Where the address leads is decided at the socket, by ``AddressPolicy``.
public struct HTTPURL: Sendable, CustomStringConvertible {
    public enum Scheme: String, Sendable, Hashable {
        case http
        case https
    }

    public let scheme: Scheme
    /// In lower case; an IPv6 address stands in brackets.
    public let host: String
    public let port: UInt16
    /// The normal form of the address.
    public let description: String
    let handle: Handle
    /// Whether the host is written exactly `localhost`, `127.0.0.1` or `[::1]`.
    let namesLoopback: Bool

    /// - Throws: ``HTTPError`` with ``DiagnosticCode/invalidRequest``.
    public init(_ text: String) throws(HTTPError) {
        try Self.checkBytes(of: text)
        guard let handle = Handle() else { throw .outOfMemory }
        // libcurl forgives a third slash and takes the path for the host.
        guard !text.lowercased().hasPrefix("http:///"), !text.lowercased().hasPrefix("https:///")
        else { throw .invalidRequest("the address has no host") }
        try handle.set(CURLUPART_URL, to: text)
        try self.init(parsed: handle, written: text)
    }

    private init(parsed handle: Handle, written text: String) throws(HTTPError) {
        guard let scheme = handle.part(CURLUPART_SCHEME).flatMap(Scheme.init(rawValue:)) else {
            throw .invalidRequest("an address must begin with https:// or http://")
        }
        guard let host = handle.part(CURLUPART_HOST)?.lowercased(), !host.isEmpty,
            let port = handle.part(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap(UInt16.init(_:)),
            port > 0, let description = handle.part(CURLUPART_URL)
        else { throw .invalidRequest("the address has no valid host and port") }
        self.scheme = scheme
        self.host = host
        self.port = port
        self.description = description
        self.handle = handle
        namesLoopback =
            ["localhost", "127.0.0.1", "[::1]"].contains(host) && Self.authority(of: text, is: host)
    }

    /// Returns the address that `reference`, such as a link in an answer, names from here.
    ///
    /// - Throws: ``HTTPError`` with ``DiagnosticCode/invalidRequest``.
    public func resolving(_ reference: String) throws(HTTPError) -> HTTPURL {
        if reference.isEmpty { return self }
        let encoded = PercentEncoding.encodingNonASCII(reference)
        try Self.checkBytes(of: encoded)
        guard let copy = handle.copy() else { throw .outOfMemory }
        try copy.set(CURLUPART_URL, to: encoded)
        return try HTTPURL(parsed: copy, written: encoded.contains("://") ? encoded : description)
    }

    /// Returns this address with another path and query.
    ///
    /// - Parameters:
    ///   - path: Begins with a slash and is percent-encoded already: see ``PercentEncoding``.
    ///   - query: Names and values as they are meant; they are encoded here.
    public func replacing(
        path: String, query: [(name: String, value: String)] = []
    ) throws(HTTPError) -> HTTPURL {
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw .invalidRequest("a path must begin with a slash")
        }
        let suffix = query.isEmpty ? "" : "?" + PercentEncoding.form(query)
        return try HTTPURL("\(scheme.rawValue)://\(host):\(port)\(path)\(suffix)")
    }

    /// Scheme, host and port: what credentials may be sent to.
    public var origin: Origin { Origin(scheme: scheme, host: host, port: port) }

    public struct Origin: Sendable, Hashable, CustomStringConvertible {
        public let scheme: Scheme
        public let host: String
        public let port: UInt16

        public var description: String {
            let isDefault = port == (scheme == .https ? 443 : 80)
            return "\(scheme.rawValue)://\(host)\(isDefault ? "" : ":\(port)")"
        }
    }

    /// The path, percent-encoded as it is sent.
    public var path: String { handle.part(CURLUPART_PATH) ?? "/" }

    /// The query, percent-encoded as it is sent, without the question mark.
    public var query: String? { handle.part(CURLUPART_QUERY) }

    /// For messages: without the query, which may carry secrets or personal data.
    var shown: String { origin.description + String(path.prefix(120)) }

    private static func checkBytes(of text: String) throws(HTTPError) {
        guard text.utf8.count <= 64 * 1024 else { throw .invalidRequest("the address is too long") }
        for byte in text.utf8 where byte <= 0x20 || byte >= 0x7F || byte == UInt8(ascii: "\\") {
            throw .invalidRequest(
                "an address may not contain spaces, control characters, backslashes or letters "
                    + "outside ASCII; percent-encode them")
        }
    }

    /// Whether `text` spells its host as the parser understood it: `127.1` is `127.0.0.1` to the
    /// parser, but nobody who means well writes it so.
    private static func authority(of text: String, is host: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let rest = text[colon...].dropFirst(3)
        let end = rest.utf8.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
        let authority = rest[..<end].lowercased()
        return authority == host || authority.hasPrefix(host + ":")
    }
}

extension HTTPURL: Hashable {
    public static func == (one: HTTPURL, other: HTTPURL) -> Bool {
        one.description == other.description
    }
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

extension HTTPURL {
    /// A parsed address of libcurl.
    ///
    /// - Ownership: holds the only `CURLU` and frees it in `deinit`.
    /// - Threads: changed only before it becomes part of an ``HTTPURL``; libcurl reads it only.
    final class Handle: @unchecked Sendable {
        let pointer: OpaquePointer

        init?() {
            guard let pointer = curl_url() else { return nil }
            self.pointer = pointer
        }

        private init(adopting pointer: OpaquePointer) { self.pointer = pointer }

        deinit { curl_url_cleanup(pointer) }

        func copy() -> Handle? { curl_url_dup(pointer).map(Handle.init(adopting:)) }

        func set(_ part: CURLUPart, to text: String) throws(HTTPError) {
            // Links are followed as they are given: dots in a path are the server's affair.
            let flags = UInt32(CURLU_DISALLOW_USER | CURLU_PATH_AS_IS)
            let result = curl_url_set(pointer, part, text, flags)
            guard result == CURLUE_OK else {
                throw .invalidRequest(
                    "not an address: \(String(cString: curl_url_strerror(result)))")
            }
        }

        func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(pointer, part, &text, UInt32(flags)) == CURLUE_OK, let text else {
                return nil
            }
            defer { curl_free(text) }
            return String(cString: text)
        }
    }
}
