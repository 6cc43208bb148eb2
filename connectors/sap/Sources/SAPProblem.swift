internal import CrossdockData
internal import CrossdockHTTP

/// Reads what SAP Gateway says has gone wrong.
enum SAPProblem {
    static let tokenRequired = "CSRF_REQUIRED"

    static func read(_ response: HTTPResponse) -> RemoteProblem {
        if response.status == 403,
            response.headers["X-CSRF-Token"]?.lowercased() == "required"
        {
            return RemoteProblem(
                status: 403, code: tokenRequired, message: "CSRF token validation failed")
        }
        return read(status: response.status, body: response.body)
    }

    /// - Source: OData V2 error format with SAP's `innererror.errordetails`.
    static func read(status: Int, body: [UInt8]) -> RemoteProblem {
        guard let error = (try? JSONDocument(body))?.root["error"] else {
            return RemoteProblem(status: status, message: Excerpt.text(of: body))
        }
        let message = error["message"]?["value"]?.string ?? error["message"]?.string
        let details = error["innererror"]?["errordetails"]?.elements.map { $0 } ?? []
        let fields = details.compactMap { detail -> String? in
            guard let field = detail["propertyref"]?.string ?? detail["target"]?.string,
                !field.isEmpty
            else { return nil }
            return field
        }
        return RemoteProblem(
            status: status, code: error["code"]?.string, message: message ?? "no reason given",
            fields: fields)
    }
}
