/// Why one record was not written, as the API tells it.
struct RowError: Error, Sendable {
    /// `REQUIRED_FIELD_MISSING`, `DUPLICATE_VALUE` ….
    let code: String
    let message: String
    var fields: [String] = []
    /// The HTTP status when the record was the whole request.
    var status = 400
    /// The request could not be read: none of its records is looked at.
    var endsRequest = false

    init(_ code: String, _ message: String, fields: [String] = [], status: Int = 400) {
        self.code = code
        self.message = message
        self.fields = fields
        self.status = status
    }

    static func noField(_ name: String, of object: String) -> RowError {
        RowError("INVALID_FIELD", "No such column '\(name)' on sobject of type \(object)")
    }

    /// JSON of a type that the field cannot take.
    static func unreadable(_ kind: String, _ what: String) -> RowError {
        var error = RowError(
            "JSON_PARSER_ERROR",
            "Cannot deserialize instance of \(kind) from \(what) or request may be missing a "
                + "required field at [line:1, column:1]")
        error.endsRequest = true
        return error
    }

    static let notFound = RowError(
        "NOT_FOUND", "The requested resource does not exist", status: 404)

    static let isDeleted = RowError("ENTITY_IS_DELETED", "entity is deleted", status: 404)
}
