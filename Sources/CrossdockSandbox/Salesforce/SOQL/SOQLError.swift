/// A query was refused, in the vendor's own words and code.
struct SOQLError: Error {
    /// `MALFORMED_QUERY`, `INVALID_FIELD`, `INVALID_TYPE` ….
    let code: String
    let message: String
    /// Where in the query; nil when no place is named. Unit: Unicode scalars from the start.
    let position: Int?

    init(_ code: String, _ message: String, at position: Int? = nil) {
        self.code = code
        self.message = message
        self.position = position
    }

    static func malformed(_ message: String, at position: Int? = nil) -> SOQLError {
        SOQLError("MALFORMED_QUERY", message, at: position)
    }

    static func unexpected(_ token: SOQLToken) -> SOQLError {
        .malformed("unexpected token: \(token.isEnd ? "<EOF>" : token.text)", at: token.position)
    }

    static func noColumn(_ name: String, on object: String, at position: Int?) -> SOQLError {
        SOQLError(
            "INVALID_FIELD",
            "No such column '\(name)' on entity '\(object)'. If you are attempting to use a "
                + "custom field, be sure to append the '__c' after the custom field name. Please "
                + "reference your WSDL or the describe call for the appropriate names.",
            at: position)
    }

    static func noObject(_ name: String, at position: Int?) -> SOQLError {
        SOQLError(
            "INVALID_TYPE",
            "sObject type '\(name)' is not supported. If you are attempting to use a custom "
                + "object, be sure to append the '__c' after the entity name. Please reference "
                + "your WSDL or the describe call for the appropriate names.",
            at: position)
    }

    /// The message as the API sends it: the line of the query, a caret below the place, then what
    /// is wrong.
    func rendered(query: String) -> String {
        guard let position else { return message }
        var line = 1
        var column = 1
        var start = 0
        let scalars = Array(query.unicodeScalars)
        for (at, scalar) in scalars.prefix(position).enumerated() where scalar == "\n" {
            line += 1
            start = at + 1
        }
        column = min(position, scalars.count) - start + 1
        let end = scalars[start...].firstIndex(of: "\n") ?? scalars.count
        // Long queries are shown around the place only.
        let from = max(start, position - 60)
        let to = min(end, from + 120)
        let shown = String(String.UnicodeScalarView(scalars[from..<max(from, to)]))
        let indent = String(repeating: " ", count: max(0, position - from))
        return "\n\(shown)\n\(indent)^\nERROR at Row:\(line):Column:\(column)\n\(message)"
    }
}
