/// Fields that the org fills by itself.
enum DerivedFields {
    /// Values of a new record that the client left out.
    static func fill(
        _ fields: inout FieldMap, of type: SObjectType, id: String, user: String
    ) {
        for field in type.fields where fields[field.name] == nil {
            switch field.defaultValue {
            case "owner": fields.set(field.name, text: user)
            case "auto":
                let number = Int64(SalesforceID.number(of: id) ?? 0)
                fields.set(field.name, text: Timestamp.padded(number, 8))
            case let json?: fields[field.name] = Array(json.utf8)
            case nil: break
            }
        }
    }

    /// Values that follow from others, after every write.
    static func update(_ fields: inout FieldMap, of type: SObjectType) {
        switch type.name {
        case "Contact", "Lead", "User":
            let parts = [fields.text("FirstName"), fields.text("LastName")].compactMap { $0 }
            fields.set("Name", text: parts.isEmpty ? nil : parts.joined(separator: " "))
        case "Opportunity":
            let stage = fields.text("StageName") ?? ""
            fields["IsClosed"] = Array((stage.hasPrefix("Closed") ? "true" : "false").utf8)
            fields["IsWon"] = Array((stage == "Closed Won" ? "true" : "false").utf8)
        case "Order":
            fields.set("StatusCode", text: fields.text("Status"))
        case "Case":
            fields["IsClosed"] = Array((fields.text("Status") == "Closed" ? "true" : "false").utf8)
        default: break
        }
    }
}
