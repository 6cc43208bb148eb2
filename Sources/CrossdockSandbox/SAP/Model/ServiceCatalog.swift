internal import CSandboxData
internal import CrossdockData
internal import CrossdockXML
internal import Glibc

/// The services there are, each read from its description when it is first asked for.
///
/// - Threads: confined to the lock of its system.
final class ServiceCatalog {
    /// Names in the order of the shipped descriptions.
    let names: [String]
    private var services: [String: EdmService] = [:]
    /// Custom fields by entity set, as declared.
    private(set) var customFields: [String: [EdmProperty]] = [:]

    init() {
        var names: [String] = []
        while let name = crossdock_sandbox_service_name(names.count) {
            names.append(String(cString: name))
        }
        self.names = names
    }

    subscript(name: String) -> EdmService? {
        if let service = services[name] { return service }
        guard let text = description(of: name), let document = try? XMLDocument(text),
            let plain = EdmReader(document, extensions: [:])?.service()
        else { return nil }
        let extensions = extensions(of: plain)
        let service =
            extensions.isEmpty
            ? plain : EdmReader(document, extensions: extensions)?.service() ?? plain
        services[name] = service
        return service
    }

    /// The service that has an entity set of that name.
    func service(with entitySet: String) -> EdmService? {
        for name in names {
            if let service = self[name], service.entitySet(entitySet) != nil { return service }
        }
        return nil
    }

    var entitySetNames: [String] { names.flatMap { self[$0]?.entitySets.map(\.name) ?? [] } }

    /// Adds custom fields to an entity set; a field of the same name is replaced.
    func declare(_ fields: [EdmProperty], in entitySet: String) {
        var declared = customFields[entitySet] ?? []
        for field in fields {
            declared.removeAll { $0.name == field.name }
            declared.append(field)
        }
        customFields[entitySet] = declared
        services.removeAll()
    }

    /// The service's `$metadata`, custom fields included.
    func metadata(of name: String) -> [UInt8]? {
        guard let text = description(of: name), let service = self[name] else { return nil }
        let extensions = extensions(of: service)
        guard !extensions.isEmpty else { return text }
        return Self.inserting(extensions, into: text)
    }

    private func extensions(of service: EdmService) -> [String: [EdmProperty]] {
        var result: [String: [EdmProperty]] = [:]
        for (set, fields) in customFields {
            if let type = service.entitySet(set)?.type.name { result[type] = fields }
        }
        return result
    }

    private func description(of name: String) -> [UInt8]? {
        guard let number = names.firstIndex(of: name) else { return nil }
        var length = 0
        guard let memory = crossdock_sandbox_service_edmx(number, &length) else { return nil }
        defer { free(memory) }
        return Array(UnsafeBufferPointer(start: memory, count: length))
    }

    /// Puts the fields behind the key of their types.
    private static func inserting(
        _ extensions: [String: [EdmProperty]], into text: [UInt8]
    ) -> [UInt8] {
        var result = String(decoding: text, as: UTF8.self)
        for (type, fields) in extensions {
            guard let start = result.firstRange(of: "<EntityType Name=\"\(type)\""),
                let key = result[start.upperBound...].firstRange(of: "</Key>")
            else { continue }
            result.insert(contentsOf: fields.map(\.edmx).joined(), at: key.upperBound)
        }
        return Array(result.utf8)
    }
}

extension EdmProperty {
    /// The property as an element of a description. Names were checked when they were declared.
    fileprivate var edmx: String {
        var text = "<Property Name=\"\(name)\" Type=\"\(type.rawValue)\""
        if let maxLength { text += " MaxLength=\"\(maxLength)\"" }
        if let precision { text += " Precision=\"\(precision)\"" }
        if let scale { text += " Scale=\"\(scale)\"" }
        if isDateOnly { text += " sap:display-format=\"Date\"" }
        return text + " sap:label=\"\(name)\"/>"
    }
}
