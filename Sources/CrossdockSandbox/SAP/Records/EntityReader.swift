internal import CrossdockData

/// Reads entities from the store, as a transaction under way sees them.
///
/// - Threads: confined to the lock of its system.
final class EntityReader {
    let service: EdmService
    let store: RecordStore
    /// What the transaction has changed so far: by entity set, by key; nil for removed.
    private(set) var staged: [String: [String: StoredRecord?]] = [:]
    private(set) var changes: [RecordChange] = []

    init(_ service: EdmService, _ store: RecordStore) {
        self.service = service
        self.store = store
    }

    // MARK: Reading

    func record(_ key: EntityKey, in set: EdmEntitySet) -> StoredRecord? {
        if let change = staged[set.name]?[key.text] { return change }
        return store.table(set.name)[key.text]
    }

    func row(_ key: EntityKey, in set: EdmEntitySet) -> EntityRow? {
        record(key, in: set).flatMap { EntityRow($0, set.type) }
    }

    /// All entities of a set, in the order of their creation.
    func records(in set: EdmEntitySet) -> [StoredRecord] {
        merged(Array(store.table(set.name).records), set) { _ in true }
    }

    /// Entities of a set whose property has this stored text, by an index.
    func find(_ property: String, _ text: String, in set: EdmEntitySet) -> [StoredRecord] {
        merged(store.table(set.name).find(property, text), set) { record in
            (record.document?.root[property]?.scalarText ?? "") == text
        }
    }

    /// The entities a navigation leads to.
    func targets(of navigation: EdmNavigation, from row: EntityRow) -> [EntityRow] {
        guard let set = service.entitySet(navigation.target), let first = navigation.join.first
        else {
            return []
        }
        let key = row.text(first.source)
        guard !key.isEmpty else { return [] }
        return find(first.target, key, in: set).compactMap { record in
            guard let target = EntityRow(record, set.type) else { return nil }
            let isJoined = navigation.join.dropFirst().allSatisfy { pair in
                target.text(pair.target) == row.text(pair.source)
            }
            guard isJoined else { return nil }
            if let (property, value) = navigation.discriminator {
                let found = target.text(property)
                guard found == value || (found.isEmpty && value == "1") else { return nil }
            }
            return target
        }
    }

    private func merged(
        _ records: [StoredRecord], _ set: EdmEntitySet, _ belongs: (StoredRecord) -> Bool
    ) -> [StoredRecord] {
        guard let changes = staged[set.name], !changes.isEmpty else { return records }
        var seen: Set<String> = []
        var result = records.compactMap { record -> StoredRecord? in
            seen.insert(record.key)
            guard let change = changes[record.key] else { return record }
            return change.flatMap { belongs($0) ? $0 : nil }
        }
        let fresh = changes.filter { !seen.contains($0.key) }.compactMap { $0.value }
        result += fresh.filter(belongs).sorted { ($0.created, $0.key) < ($1.created, $1.key) }
        return result
    }

    // MARK: Writing

    func put(_ record: StoredRecord, in set: String, effect: RecordChange.Effect? = nil) {
        staged[set, default: [:]][record.key] = .some(record)
        changes.append(.put(record, in: set, effect: effect))
    }

    func remove(_ key: String, from set: String, effect: RecordChange.Effect? = nil) {
        staged[set, default: [:]][key] = .some(nil)
        changes.append(.remove(key, from: set, effect: effect))
    }

    /// Makes the changes last, all or none.
    func commit(request: Int?) throws(SandboxError) {
        try store.commit(changes, request: request)
        discard()
    }

    func discard() {
        staged = [:]
        changes = []
    }
}
