/// One request to a service: of its own, or a part of a batch.
struct ODataCall {
    var method: String
    /// Decoded, after the service's name.
    var segments: ArraySlice<String>
    var query: [(name: String, value: String)]
    /// As sent, for links to further pages.
    var rawQuery: String
    var headers: HeaderFields
    var body: [UInt8]
    /// Whether it changes something.
    var isWrite: Bool { method != "GET" && method != "HEAD" }

    /// The call that a whole request is; SAP lets POST stand for what proxies do not let through.
    init(_ request: SandboxRequest, segments: ArraySlice<String>) {
        method = request.method
        if method == "POST", let tunnelled = request.headers["X-HTTP-Method"] {
            method = tunnelled.uppercased()
        }
        self.segments = segments
        query = request.query
        rawQuery = request.rawQuery
        headers = request.headers
        body = request.body
    }

    /// Reads the request line, headers and body that a part of a batch holds.
    ///
    /// - Parameter service: The service's name, up to which an absolute address is dropped.
    init?(part: ArraySlice<UInt8>, service: String) {
        let part = part.drop { $0 == 0x0D || $0 == 0x0A }
        guard let lineEnd = part.firstIndex(of: 0x0A) else { return nil }
        let line = Multipart.trimmed(String(decoding: part[..<lineEnd], as: UTF8.self))
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count >= 2 else { return nil }
        let message = Multipart.part(part[(lineEnd + 1)...])
        method = words[0].uppercased()
        headers = message.headers
        body = Self.body(message)
        let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        rawQuery = target.count > 1 ? String(target[1]) : ""
        query = URLText.parameters(rawQuery)
        var path = target[0].split(separator: "/").map { URLText.decode($0) }[...]
        if let own = path.lastIndex(where: { $0 == service || $0.hasPrefix(service + ";") }) {
            path = path[(own + 1)...]
        }
        segments = path
    }

    /// What follows the headers; a stated length counts, else blank lines at the end do not.
    private static func body(_ message: Multipart.Part) -> [UInt8] {
        if let text = message.headers["Content-Length"], let length = Int(text), length >= 0,
            length <= message.body.count
        {
            return Array(message.body.prefix(length))
        }
        var body = message.body
        while let last = body.last, last == 0x0A || last == 0x0D { body.removeLast() }
        return Array(body)
    }
}
