internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP

/// An entity that is there.
struct ExistingEntity: Sendable {
    let entity: JSONNode
    /// Relative to the service's root, as the service itself writes it.
    let path: String
    let etag: String?

    init?(_ entity: JSONNode, service: String) {
        let metadata = entity["__metadata"]
        guard let uri = metadata?["uri"]?.string ?? metadata?["id"]?.string,
            let slash = uri.lastSlashBeforeKey
        else { return nil }
        self.entity = entity
        path = String(uri[slash...].dropFirst())
        etag = metadata?["etag"]?.string
    }

    /// The entities read along under a navigation property.
    func children(_ navigation: String, service: String) -> [ExistingEntity] {
        guard let node = entity[navigation] else { return [] }
        let list =
            node["results"].map { Array($0.elements) } ?? (node.kind == .object ? [node] : [])
        return list.compactMap { ExistingEntity($0, service: service) }
    }
}

extension String {
    /// The slash before the entity set: keys may hold slashes themselves, inside their quotes.
    fileprivate var lastSlashBeforeKey: Index? {
        let end = firstIndex(of: "(") ?? endIndex
        return self[..<end].lastIndex(of: "/")
    }
}

/// Finds entities by the values of one field.
struct EntityLookup: Sendable {
    let service: SAPService
    let set: String
    let type: ODataModel.EntityType
    let field: ODataModel.Property

    /// - Parameter expanding: Navigation properties to read along.
    /// - Returns: The entities by value; several where the field is not unique.
    func find(
        _ values: [String], expanding: Set<String>
    ) async throws -> [String: [ExistingEntity]] {
        var found: [String: [ExistingEntity]] = [:]
        let size = 40
        for start in stride(from: 0, to: values.count, by: size) {
            let part = Array(values[start..<min(start + size, values.count)])
            for entity in try await read(part, expanding) {
                guard let value = entity.entity[field.name]?.scalarText else { continue }
                let wanted = part.first { isSame($0, value) } ?? value
                found[wanted, default: []].append(entity)
            }
        }
        return found
    }

    /// SAP stores some fields in capital letters, however they were written.
    private func isSame(_ one: String, _ other: String) -> Bool {
        one == other || field.isUpperCase && one.uppercased() == other.uppercased()
    }

    private func read(_ values: [String], _ expanding: Set<String>) async throws -> [ExistingEntity]
    {
        let filter = values.map {
            "\(field.name) eq \(ODataName.literal($0, type: field.type))"
        }.joined(separator: " or ")
        var query: [(name: String, value: String)] = [("$filter", filter)]
        if !expanding.isEmpty {
            query.append(("$expand", expanding.sorted().joined(separator: ",")))
        } else {
            query.append(("$select", Set(type.keys + [field.name]).sorted().joined(separator: ",")))
        }
        let url = try service.url("/\(set)", query)
        var pages = ODataPages(service: service, first: url, what: "look-up in \(set)")
        var found: [ExistingEntity] = []
        while let page = try await pages.next() {
            for entity in page {
                guard let existing = ExistingEntity(entity, service: service.name) else {
                    throw ConnectorError(
                        .unexpectedAnswer, "an entity of \(set) has no address",
                        .transient(retryAfter: nil))
                }
                found.append(existing)
            }
        }
        return found
    }
}

/// The pages of one read.
struct ODataPages {
    let service: SAPService
    let what: String
    private var url: HTTPURL?
    private var links: PageLinks

    init(service: SAPService, first: HTTPURL, what: String) {
        self.service = service
        self.what = what
        url = first
        links = PageLinks(first: first)
    }

    var hasMore: Bool { url != nil }

    /// The entities of the next page; nil after the last.
    mutating func next() async throws -> [JSONNode]? {
        guard let current = url else { return nil }
        let response = try await service.send(HTTPRequest(.get, current), what)
        let data = try service.data(response, what)
        guard let results = data["results"] ?? (data.kind == .array ? data : nil),
            results.kind == .array
        else { throw ConnectorError.unexpectedAnswer(what, response) }
        url = nil
        if let link = data["__next"]?.string { url = try links.next(link, from: current) }
        return Array(results.elements)
    }
}
