internal import CrossdockData

/// Creates, changes and deletes entities as a service does.
///
/// Everything happens in the transaction of its ``EntityReader``; the caller commits or discards.
///
/// - Trust: bodies are untrusted.
struct EntityWriter {
    /// In whose name a write happens.
    struct Author {
        let user: String
        /// Unit: milliseconds since 1970, by the sandbox clock.
        let time: Int64
        /// Loads may set what clients may not, and leave no effect in the ledger.
        var isSeed = false
    }

    let entities: EntityReader
    let rules: BusinessRules
    let author: Author
    var codec = EdmCodec()

    /// Creates an entity and, through navigations, all that its body holds.
    ///
    /// - Parameter given: Values that follow from where the entity is created.
    /// - Returns: The entity, and which navigations were filled.
    func create(
        _ body: JSONNode, in set: EdmEntitySet, given: [(property: String, json: [UInt8])] = [],
        isNested: Bool = false
    ) throws(ODataError) -> (row: EntityRow, shape: EntityShape) {
        guard set.isCreatable || isNested || author.isSeed else {
            throw .methodNotAllowed("CREATE_ENTITY", "entity set '\(set.name)'")
        }
        var draft = EntityDraft(set.type)
        let children = try fill(&draft, from: body, isCreate: true)
        for (property, json) in given {
            guard let position = set.type.position(of: property) else { continue }
            guard draft[position] == nil || draft[position] == json else {
                throw .value(property, "does not match the entity it is created under")
            }
            draft[position] = json
        }
        try rules.complete(&draft, in: set, children.map(\.navigation.name), author, entities)
        let key = draft.key
        guard entities.record(key, in: set) == nil else { throw Self.exists(key, set) }
        let record = StoredRecord(
            key: key.text, stamp: author.time, modified: author.time, created: author.time,
            createdBy: author.user, modifiedBy: author.user, fields: draft.fields)
        let effect = isNested ? nil : effect(.create, key, draft, in: set)
        entities.put(record, in: set.name, effect: effect)
        guard let row = EntityRow(record, set.type) else { throw Self.lost }
        var shape = EntityShape()
        for (navigation, bodies) in children {
            let inner = try create(bodies, through: navigation, from: row)
            if let position = set.type.navigationPosition(navigation.name) {
                shape.expand(position, inner)
            }
        }
        try rules.follow(creationOf: row, in: set, self)
        if !isNested { rules.touch(ownerOf: draft, in: set, self) }
        return (entities.row(key, in: set) ?? row, shape)
    }

    /// Creates what a navigation leads to.
    private func create(
        _ bodies: [JSONNode], through navigation: EdmNavigation, from row: EntityRow
    ) throws(ODataError) -> EntityShape {
        guard let set = entities.service.entitySet(navigation.target) else { throw Self.lost }
        var shape = EntityShape()
        for (number, body) in bodies.enumerated() {
            guard body.kind == .object else {
                throw .badRequest("Element \(number) of '\(navigation.name)' is no entity")
            }
            let given = given(by: navigation, from: row)
            let created = try create(body, in: set, given: given, isNested: true)
            if number == 0 { shape = created.shape }
        }
        return shape
    }

    /// What an entity gets from the one it is created under.
    func given(
        by navigation: EdmNavigation, from row: EntityRow
    ) -> [(property: String, json: [UInt8])] {
        var given: [(property: String, json: [UInt8])] = []
        for pair in navigation.join {
            guard let source = row.fields[pair.source] else { continue }
            given.append((pair.target, Array(source.source)))
        }
        if let (property, value) = navigation.discriminator {
            given.append((property, EdmCodec.quoted(value)))
        }
        return given
    }

    /// Changes an entity.
    ///
    /// - Parameters:
    ///   - replaces: Whether properties that the body leaves out get their initial values.
    ///   - precondition: Throws when the entity is not as the client expects it.
    func update(
        _ key: EntityKey, in set: EdmEntitySet, with body: JSONNode, replaces: Bool,
        precondition: (EntityRow) throws(ODataError) -> Void
    ) throws(ODataError) {
        guard set.isUpdatable || author.isSeed else {
            throw .methodNotAllowed("UPDATE_ENTITY", "entity set '\(set.name)'")
        }
        guard let row = entities.row(key, in: set) else {
            throw .notFound(String(set.type.name.dropLast(4)))
        }
        try precondition(row)
        let before = EntityDraft(row)
        var draft = before
        if replaces {
            for (position, property) in set.type.properties.enumerated()
            where property.isUpdatable && !property.isKey { draft[position] = nil }
        }
        if author.isSeed { rules.clearStamp(&draft) }
        let children = try fill(&draft, from: body, isCreate: false)
        if let child = children.first {
            throw .badRequest("Deep update through '\(child.navigation.name)' is not supported")
        }
        guard draft.key == key else {
            throw .value(set.type.keyProperties.first?.name ?? "", "is part of the key and fixed")
        }
        try rules.complete(change: &draft, from: before, in: set, author)
        var record = row.record
        // Two changes within a millisecond are two versions.
        record.stamp = max(author.time, record.stamp + 1)
        record.modified = author.time
        record.modifiedBy = author.user
        rules.stamp(&draft, version: record.stamp, author)
        record.fields = draft.fields
        entities.put(record, in: set.name, effect: effect(.update, key, draft, in: set))
        rules.touch(ownerOf: draft, in: set, self)
    }

