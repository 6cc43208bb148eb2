internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP

/// The pages of one query.
struct SalesforceQuery {
    let session: SalesforceSession
    let soql: String
    let includesDeleted: Bool
    let pageSize: Int
    var version: String?

    struct Page {
        let records: [JSONNode]
        let total: Int
        /// Nil after the last page.
        var next: Next?
    }

    struct Next {
        let url: HTTPURL
        var links: PageLinks
    }

    /// - Throws: ``ConnectorError`` with ``DiagnosticCode/remoteRefused`` for a query that is too long.
    func first() async throws -> Page {
        let path = includesDeleted ? "/queryAll" : "/query"
        let url = try await session.url(path, [("q", soql)], version: version)
        let limit = session.limits["uri", default: 16_384]
        guard url.description.utf8.count <= limit else {
            throw ConnectorError(
                .remoteRefused,
                "the query is longer than \(limit) bytes; name fewer fields", .permanent)
        }
        return try await page(at: url, PageLinks(first: url))
    }

    func page(_ next: Next) async throws -> Page { try await page(at: next.url, next.links) }

    private func page(at url: HTTPURL, _ links: PageLinks) async throws -> Page {
        let headers: HTTPHeaders = ["Sforce-Query-Options": "batchSize=\(pageSize)"]
        let response = try await session.send(.get, url, "query", headers: headers)
        let root = try session.json(response, "query")
        guard let records = root["records"], records.kind == .array,
            let isDone = root["done"]?.bool, isDone || root["nextRecordsUrl"]?.string != nil
        else { throw ConnectorError.unexpectedAnswer("query", response) }
        var page = Page(
            records: Array(records.elements), total: root["totalSize"]?.number?.int ?? 0)
        if !isDone, let link = root["nextRecordsUrl"]?.string {
            var links = links
            page.next = Next(url: try links.next(link, from: url), links: links)
        }
        return page
    }
}
