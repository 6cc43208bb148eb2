/// Reads the table of ``StandardObjects``.
enum StandardObjectReader {
    static func objects(_ text: String) -> [SObjectType] {
        var objects: [SObjectType] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix(" ") {
                guard let field = field(line), !objects.isEmpty else { continue }
                objects[objects.count - 1].set(field)
            } else {
                let words = line.split(separator: " ").map { spaced($0) }
                guard words.count == 4 else { continue }
                var object = SObjectType(
                    name: words[0], keyPrefix: words[1], label: words[2], labelPlural: words[3])
                addIdentity(to: &object)
                objects.append(object)
            }
        }
        return objects.map { object in
            var object = object
            addAudit(to: &object)
            return object
        }
    }

    /// Id and IsDeleted, which come first.
    static func addIdentity(to object: inout SObjectType) {
        var id = SObjectField(name: "Id", label: "\(object.label) ID", kind: .id)
        id.length = 18
        id.isIdLookup = true
        object.set(id.written(bySystem: true))
        let deleted = SObjectField(name: "IsDeleted", label: "Deleted", kind: .boolean)
        object.set(deleted.written(bySystem: true))
    }

    /// Who created and changed the record, and when: these come last.
    static func addAudit(to object: inout SObjectType) {
        func user(_ name: String, _ label: String, _ relationship: String) -> SObjectField {
            var field = SObjectField(name: name, label: label, kind: .reference)
            field.length = 18
            field.referenceTo = ["User"]
            field.relationshipName = relationship
            return field.written(bySystem: true)
        }
        func time(_ name: String, _ label: String) -> SObjectField {
            SObjectField(name: name, label: label, kind: .datetime).written(bySystem: true)
        }
        object.set(time("CreatedDate", "Created Date"))
        object.set(user("CreatedById", "Created By ID", "CreatedBy"))
        object.set(time("LastModifiedDate", "Last Modified Date"))
        object.set(user("LastModifiedById", "Last Modified By ID", "LastModifiedBy"))
        object.set(time("SystemModstamp", "System Modstamp"))
    }

    private static func field(_ line: Substring) -> SObjectField? {
        let halves = line.split(separator: " = ", maxSplits: 1)
        let words = halves[0].split(separator: " ")
        guard words.count >= 2, let type = type(words[1]) else { return nil }
        let name = String(words[0])
        var field = SObjectField(name: name, label: label(of: name), kind: type.kind)
        switch type.kind {
        case .reference:
            field.referenceTo = type.arguments
            field.length = 18
        case .int:
            field.precision = type.arguments.first.flatMap { Int($0) } ?? 0
        case .double, .currency, .percent:
            field.precision = type.arguments.first.flatMap { Int($0) } ?? 18
            field.scale = type.arguments.last.flatMap { Int($0) } ?? 0
        default: field.length = type.arguments.first.flatMap { Int($0) } ?? 0
        }
        if type.kind == .boolean { field.isNillable = false }
        if halves.count > 1 { field.picklist = halves[1].split(separator: "|").map(String.init) }
        for word in words.dropFirst(2) { apply(word, to: &field) }
        return field
    }

    private static func type(
        _ word: Substring
    ) -> (kind: SObjectField.Kind, arguments: [String])? {
        let parts = word.split(separator: "(")
        guard let kind = SObjectField.Kind(rawValue: String(parts[0])) else { return nil }
        let arguments = parts.count > 1 ? parts[1].dropLast().split(separator: ",") : []
        return (kind, arguments.map(String.init))
    }

    private static func apply(_ flag: Substring, to field: inout SObjectField) {
        let parts = flag.split(separator: ":", maxSplits: 1)
        let text = parts.count > 1 ? spaced(parts[1]) : ""
        switch parts[0] {
        case "required": field.isNillable = false
        case "ro": field = field.written(bySystem: true, nillable: field.isNillable)
        case "insert": field.isUpdateable = false
        case "name": field.isNameField = true
        case "lookup": field.isIdLookup = true
        case "restricted": field.isRestricted = true
        case "owner": field.isNillable = false
        case "label": field.label = text
        case "in": field.compound = text
        case "rel": field.relationshipName = text
        case "child": field.childRelationshipName = text
        case "default": field.defaultValue = text
        default: break
        }
        if flag == "owner" { field.defaultValue = "owner" }
        if flag == "auto" { field.defaultValue = "auto" }
    }

    private static func spaced(_ text: Substring) -> String {
        String(text.map { $0 == "_" ? " " : $0 })
    }

    /// `BillingPostalCode` is labelled `Billing Postal Code`.
    static func label(of name: String) -> String {
        var label = ""
        var previous: Character = " "
        for character in name.replacing("__c", with: "").replacing("_", with: " ") {
            if character.isUppercase, previous.isLowercase { label += " " }
            label.append(character)
            previous = character
        }
        return label.hasSuffix(" Id") ? label.dropLast(2) + "ID" : label
    }
}

extension SObjectField {
    /// The field as one that clients cannot write.
    func written(bySystem: Bool, nillable: Bool = false) -> SObjectField {
        var field = self
        field.isCreateable = !bySystem
        field.isUpdateable = !bySystem
        field.isNillable = nillable
        return field
    }
}
