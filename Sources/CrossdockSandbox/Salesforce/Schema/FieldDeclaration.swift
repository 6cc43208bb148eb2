internal import CrossdockData
internal import CrossdockDiagnostics

/// Custom fields as `<Object>.fields.json` declares them.
enum FieldDeclaration {
    private static let keys = [
        "name", "type", "length", "precision", "scale", "externalId", "unique", "required",
        "picklist", "label", "default", "referenceTo", "relationshipName", "inferred",
    ]
    private static let aliases = [
        "text": "string", "number": "double", "checkbox": "boolean", "integer": "int",
        "longtextarea": "textarea", "lookup": "reference",
    ]

    /// - Throws: ``SandboxError`` that names the field and what is wrong.
    static func fields(_ json: [UInt8]) throws(SandboxError) -> [SObjectField] {
        let value: Value
        do { value = try Value(json: json) } catch {
            throw SandboxError(.sandboxSeed, "the declarations are not JSON", cause: error)
        }
        guard let elements = value.array else {
            throw SandboxError(.sandboxSeed, "the declarations are not a JSON array")
        }
        var fields: [SObjectField] = []
        for element in elements {
            guard let object = element.object else {
                throw SandboxError(.sandboxSeed, "a declaration is not an object")
            }
            fields.append(try field(object))
        }
        return fields
    }

    private static func field(_ object: ValueObject) throws(SandboxError) -> SObjectField {
        guard let name = object["name"]?.string, SalesforceSchema.isCustomName(name) else {
            throw SandboxError(
                .sandboxSeed, "'\(object["name"]?.string ?? "")' is no custom field's name (x__c)")
        }
        func refuse(_ what: String) -> SandboxError {
            SandboxError(.sandboxSeed, "field \(name): \(what)")
        }
        for key in object.keys where !keys.contains(key) {
            let help = Suggestion.help(for: key, in: keys).map { "; \($0)" } ?? ""
            throw refuse("unknown key '\(key)'\(help)")
        }
        let typeName = (object["type"]?.string ?? "string").lowercased()
        guard let kind = SObjectField.Kind(rawValue: aliases[typeName] ?? typeName) else {
            throw refuse("unknown type '\(typeName)'")
        }
        var field = SObjectField(
            name: name, label: object["label"]?.string ?? StandardObjectReader.label(of: name),
            kind: kind)
        field.isCustom = true
        field.length = object["length"]?.number?.int ?? defaultLength(of: kind)
        field.precision = object["precision"]?.number?.int ?? (kind.isNumber ? 18 : 0)
        field.scale = object["scale"]?.number?.int ?? defaultScale(of: kind)
        guard field.length >= 0, field.length <= 131_072, field.precision >= 0,
            field.precision <= 18, field.scale >= 0, field.scale <= 18
        else { throw refuse("`length`, `precision` or `scale` is out of range") }
        field.isExternalId = object["externalId"]?.bool ?? false
        field.isIdLookup = field.isExternalId
        field.isUnique = object["unique"]?.bool ?? false
        field.isNillable = kind != .boolean && !(object["required"]?.bool ?? false)
        field.picklist = object["picklist"]?.array?.compactMap(\.scalarText) ?? []
        field.isRestricted = !field.picklist.isEmpty
        field.isInferred = object["inferred"]?.bool ?? false
        if let initial = object["default"] { field.defaultValue = initial.jsonText }
        if kind == .reference {
            field.referenceTo =
                object["referenceTo"]?.array?.compactMap(\.string)
                ?? object["referenceTo"]?.string.map { [$0] } ?? []
            guard !field.referenceTo.isEmpty else { throw refuse("`referenceTo` is missing") }
            field.relationshipName =
                object["relationshipName"]?.string ?? String(name.dropLast(1)) + "r"
        }
        return field
    }

    static func defaultLength(of kind: SObjectField.Kind) -> Int {
        switch kind {
        case .string, .picklist, .combobox, .url, .encryptedstring: 255
        case .textarea: 32_768
        case .multipicklist: 4_099
        case .email: 80
        case .phone: 40
        case .id, .reference: 18
        default: 0
        }
    }

    private static func defaultScale(of kind: SObjectField.Kind) -> Int {
        switch kind {
        case .double: 6
        case .currency, .percent: 2
        default: 0
        }
    }

    /// The declaration that makes this field again.
    static func value(of field: SObjectField) -> Value {
        var object = ValueObject([
            ("name", .string(field.name)), ("type", .string(field.kind.rawValue)),
            ("label", .string(field.label)), ("length", .integer(field.length)),
            ("precision", .integer(field.precision)), ("scale", .integer(field.scale)),
            ("externalId", .bool(field.isExternalId)), ("unique", .bool(field.isUnique)),
            ("required", .bool(!field.isNillable && field.kind != .boolean)),
            ("inferred", .bool(field.isInferred)),
        ])
        if !field.picklist.isEmpty {
            object["picklist"] = .array(field.picklist.map { .string($0) })
        }
        if let initial = field.defaultValue { object["default"] = try? Value(json: initial) }
        if !field.referenceTo.isEmpty {
            object["referenceTo"] = .array(field.referenceTo.map { .string($0) })
            object["relationshipName"] = field.relationshipName.map { .string($0) }
        }
        return .object(object)
    }
}
