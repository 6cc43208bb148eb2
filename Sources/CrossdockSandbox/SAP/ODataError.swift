/// A request that the service refuses, in the words of SAP Gateway.
///
/// - Source: codes and texts as SAP Gateway gives them; `innererror.errordetails` repeats the message with
///   the property it is about.
struct ODataError: Error {
    var status: Int
    var code: String
    var message: String
    /// The property that is wrong.
    var property: String?
    var headers: [(name: String, value: String)] = []

    init(_ status: Int, _ code: String, _ message: String, property: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.property = property
    }

    static func notFound(_ segment: String) -> ODataError {
        ODataError(
            404, "/IWBEP/CM_MGW_RT/020", "Resource not found for segment '\(segment)'.")
    }

    static func unknownSegment(_ segment: String) -> ODataError {
        ODataError(
            404, "/IWCOR/CX_DS_EDM_ERROR", "Resource not found for the segment '\(segment)'.")
    }

    /// The URL is malformed, or asks for what is not there.
    static func badRequest(_ message: String, property: String? = nil) -> ODataError {
        ODataError(400, "/IWCOR/CX_DS_EXPR_SYNTAX_ERROR", message, property: property)
    }

    static func badOption(_ option: String, _ why: String) -> ODataError {
        ODataError(
            400, "/IWCOR/CX_DS_SYSTEM_QUERY_OPTION", "Invalid system query option \(option): \(why)"
        )
    }

    /// Part of OData that the service does not offer.
    static func notImplemented(_ what: String) -> ODataError {
        ODataError(501, "/IWBEP/CM_MGW_RT/021", "\(what) is not implemented")
    }

    static func methodNotAllowed(_ method: String, _ what: String) -> ODataError {
        ODataError(
            405, "/IWBEP/CM_MGW_RT/021", "Method '\(method)' is not allowed for \(what)")
    }

    static func value(_ property: String, _ why: String) -> ODataError {
        ODataError(
            400, "/IWCOR/CX_DS_EP_PROPERTY_ERROR", "Property '\(property)' \(why)",
            property: property)
    }

    static func unknownProperty(_ name: String, of type: String) -> ODataError {
        ODataError(
            400, "/IWCOR/CX_DS_EP_PROPERTY_ERROR",
            "Property '\(name)' is invalid for type '\(type)'",
            property: name)
    }
}
