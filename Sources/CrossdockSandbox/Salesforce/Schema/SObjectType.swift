/// One object, such as Account, with its fields in the order of `describe`.
struct SObjectType: Sendable {
    let name: String
    let keyPrefix: String
    var label: String
    var labelPlural: String
    private(set) var fields: [SObjectField] = []
    private var places: [String: Int] = [:]

    init(name: String, keyPrefix: String, label: String, labelPlural: String) {
        self.name = name
        self.keyPrefix = keyPrefix
        self.label = label
        self.labelPlural = labelPlural
    }

    var isCustom: Bool { name.hasSuffix("__c") }

    /// Finds a field without regard to case.
    func field(_ name: some StringProtocol) -> SObjectField? {
        places[name.lowercased()].map { fields[$0] }
    }

    /// Finds the reference that a path's step follows: `Owner`, `Parent__r`.
    func reference(_ relationship: String) -> SObjectField? {
        let wanted = relationship.lowercased()
        return fields.first { $0.relationshipName?.lowercased() == wanted }
    }

    /// Adds a field, or puts it in the place of the one of that name.
    mutating func set(_ field: SObjectField) {
        let key = field.name.lowercased()
        if let place = places[key] {
            fields[place] = field
        } else {
            places[key] = fields.count
            fields.append(field)
        }
    }

    var nameField: SObjectField? { fields.first { $0.isNameField } }
    var externalIds: [SObjectField] { fields.filter { $0.isExternalId } }
    var uniqueFields: [SObjectField] { fields.filter { $0.isUnique } }
}
