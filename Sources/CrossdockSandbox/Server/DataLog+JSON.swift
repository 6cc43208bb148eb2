internal import CrossdockData

extension DataLog {
    static func line(_ entries: [Entry]) -> [UInt8] {
        var line: [UInt8] = [UInt8(ascii: "[")]
        for (number, entry) in entries.enumerated() {
            if number > 0 { line.append(UInt8(ascii: ",")) }
            line += json(entry)
        }
        line += [UInt8(ascii: "]"), 0x0A]
        return line
    }

    private static func json(_ entry: Entry) -> [UInt8] {
        var line = JSONLine()
        switch entry {
        case .put(let object, let record):
            line.add("put", object)
            line.add("key", record.key)
            line.add("stamp", Int(record.stamp))
            line.add("modified", Int(record.modified))
            line.add("created", Int(record.created))
            line.add("createdBy", record.createdBy)
            line.add("modifiedBy", record.modifiedBy)
            if record.isDeleted { line.add("deleted", 1) }
            line.add("fields", json: record.fields)
        case .remove(let object, let key):
            line.add("remove", object)
            line.add("key", key)
        case .effect(let effect):
            line.add("effect", effect.operation.rawValue)
            line.add("seq", effect.sequence)
            line.add("time", Int(effect.time))
            line.add("object", effect.object)
            line.add("id", effect.id)
            if let externalId = effect.externalId { line.add("externalId", externalId) }
            line.add("request", effect.request)
        case .note(let key, let json):
            line.add("note", key)
            line.add("value", json: json)
        case .sequence(let number):
            line.add("sequence", number)
        }
        return line.object()
    }

    /// nil for something this version does not write.
    static func entry(_ node: JSONNode) -> Entry? {
        if let object = node["put"]?.string { return put(object, node) }
        if let object = node["remove"]?.string {
            return node["key"]?.string.map { .remove(object, $0) }
        }
        if let operation = node["effect"]?.string { return effect(operation, node) }
        if let key = node["note"]?.string {
            return node["value"].map { .note(key, Array($0.source)) }
        }
        return node["sequence"]?.number?.int.map { .sequence($0) }
    }

    private static func put(_ object: String, _ node: JSONNode) -> Entry? {
        guard let key = node["key"]?.string, let stamp = node["stamp"]?.number?.int64,
            let modified = node["modified"]?.number?.int64,
            let created = node["created"]?.number?.int64,
            let createdBy = node["createdBy"]?.string,
            let modifiedBy = node["modifiedBy"]?.string, let fields = node["fields"]?.source
        else { return nil }
        return .put(
            object,
            StoredRecord(
                key: key, stamp: stamp, modified: modified, created: created, createdBy: createdBy,
                modifiedBy: modifiedBy, isDeleted: node["deleted"] != nil, fields: Array(fields)))
    }

    private static func effect(_ operation: String, _ node: JSONNode) -> Entry? {
        guard let operation = Journal.Effect.Operation(rawValue: operation),
            let sequence = node["seq"]?.number?.int, let time = node["time"]?.number?.int64,
            let object = node["object"]?.string, let id = node["id"]?.string,
            let request = node["request"]?.number?.int
        else { return nil }
        return .effect(
            Journal.Effect(
                sequence: sequence, time: time, operation: operation, object: object, id: id,
                externalId: node["externalId"]?.string, request: request))
    }
}
