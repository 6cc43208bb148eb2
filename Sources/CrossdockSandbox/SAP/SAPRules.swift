/// The protocol rules of the SAP sandbox that a fault can break.
enum SAPRules {
    static let csrfToken = ProtocolRule(
        "csrf.token", "The CSRF token handed out is not the one that is asked for later.")
    static let metadataType = ProtocolRule(
        "metadata.contentType", "$metadata is served as text/html.")
    static let pagingOrigin = ProtocolRule("paging.origin", "__next leads to another origin.")
    static let pagingNext = ProtocolRule("paging.next", "A full page has no __next.")
    static let countString = ProtocolRule("json.countString", "__count is a number, not a string.")
    static let decimalString = ProtocolRule(
        "json.decimalString", "Decimals are JSON numbers, not strings.")
    static let etagHeader = ProtocolRule(
        "etag.header", "The ETag header is not the etag of __metadata.")
    static let ifMatch = ProtocolRule("etag.ifMatch", "Changes need no If-Match, and ignore it.")
    static let createStatus = ProtocolRule("create.status", "A creation is answered with 200.")
    static let filter = ProtocolRule("filter.applied", "$filter is ignored.")
    static let batchStatus = ProtocolRule("batch.status", "A batch is answered with 200.")
    static let failedChangeSet = ProtocolRule(
        "batch.failedChangeSet", "A failed change set is answered with one part per change.")

    static let all = [
        csrfToken, metadataType, pagingOrigin, pagingNext, countString, decimalString, etagHeader,
        ifMatch, createStatus, filter, batchStatus, failedChangeSet,
    ]

    /// What a write meets whose object somebody else is working on.
    static let locked = ODataError(
        423, "MC/601", "The object is currently being processed by another user")
}
