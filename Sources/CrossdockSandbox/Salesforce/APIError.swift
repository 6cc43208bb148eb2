internal import CrossdockData
internal import CrossdockDiagnostics

/// A request was refused: an HTTP status and an array of errors, as the REST API answers.
struct APIError: Error {
    var status: Int
    var errors: [RowError]
    /// Errors of single records come with a list of fields, even when it is empty.
    private var isOfRecord = false

    init(_ status: Int, _ code: String, _ message: String) {
        self.status = status
        errors = [RowError(code, message)]
    }

    init(_ error: RowError) {
        status = error.status
        errors = [error]
        isOfRecord = true
    }

    init(_ error: SOQLError, query: String) {
        self.init(400, error.code, error.rendered(query: query))
    }

    /// The disk or the machine failed, not the client.
    init(_ error: SandboxError) {
        self.init(503, "SERVER_UNAVAILABLE", error.description)
    }

    static let notFound = APIError(404, "NOT_FOUND", "The requested resource does not exist")

    static let sessionExpired = APIError(401, "INVALID_SESSION_ID", "Session expired or invalid")

    static func notAllowed(_ method: String, _ allowed: String) -> APIError {
        APIError(
            405, "METHOD_NOT_ALLOWED",
            "HTTP Method '\(method)' not allowed. Allowed are \(allowed)")
    }

    var value: Value {
        .array(
            errors.map { error in
                var object = ValueObject([
                    ("message", .string(error.message)), ("errorCode", .string(error.code)),
                ])
                if isOfRecord, !Self.withoutFields.contains(error.code) {
                    object["fields"] = .array(error.fields.map { .string($0) })
                }
                return .object(object)
            })
    }

    /// Of these a list of fields is not sent even when they are about a record.
    private static let withoutFields: Set<String> = [
        "NOT_FOUND", "INVALID_FIELD", "JSON_PARSER_ERROR", "MALFORMED_ID",
    ]

    /// The answer. A broken rule makes it the object it must not be.
    func response(for request: SandboxRequest) -> SandboxResponse {
        if request.breaks(SalesforceRules.errorArray), let first = value[0] {
            return .json(status, first)
        }
        var response = SandboxResponse.json(status, value)
        if status == 401 { response.headers["WWW-Authenticate"] = "Token" }
        return response
    }
}
