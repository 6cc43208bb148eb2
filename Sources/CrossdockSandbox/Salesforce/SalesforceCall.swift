internal import CrossdockData

/// A request to the REST API of somebody who is logged in.
struct SalesforceCall {
    let request: SandboxRequest
    let session: SalesforceSessions.Session
    /// `v59.0`.
    let version: String
    /// The parts of the path after the version.
    let path: [String]

    var method: String { request.method }
    var root: String { "/services/data/\(version)" }
    /// 59 of `v59.0`.
    var major: Int { Int(version.dropFirst().prefix { $0 != "." }) ?? 0 }

    /// Versions that are served.
    static let versions = 40...66

    /// The part of a path that names a version, or nil for one that is not served.
    static func version(_ segment: String) -> String? {
        let parts = segment.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        guard segment.hasPrefix("v"), parts.count == 2, parts[1] == "0",
            let major = Int(parts[0]), versions.contains(major)
        else { return nil }
        return "v\(major).0"
    }

    /// The body as JSON.
    func json() throws(APIError) -> JSONNode {
        let type = request.headers["Content-Type"]?.lowercased() ?? "application/json"
        guard type.hasPrefix("application/json") else {
            throw APIError(
                415, "UNSUPPORTED_MEDIA_TYPE",
                "Content-Type header specified in HTTP request is not supported: \(type)")
        }
        do { return try JSONDocument(request.body).root } catch {
            throw APIError(
                400, "JSON_PARSER_ERROR", "The HTTP entity body is not JSON: \(error.message)")
        }
    }

    /// The same session's call of a request inside this one.
    func inner(
        method: String, url: String, body: [UInt8]
    ) -> SalesforceCall? {
        let halves = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = (halves.first ?? "").split(separator: "/").map { URLText.decode($0) }
        guard segments.count >= 3, segments[0] == "services", segments[1] == "data",
            let version = Self.version(segments[2])
        else { return nil }
        var request = request
        request.method = method
        request.rawPath = String(halves.first ?? "")
        request.rawQuery = halves.count > 1 ? String(halves[1]) : ""
        request.segments = segments
        request.query = URLText.parameters(request.rawQuery)
        request.headers["Content-Type"] = "application/json"
        request.body = body
        return SalesforceCall(
            request: request, session: session, version: version,
            path: Array(segments.dropFirst(3)))
    }
}