    func delete(
        _ key: EntityKey, in set: EdmEntitySet,
        precondition: (EntityRow) throws(ODataError) -> Void
    ) throws(ODataError) {
        guard set.isDeletable else {
            throw .methodNotAllowed("DELETE_ENTITY", "entity set '\(set.name)'")
        }
        guard let row = entities.row(key, in: set) else {
            throw .notFound(String(set.type.name.dropLast(4)))
        }
        try precondition(row)
        let draft = EntityDraft(row)
        entities.remove(key.text, from: set.name, effect: effect(.delete, key, draft, in: set))
        removeChildren(of: row)
        rules.touch(ownerOf: draft, in: set, self)
    }

    /// What belongs to a deleted entity goes with it: those whose key begins with its key.
    private func removeChildren(of row: EntityRow) {
        let keyNames = Set(row.type.keyProperties.map(\.name))
        for navigation in row.type.navigations where navigation.isMany {
            guard let set = entities.service.entitySet(navigation.target),
                keyNames.isSubset(of: Set(navigation.join.map(\.source)))
                    || navigation.join.contains(where: { $0.source == "AddressID" })
            else { continue }
            for child in entities.targets(of: navigation, from: row) {
                entities.remove(child.record.key, from: set.name)
                removeChildren(of: child)
            }
        }
    }

    private static func exists(_ key: EntityKey, _ set: EdmEntitySet) -> ODataError {
        ODataError(
            400, "/IWBEP/CX_MGW_BUSI_EXCEPTION",
            "\(set.type.name.dropFirst(2).dropLast(4)) \(key.text) already exists",
            property: set.type.keyProperties.first?.name)
    }

    private static let lost = ODataError(500, "/IWFND/CM_BEC/003", "The entity cannot be stored")

    private func effect(
        _ operation: Journal.Effect.Operation, _ key: EntityKey, _ draft: EntityDraft,
        in set: EdmEntitySet
    ) -> RecordChange.Effect? {
        guard !author.isSeed else { return nil }
        let isSingle = set.type.keys.count == 1
        let id = isSingle ? draft.text(set.type.keyProperties[0].name) : key.text
        let external = draft.text("BusinessPartnerIDByExtSystem")
        return RecordChange.Effect(
            operation: operation, id: id, externalId: external.isEmpty ? nil : external)
    }

    // MARK: Bodies

    private typealias Children = [(navigation: EdmNavigation, bodies: [JSONNode])]

    /// Puts the values of a body into a draft and returns what it holds for navigations.
    private func fill(
        _ draft: inout EntityDraft, from body: JSONNode, isCreate: Bool
    ) throws(ODataError) -> Children {
        guard body.kind == .object else { throw .badRequest("The body is no entity") }
        let type = draft.type
        var children: Children = []
        for (name, node) in body.members where name != "__metadata" {
            if let position = type.position(of: name) {
                try set(position, node, in: &draft, isCreate)
            } else if let navigation = type.navigation(name) {
                if let bodies = try bodies(node, navigation) {
                    children.append((navigation, bodies))
                }
            } else {
                throw .unknownProperty(name, of: type.name)
            }
        }
        return children
    }

    private func set(
        _ position: Int, _ node: JSONNode, in draft: inout EntityDraft, _ isCreate: Bool
    ) throws(ODataError) {
        let property = draft.type.properties[position]
        let value = try codec.stored(node, property)
        let isAllowed = isCreate ? property.isCreatable : property.isUpdatable && !property.isKey
        guard isAllowed || author.isSeed || value == draft[position] else {
            throw .value(
                property.name, isCreate ? "cannot be set when creating" : "cannot be changed")
        }
        draft[position] = value
    }

    /// Entities given for a navigation: `{"results":[…]}`, a list, or one; nil for links and null.
    private func bodies(
        _ node: JSONNode, _ navigation: EdmNavigation
    ) throws(ODataError) -> [JSONNode]? {
        if node.isNull || node["__deferred"] != nil { return nil }
        if node.kind == .array || node["results"] != nil {
            guard navigation.isMany else {
                throw .badRequest("'\(navigation.name)' leads to one entity, not to many")
            }
            let list = node.kind == .array ? node : node["results"]
            guard let list, list.kind == .array else {
                throw .badRequest("'results' of '\(navigation.name)' is no list")
            }
            return list.elements.map { $0 }
        }
        guard node.kind == .object, !navigation.isMany else {
            throw .badRequest("'\(navigation.name)' is neither a list of entities nor an entity")
        }
        return [node]
    }
}
