internal import CrossdockDiagnostics

/// Follows a remote system's links from page to page, as they are given.
///
/// - Trust: a link is untrusted. Credentials go to the origin of the first page only, and no page is
///   read twice.
public struct PageLinks: Sendable {
    private let first: HTTPURL
    private var seen: Set<String>

    public init(first: HTTPURL) {
        self.first = first
        seen = [first.description]
    }

    /// - Throws: ``ConnectorError`` with ``DiagnosticCode/pagingRefused``.
    public mutating func next(_ link: String, from page: HTTPURL) throws(ConnectorError) -> HTTPURL
    {
        let url: HTTPURL
        do {
            url = try page.resolving(link)
        } catch {
            throw refused("the link to the next page is no address")
        }
        guard url.origin == first.origin else {
            throw refused("the link to the next page leads to \(url.origin)")
        }
        guard seen.insert(url.description).inserted else {
            throw refused("the link to the next page leads back to a page read before")
        }
        return url
    }

    private func refused(_ message: String) -> ConnectorError {
        ConnectorError(.pagingRefused, message, .transient(retryAfter: nil))
    }
}
