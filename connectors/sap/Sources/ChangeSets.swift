internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP

/// Makes the changes that bring one record to the target.
struct ChangeSets: Sendable {
    let set: String
    let type: ODataModel.EntityType
    let model: ODataModel
    let service: String

    /// The entity with all it contains, in one change.
    func creation(_ record: JSONNode) -> [BatchChange] {
        [
            BatchChange(
                method: "POST", path: set, match: nil, body: SAPWriteRequest.deep(record, type))
        ]
    }

    func deletion(_ path: String, etag: String?) -> [BatchChange] {
        [BatchChange(method: "DELETE", path: path, match: etag ?? "*", body: nil)]
    }

    /// The entity's own fields, and each thing it contains as a change of its own: V2 has no deep
    /// update.
    func update(_ record: JSONNode, of existing: ExistingEntity) -> [BatchChange] {
        var changes = update(
            record, path: existing.path, etag: existing.etag, keys: type.keys)
        for (name, value) in record.members {
            guard let navigation = type.navigation(name) else { continue }
            let present = existing.children(name, service: service)
            let childType = model.type(named: navigation.target)
            for (at, child) in SAPWriteRequest.children(value).enumerated()
            where child.kind == .object {
                changes += change(
                    child, at: at, of: present, childType, below: "\(existing.path)/\(name)")
            }
        }
        return changes
    }

    func update(_ record: JSONNode, path: String, etag: String?, keys: [String]) -> [BatchChange] {
        guard let body = SAPWriteRequest.flat(record, without: keys) else { return [] }
        return [BatchChange(method: "PATCH", path: path, match: etag ?? "*", body: body)]
    }

    /// A child that names its key is that one; others are told apart by their place.
    private func change(
        _ child: JSONNode, at place: Int, of present: [ExistingEntity],
        _ childType: ODataModel.EntityType?, below path: String
    ) -> [BatchChange] {
        let keys = childType?.keys ?? []
        let own = keys.filter { !type.keys.contains($0) }
        let found: ExistingEntity?
        if !own.isEmpty, own.allSatisfy({ child[$0]?.scalarText != nil }) {
            found = present.first { candidate in
                own.allSatisfy { candidate.entity[$0]?.scalarText == child[$0]?.scalarText }
            }
        } else {
            found = place < present.count ? present[place] : nil
        }
        guard let found else {
            return [
                BatchChange(
                    method: "POST", path: path, match: nil,
                    body: SAPWriteRequest.deep(child, childType))
            ]
        }
        return update(child, path: found.path, etag: found.etag, keys: keys)
    }
}
