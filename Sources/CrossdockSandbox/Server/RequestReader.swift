internal import NIOHTTP1

/// Turns an HTTP request into a ``SandboxRequest``.
enum RequestReader {
    static func request(
        _ head: HTTPRequestHead, body: [UInt8], isSecure: Bool
    ) -> SandboxRequest {
        let target = pathAndQuery(head.uri)
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first.map(String.init) ?? "/"
        let query = parts.count > 1 ? String(parts[1]) : ""
        var headers = HeaderFields()
        for (name, value) in head.headers { headers.add(name, value) }
        let scheme = isSecure ? "https" : "http"
        return SandboxRequest(
            method: head.method.rawValue, rawPath: path, rawQuery: query,
            segments: path.split(separator: "/").map { URLText.decode($0) },
            query: URLText.parameters(query), headers: headers, body: body,
            origin: "\(scheme)://\(headers["host"] ?? "127.0.0.1")")
    }

    /// A request to a proxy names the whole URL; what counts is what follows the host.
    private static func pathAndQuery(_ target: String) -> String {
        guard !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") else {
            return target
        }
        let rest = target[scheme.upperBound...]
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }
}
