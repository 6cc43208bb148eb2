internal import CrossdockData
internal import CrossdockXML

/// What a service offers, as its `$metadata` says.
struct ODataModel: Sendable {
    struct Property: Sendable {
        let name: String
        /// `Edm.String`.
        let type: String
        let isUpperCase: Bool
    }

    struct Navigation: Sendable {
        let name: String
        let target: String
        let isMany: Bool
    }

    struct EntityType: Sendable {
        let name: String
        let keys: [String]
        let properties: [Property]
        let navigations: [Navigation]

        func property(_ name: String) -> Property? { properties.first { $0.name == name } }
        func navigation(_ name: String) -> Navigation? { navigations.first { $0.name == name } }
    }

    struct Function: Sendable {
        let name: String
        let method: String
        let parameters: [Property]
    }

    private(set) var sets: [String: EntityType] = [:]
    private(set) var functions: [String: Function] = [:]

    /// - Source: OData V2 "Conceptual Schema Definition Language".
    init(_ metadata: [UInt8]) throws(XMLError) {
        let document = try XMLDocument(metadata)
        let schemas = document.root.elements.flatMap { $0.elements(named: "Schema").map { $0 } }
        var ends: [String: (type: String, isMany: Bool)] = [:]
        var types: [String: EntityType] = [:]
        for schema in schemas {
            let namespace = schema.attribute("Namespace") ?? ""
            for association in schema.elements(named: "Association") {
                for end in association.elements(named: "End") {
                    let name = "\(namespace).\(association.attribute("Name") ?? "")"
                    ends["\(name)|\(end.attribute("Role") ?? "")"] = (
                        end.attribute("Type") ?? "", end.attribute("Multiplicity") == "*"
                    )
                }
            }
        }
        for schema in schemas {
            let namespace = schema.attribute("Namespace") ?? ""
            for element in schema.elements(named: "EntityType") {
                let name = "\(namespace).\(element.attribute("Name") ?? "")"
                types[name] = Self.entityType(name, element, ends)
            }
        }
        for container in schemas.flatMap({ $0.elements(named: "EntityContainer").map { $0 } }) {
            for set in container.elements(named: "EntitySet") {
                if let name = set.attribute("Name"), let type = set.attribute("EntityType") {
                    sets[name] = types[type]
                }
            }
            for element in container.elements(named: "FunctionImport") {
                guard let name = element.attribute("Name") else { continue }
                functions[name] = Function(
                    name: name, method: element.attribute("HttpMethod") ?? "GET",
                    parameters: element.elements(named: "Parameter").map(Self.property))
            }
        }
    }

    private static func entityType(
        _ name: String, _ element: XMLElement, _ ends: [String: (type: String, isMany: Bool)]
    ) -> EntityType {
        let keys =
            element["Key"]?.elements(named: "PropertyRef").compactMap { $0.attribute("Name") } ?? []
        let navigations = element.elements(named: "NavigationProperty").compactMap {
            navigation -> Navigation? in
            let role =
                "\(navigation.attribute("Relationship") ?? "")|\(navigation.attribute("ToRole") ?? "")"
            guard let name = navigation.attribute("Name"), let end = ends[role] else { return nil }
            return Navigation(name: name, target: end.type, isMany: end.isMany)
        }
        return EntityType(
            name: name, keys: keys, properties: element.elements(named: "Property").map(property),
            navigations: navigations)
    }

    private static func property(_ element: XMLElement) -> Property {
        let format = element.attribute("display-format", namespace: sapNamespace)
        return Property(
            name: element.attribute("Name") ?? "", type: element.attribute("Type") ?? "Edm.String",
            isUpperCase: format == "UpperCase")
    }

    private static let sapNamespace = "http://www.sap.com/Protocols/SAPData"

    func type(named name: String) -> EntityType? { sets.values.first { $0.name == name } }
}

/// Names and literals in addresses.
enum ODataName {
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ";"),
                    UInt8(ascii: "="), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// A value as it stands in `$filter` and in keys.
    ///
    /// - Source: OData V2 "Overview", abstract type system: literal forms.
    static func literal(_ text: String, type: String) -> String {
        let quoted = "'" + text.replacing("'", with: "''") + "'"
        switch type {
        case "Edm.String": return quoted
        case "Edm.Guid": return "guid" + quoted
        case "Edm.DateTime": return "datetime" + quoted
        case "Edm.DateTimeOffset": return "datetimeoffset" + quoted
        case "Edm.Time": return "time" + quoted
        case "Edm.Binary": return "X" + quoted
        case "Edm.Decimal": return number(text).map { $0 + "M" } ?? quoted
        case "Edm.Int64": return number(text).map { $0 + "L" } ?? quoted
        case "Edm.Boolean": return text == "true" ? "true" : "false"
        default: return number(text) ?? quoted
        }
    }

    /// Only what is a number may stand without quotes.
    private static func number(_ text: String) -> String? { JSONNumber(text)?.text }
}
