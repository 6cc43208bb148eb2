/// Rules of the protocol that a fault can break, so that clients who rely on them can be seen to fail.
enum SalesforceRules {
    static let errorArray = "error.array"
    static let tokenInstanceURL = "token.instanceUrl"
    static let tokenRotation = "token.rotation"
    static let soapElements = "soap.elements"
    static let soapOrder = "soap.order"
    static let queryDone = "query.done"
    static let queryNextRecordsURL = "query.nextRecordsUrl"
    static let queryRecords = "query.records"
    static let describeFields = "describe.fields"
    static let createID = "create.id"
    static let upsertStatus = "upsert.status"
    static let collectionsOrder = "collections.order"
    static let limitsHeader = "limits.header"
    static let rowsLate = "rows.late"
    static let bulkLocator = "bulk.locator"
    static let bulkSlow = "bulk.slow"
    static let bulkCount = "bulk.numberOfRecords"

    static let all: [ProtocolRule] = [
        ProtocolRule(errorArray, "errors come as an object, not as an array"),
        ProtocolRule(tokenInstanceURL, "the token answer has no instance_url"),
        ProtocolRule(tokenRotation, "a refresh token works once; the answer holds the next one"),
        ProtocolRule(soapElements, "elements of the SOAP log-in carry a prefix"),
        ProtocolRule(soapOrder, "elements of the SOAP log-in come in another order"),
        ProtocolRule(queryDone, "the first page of a query says it is the last"),
        ProtocolRule(queryNextRecordsURL, "pages of a query lack the link to the next one"),
        ProtocolRule(queryRecords, "a query's answer has no records"),
        ProtocolRule(describeFields, "an object's description lists no fields"),
        ProtocolRule(createID, "the answer to a creation has no id"),
        ProtocolRule(upsertStatus, "an upsert that created answers 400 after it did"),
        ProtocolRule(collectionsOrder, "results of collections come in reverse order"),
        ProtocolRule(limitsHeader, "the limits header is in the long form of connected apps"),
        ProtocolRule(rowsLate, "what the request writes is seen by queries delayMillis later"),
        ProtocolRule(bulkLocator, "results of bulk queries lack the header Sforce-Locator"),
        ProtocolRule(bulkSlow, "bulk jobs stay in progress while they are looked at"),
        ProtocolRule(bulkCount, "results of bulk queries lack the header Sforce-NumberOfRecords"),
    ]
}
