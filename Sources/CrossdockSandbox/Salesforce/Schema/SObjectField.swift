/// One field of an object, as `describe` tells of it.
struct SObjectField: Sendable {
    enum Kind: String, Sendable {
        case id, string, picklist, multipicklist, combobox, email, phone, url, textarea
        case boolean, int, double, currency, percent, date, datetime, time
        case reference, address, base64, encryptedstring, anyType

        /// Values are JSON strings without further form.
        var isText: Bool {
            switch self {
            case .string, .picklist, .multipicklist, .combobox, .email, .phone, .url, .textarea,
                .encryptedstring:
                true
            default: false
            }
        }

        var isNumber: Bool {
            switch self {
            case .int, .double, .currency, .percent: true
            default: false
            }
        }

        /// The type's name in SOAP and in `describe`.
        var soapType: String {
            switch self {
            case .id, .reference: "tns:ID"
            case .boolean: "xsd:boolean"
            case .int: "xsd:int"
            case .double, .currency, .percent: "xsd:double"
            case .date: "xsd:date"
            case .datetime: "xsd:dateTime"
            case .time: "xsd:time"
            case .address: "urn:address"
            case .base64: "xsd:base64Binary"
            case .anyType: "xsd:anyType"
            default: "xsd:string"
            }
        }
    }

    let name: String
    var label: String
    var kind: Kind
    /// Unit: characters; 0 where a length means nothing.
    var length = 0
    var precision = 0
    var scale = 0
    var isNillable = true
    var isCreateable = true
    var isUpdateable = true
    var isExternalId = false
    var isUnique = false
    var isIdLookup = false
    var isNameField = false
    var isCalculated = false
    var isCustom = false
    /// Made up from data, not declared: it may still widen.
    var isInferred = false
    /// JSON text of the value that a new record gets.
    var defaultValue: String?
    var picklist: [String] = []
    /// Other values than ``picklist`` are refused.
    var isRestricted = false
    var referenceTo: [String] = []
    /// The way to the referenced record in a query: `Owner` of `OwnerId`.
    var relationshipName: String?
    /// The way from the referenced record to those that refer to it: `Contacts`.
    var childRelationshipName: String?
    /// The compound field that this one is part of.
    var compound: String?

    init(name: String, label: String, kind: Kind) {
        self.name = name
        self.label = label
        self.kind = kind
    }

    /// Long texts can be neither filtered nor sorted nor grouped by.
    var isFilterable: Bool {
        kind != .base64 && kind != .address && !(kind == .textarea && length > 255)
    }
    var isSortable: Bool { isFilterable && kind != .multipicklist }
    var isGroupable: Bool {
        isSortable && kind != .datetime && kind != .double && kind != .currency && kind != .percent
    }

    /// Part of every record whether or not its text holds it.
    var isSystem: Bool { SObjectField.systemNames.contains(name) }

    static let systemNames: Set<String> = [
        "Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById",
        "SystemModstamp",
    ]
}
