internal import CrossdockXML

/// Reads an OData V2 service description (EDMX) into an ``EdmService``.
///
/// - Source: MS-ODATA §2.2.3.7 (CSDL), SAP Annotations for OData Version 2.0.
struct EdmReader {
    private static let sap = "http://www.sap.com/Protocols/SAPData"
    private static let dataServices =
        "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"

    private let schema: XMLElement
    private let namespace: String
    /// Properties beyond the description's own, by entity type.
    private let extensions: [String: [EdmProperty]]

    init?(_ document: XMLDocument, extensions: [String: [EdmProperty]]) {
        guard let schema = document.root["DataServices"]?["Schema"],
            let namespace = schema.attribute("Namespace")
        else { return nil }
        self.schema = schema
        self.namespace = namespace
        self.extensions = extensions
    }

    func service() -> EdmService {
        let container = schema["EntityContainer"]
        let sets = (container?.elements(named: "EntitySet").map { $0 } ?? [])
        let links = associations(container)
        let types = entityTypes()
        var setOfType: [String: String] = [:]
        for set in sets {
            setOfType[local(set.attribute("EntityType"))] = set.attribute("Name")
        }
        var result: [EdmEntitySet] = []
        for set in sets {
            guard let name = set.attribute("Name"),
                let raw = types[local(set.attribute("EntityType"))]
            else { continue }
            let navigations = raw.navigations.compactMap {
                navigation($0, from: name, raw, types, links)
            }
            let type = EdmEntityType(
                name: raw.name, qualifiedName: "\(namespace).\(raw.name)",
                properties: raw.properties, keys: raw.keys, navigations: navigations)
            result.append(
                EdmEntitySet(
                    name: name, type: type, isCreatable: flag(set, "creatable"),
                    isUpdatable: flag(set, "updatable"), isDeletable: flag(set, "deletable")))
        }
        let functions = container?.elements(named: "FunctionImport").compactMap { function($0) }
        return EdmService(name: namespace, entitySets: result, functions: functions ?? [])
    }

    // MARK: Entity types

    private struct RawType {
        let name: String
        let properties: [EdmProperty]
        let keys: [Int]
        let navigations: [XMLElement]

        var keyNames: [String] { keys.map { properties[$0].name } }
        func has(_ property: String) -> Bool { properties.contains { $0.name == property } }
    }

    private func entityTypes() -> [String: RawType] {
        var types: [String: RawType] = [:]
        for element in schema.elements(named: "EntityType") {
            guard let name = element.attribute("Name") else { continue }
            let keyNames = element["Key"]?.elements.compactMap { $0.attribute("Name") } ?? []
            var properties = element.elements(named: "Property").compactMap { property($0) }
            properties += extensions[name] ?? []
            var keys: [Int] = []
            for keyName in keyNames {
                guard let at = properties.firstIndex(where: { $0.name == keyName }) else {
                    continue
                }
                properties[at].isKey = true
                keys.append(at)
            }
            types[name] = RawType(
                name: name, properties: properties, keys: keys,
                navigations: element.elements(named: "NavigationProperty").map { $0 })
        }
        return types
    }

    private func property(_ element: XMLElement) -> EdmProperty? {
        guard let name = element.attribute("Name"),
            let type = element.attribute("Type").flatMap(EdmType.init(rawValue:))
        else { return nil }
        var property = EdmProperty(name: name, type: type)
        property.isNullable = element.attribute("Nullable") != "false"
        property.maxLength = element.attribute("MaxLength").flatMap { Int($0) }
        property.precision = element.attribute("Precision").flatMap { Int($0) }
        property.scale = element.attribute("Scale").flatMap { Int($0) }
        property.isCreatable = flag(element, "creatable")
        property.isUpdatable = flag(element, "updatable")
        property.isFilterable = flag(element, "filterable")
        property.isSortable = flag(element, "sortable")
        let format = element.attribute("display-format", namespace: Self.sap)
        property.isDateOnly = format == "Date"
        property.isNumericText = format == "NonNegative"
        property.isVersion = element.attribute("ConcurrencyMode") == "Fixed"
        return property
    }

    private func flag(_ element: XMLElement, _ name: String) -> Bool {
        element.attribute(name, namespace: Self.sap) != "false"
    }

    private func function(_ element: XMLElement) -> EdmFunction? {
        guard let name = element.attribute("Name") else { return nil }
        return EdmFunction(
            name: name,
            method: element.attribute("HttpMethod", namespace: Self.dataServices) ?? "GET",
            returnType: element.attribute("ReturnType") ?? "",
            parameters: element.elements(named: "Parameter").compactMap { property($0) })
    }

    // MARK: Navigations

    private struct Association {
        /// By role: entity type, multiplicity.
        var types: [String: (type: String, multiplicity: String)] = [:]
        /// By role: entity set.
        var sets: [String: String] = [:]
    }

    private func associations(_ container: XMLElement?) -> [String: Association] {
        var found: [String: Association] = [:]
        for element in schema.elements(named: "Association") {
            guard let name = element.attribute("Name") else { continue }
            var association = Association()
            for end in element.elements(named: "End") {
                association.types[end.attribute("Role") ?? ""] = (
                    local(end.attribute("Type")), end.attribute("Multiplicity") ?? "*"
                )
            }
            found[name] = association
        }
        for element in container?.elements(named: "AssociationSet").map({ $0 }) ?? [] {
            let name = local(element.attribute("Association"))
            for end in element.elements(named: "End") {
                found[name]?.sets[end.attribute("Role") ?? ""] = end.attribute("EntitySet")
            }
        }
        return found
    }

    private func navigation(
        _ element: XMLElement, from set: String, _ source: RawType, _ types: [String: RawType],
        _ associations: [String: Association]
    ) -> EdmNavigation? {
        guard let name = element.attribute("Name"),
            let association = associations[local(element.attribute("Relationship"))],
            let role = element.attribute("ToRole"), let end = association.types[role],
            let target = association.sets[role], let type = types[end.type]
        else { return nil }
        let isMany = end.multiplicity == "*"
        guard let join = join(name, source, type, isMany) else { return nil }
        return EdmNavigation(
            name: name, target: target, isMany: isMany, join: join,
            discriminator: NavigationFacts.discriminators[name])
    }

    /// SAP's descriptions do not say which properties join two types; their names do.
    private func join(
        _ name: String, _ source: RawType, _ target: RawType, _ isMany: Bool
    ) -> [(source: String, target: String)]? {
        if let known = NavigationFacts.joins[name] {
            return known.allSatisfy({ source.has($0.source) && target.has($0.target) })
                ? known : nil
        }
        let shared =
            isMany
            ? source.keyNames.filter { target.has($0) } : target.keyNames.filter { source.has($0) }
        return shared.isEmpty ? nil : shared.map { ($0, $0) }
    }

    private func local(_ name: String?) -> String {
        guard let name else { return "" }
        return name.hasPrefix(namespace + ".")
            ? String(name.dropFirst(namespace.utf8.count + 1)) : name
    }
}

/// What SAP's descriptions leave out about navigations, by their names.
enum NavigationFacts {
    /// Joins over properties whose names differ.
    static let joins: [String: [(source: String, target: String)]] = [
        "to_BusinessPartnerContact": [("BusinessPartner", "BusinessPartnerCompany")]
    ]

    /// Telephone numbers of both kinds are entities of one set.
    static let discriminators: [String: (property: String, value: String)] = [
        "to_PhoneNumber": ("PhoneNumberType", "1"),
        "to_MobilePhoneNumber": ("PhoneNumberType", "3"),
    ]
}
