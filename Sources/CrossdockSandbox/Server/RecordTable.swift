internal import CrossdockData

/// The records of one object, in the order of their creation, with indexes on chosen fields.
///
/// - Threads: confined to the lock of its system.
final class RecordTable {
    private var slots: [StoredRecord?] = []
    private var places: [String: Int] = [:]
    /// Of each indexed field: the places of the records by the field's text.
    private var indexes: [String: Index] = [:]
    private struct Index {
        /// Texts are found without regard to case.
        let folds: Bool
        var places: [String: [Int]] = [:]

        func key(_ text: String) -> String { folds ? text.lowercased() : text }
    }

    /// How many records are not deleted.
    private(set) var liveCount = 0

    /// How many records there are, deleted ones included.
    var count: Int { places.count }

    subscript(key: String) -> StoredRecord? { places[key].flatMap { slots[$0] } }

    /// All records, deleted ones included, in the order of their creation.
    var records: some Sequence<StoredRecord> { slots.lazy.compactMap { $0 } }

    func put(_ record: StoredRecord) {
        if let place = places[record.key] {
            if let old = slots[place] { forget(old, at: place) }
            slots[place] = record
            learn(record, at: place)
        } else {
            places[record.key] = slots.count
            slots.append(record)
            learn(record, at: slots.count - 1)
        }
    }

    func remove(_ key: String) {
        guard let place = places.removeValue(forKey: key), let old = slots[place] else { return }
        forget(old, at: place)
        slots[place] = nil
    }

    /// Keeps an index on a field's text from now on; strings, numbers and booleans count.
    func index(_ field: String, folded: Bool = false) {
        guard indexes[field] == nil else { return }
        var index = Index(folds: folded)
        for (place, record) in slots.enumerated() {
            guard let record, let text = Self.text(of: field, in: record) else { continue }
            index.places[index.key(text), default: []].append(place)
        }
        indexes[field] = index
    }

    /// The records, deleted ones included, whose indexed field has this text.
    ///
    /// - Parameter folded: Whether case matters is decided by the first call for a field.
    func find(_ field: String, _ text: String, folded: Bool = false) -> [StoredRecord] {
        index(field, folded: folded)
        guard let index = indexes[field] else { return [] }
        return (index.places[index.key(text)] ?? []).compactMap { slots[$0] }
    }

    private func learn(_ record: StoredRecord, at place: Int) {
        if !record.isDeleted { liveCount += 1 }
        update(record) { index, key in index.places[key, default: []].append(place) }
    }

    private func forget(_ record: StoredRecord, at place: Int) {
        if !record.isDeleted { liveCount -= 1 }
        update(record) { index, key in
            index.places[key]?.removeAll { $0 == place }
            if index.places[key]?.isEmpty == true { index.places[key] = nil }
        }
    }

    private func update(_ record: StoredRecord, _ body: (inout Index, String) -> Void) {
        guard !indexes.isEmpty, let root = record.document?.root else { return }
        for field in Array(indexes.keys) {
            guard let text = root[field]?.scalarText, let key = indexes[field]?.key(text) else {
                continue
            }
            body(&indexes[field, default: Index(folds: false)], key)
        }
    }

    private static func text(of field: String, in record: StoredRecord) -> String? {
        record.document?.root[field]?.scalarText
    }
}
