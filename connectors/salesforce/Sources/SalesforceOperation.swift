/// What a `salesforce:` address does. The names are Camel's.
enum SalesforceOperation: String, CaseIterable {
    case query, queryAll
    case getSObject, getSObjectWithId
    case createSObject, updateSObject, upsertSObject, deleteSObject, deleteSObjectWithId
    case compositeCreateSObjectCollections, compositeUpdateSObjectCollections
    case compositeUpsertSObjectCollections, compositeDeleteSObjectCollections
    case getDescription, getBasicInfo, getGlobalObjects, limits
    /// Ours: what has changed, as a consumer.
    case changes

    /// Camel's operations that are not offered.
    static let planned: Set<String> = [
        "bulk2CreateJob", "bulk2GetAllJobs", "bulk2Query", "subscribe", "streaming",
        "pubSubSubscribe",
        "pubSubPublish", "composite", "composite-tree", "composite-batch", "search", "apexCall",
        "compositeRetrieveSObjectCollections", "getBlobField", "recent", "approval", "approvals",
    ]

    var needsObject: Bool {
        switch self {
        case .query, .queryAll, .getGlobalObjects, .limits, .compositeDeleteSObjectCollections:
            false
        default: true
        }
    }

    var needsExternalID: Bool {
        switch self {
        case .upsertSObject, .compositeUpsertSObjectCollections, .getSObjectWithId,
            .deleteSObjectWithId:
            true
        default: false
        }
    }
}
