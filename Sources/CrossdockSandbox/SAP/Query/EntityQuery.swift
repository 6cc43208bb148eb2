/// Runs a query over the entities of a set.
struct EntityQuery {
    let entities: EntityReader
    let set: EdmEntitySet

    /// Properties, besides keys, over which entities are found by an index.
    private static let indexed: Set<String> = [
        "BusinessPartnerIDByExtSystem", "Customer", "Supplier", "BPTaxNumber", "SoldToParty",
        "PurchaseOrderByCustomer", "AddressIDByExternalSystem",
    ]

    /// The entities that a filter accepts, in order.
    func rows(_ filter: FilterExpression?, _ order: [QueryOptions.Order]) -> [EntityRow] {
        guard let filter else { return sorted(entities.records(in: set).compactMap(row), order) }
        let records = candidates(filter) ?? entities.records(in: set)
        let evaluator = FilterEvaluator(entities: entities)
        return sorted(records.compactMap(row).filter { evaluator.accepts($0, filter) }, order)
    }

    /// Those of given entities that a filter accepts, in order.
    func rows(
        of found: [EntityRow], _ filter: FilterExpression?, _ order: [QueryOptions.Order]
    ) -> [EntityRow] {
        guard let filter else { return sorted(found, order) }
        let evaluator = FilterEvaluator(entities: entities)
        return sorted(found.filter { evaluator.accepts($0, filter) }, order)
    }

    private func row(_ record: StoredRecord) -> EntityRow? { EntityRow(record, set.type) }

    /// Entities among which all that the filter accepts are, found by indexes; nil when only a look at
    /// every entity can tell.
    private func candidates(_ filter: FilterExpression) -> [StoredRecord]? {
        var keys: Set<String> = []
        guard let found = lookUp(filter) else { return nil }
        return found.filter { keys.insert($0.key).inserted }
            .sorted { ($0.created, $0.key) < ($1.created, $1.key) }
    }

    private func lookUp(_ filter: FilterExpression) -> [StoredRecord]? {
        switch filter {
        case .and(let one, let two): return lookUp(one) ?? lookUp(two)
        case .or(let one, let two):
            guard let first = lookUp(one), let second = lookUp(two) else { return nil }
            return first + second
        case .compare(.eq, .property(let path, let property), .literal(.string(let text))),
            .compare(.eq, .literal(.string(let text)), .property(let path, let property)):
            // The empty text is what entities have that hold none: they are in no index.
            guard path.isEmpty, !text.isEmpty, property.type == .string,
                property.isKey || Self.indexed.contains(property.name)
            else { return nil }
            if set.type.keys.count == 1, property.isKey {
                let key = EntityKey(text: EntityKey.literal(.string(text), .string))
                return entities.record(key, in: set).map { [$0] } ?? []
            }
            return entities.find(property.name, text, in: set)
        default: return nil
        }
    }

    private func sorted(_ rows: [EntityRow], _ order: [QueryOptions.Order]) -> [EntityRow] {
        guard !order.isEmpty else { return rows }
        let evaluator = FilterEvaluator(entities: entities)
        let keyed = rows.enumerated().map { place, row in
            (
                row: row, place: place,
                keys: order.map { evaluator.value(of: .property(path: $0.path, $0.property), row) }
            )
        }
        let sorted = keyed.sorted { one, two in
            for (at, item) in order.enumerated() {
                let difference = Self.compare(one.keys[at], two.keys[at])
                if difference != 0 { return item.isDescending ? difference > 0 : difference < 0 }
            }
            return one.place < two.place
        }
        return sorted.map(\.row)
    }

    /// Null comes before everything.
    private static func compare(_ one: EdmValue, _ two: EdmValue) -> Int {
        if one.isNull || two.isNull { return (one.isNull ? 0 : 1) - (two.isNull ? 0 : 1) }
        return one.compare(two) ?? 0
    }
}
