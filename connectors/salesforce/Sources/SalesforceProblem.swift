internal import CrossdockData
internal import CrossdockHTTP

/// Reads what Salesforce says has gone wrong.
enum SalesforceProblem {
    /// Errors of the API are arrays; some services answer with an object instead.
    static func read(_ response: HTTPResponse) -> RemoteProblem {
        let root = (try? JSONDocument(response.body))?.root
        let first = root?[0] ?? root
        let fallback =
            response.status == 300
            ? "more than one record matches" : Excerpt.text(of: response.body)
        return RemoteProblem(
            status: response.status,
            code: first?["errorCode"]?.string ?? first?["error"]?.string,
            message: first?["message"]?.string ?? first?["error_description"]?.string ?? fallback,
            fields: first?["fields"]?.elements.compactMap(\.string) ?? [])
    }

    /// The error of one row of a collection, which says `statusCode` where others say `errorCode`.
    static func read(row: JSONNode) -> RemoteProblem {
        let first = row["errors"]?[0]
        return RemoteProblem(
            status: 200, code: first?["statusCode"]?.string ?? first?["errorCode"]?.string,
            message: first?["message"]?.string ?? "no reason given",
            fields: first?["fields"]?.elements.compactMap(\.string) ?? [])
    }
}
