internal import CrossdockData

/// One record, kept small: its fields stay JSON text until somebody looks.
struct StoredRecord: Sendable {
    /// What addresses it: a Salesforce id, an OData key predicate.
    var key: String
    /// When it was last touched by anything. Unit: milliseconds since 1970, by the sandbox clock.
    var stamp: Int64
    /// When a user last changed it.
    var modified: Int64
    var created: Int64
    /// Ids of users, in the vendor's form.
    var createdBy: String
    var modifiedBy: String
    /// Deleted, but still to be seen by those who ask for deleted records.
    var isDeleted = false
    /// A JSON object; what is null is left out.
    var fields: [UInt8]

    /// The fields, ready to be looked at.
    ///
    /// - Complexity: linear in the fields' text.
    var document: JSONDocument? { try? JSONDocument(fields) }
}

/// A write to the store: what happens to one record, and what the ledger says of it.
struct RecordChange: Sendable {
    enum Action: Sendable {
        case put(StoredRecord)
        case remove(key: String)
    }

    /// An entry of the ledger.
    struct Effect: Sendable {
        let operation: Journal.Effect.Operation
        let id: String
        let externalId: String?
    }

    let object: String
    let action: Action
    /// nil for what is no effect of a client's request, such as a load.
    let effect: Effect?

    static func put(
        _ record: StoredRecord, in object: String, effect: Effect? = nil
    ) -> RecordChange {
        RecordChange(object: object, action: .put(record), effect: effect)
    }

    static func remove(
        _ key: String, from object: String, effect: Effect? = nil
    ) -> RecordChange {
        RecordChange(object: object, action: .remove(key: key), effect: effect)
    }

    var key: String {
        switch action {
        case .put(let record): record.key
        case .remove(let key): key
        }
    }
}
