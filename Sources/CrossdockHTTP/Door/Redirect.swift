internal import CrossdockDiagnostics

/// Where an answer sends a call, and whether we go there.
enum Redirect {
    private static let statuses: Set<Int> = [301, 302, 303, 307, 308]

    /// - Parameter visited: The addresses called so far, the first one first.
    /// - Returns: The call to make next; nil when the answer is the end.
    /// - Throws: ``HTTPError`` with ``DiagnosticCode/redirectRefused`` or
    ///   ``DiagnosticCode/addressRefused``.
    static func target(
        of request: HTTPRequest, _ head: HTTPResponseHead, visited: [HTTPURL]
    ) throws(HTTPError) -> HTTPRequest? {
        guard request.method == .get || request.method == .head, statuses.contains(head.status),
            let location = head.headers["Location"]
        else { return nil }
        let url: HTTPURL
        do {
            url = try request.url.resolving(location)
        } catch {
            throw refused(request, "to something that is no http or https address")
        }
        guard visited.count <= HTTPClient.mostRedirects else {
            throw refused(request, "more than \(HTTPClient.mostRedirects) times")
        }
        guard !visited.contains(url) else { throw refused(request, "in a circle") }
        guard url.scheme == .https || request.url.scheme == .http else {
            throw refused(request, "from https to http")
        }
        // Naming loopback plainly is a right of whoever configured us, not of a remote system.
        guard !url.namesLoopback || request.url.namesLoopback else {
            throw refused(request, "to this machine")
        }
        var next = request
        next.url = url
        if url.origin != request.url.origin { next.headers = request.headers.withoutCredentials() }
        return next
    }

    private static func refused(_ request: HTTPRequest, _ what: String) -> HTTPError {
        HTTPError(
            .redirectRefused, "\(request.method) \(request.url.shown) redirects \(what)",
            .permanent)
    }
}
