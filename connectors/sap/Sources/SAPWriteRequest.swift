internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP

/// One record to be written.
struct SAPWriteRequest: Sendable {
    /// The record; nil for a deletion.
    let record: JSONNode?
    /// The entity's key predicate, `'1000001'` or `A='1',B='2'`, where it is known.
    let keyPredicate: String?
    /// The value that identifies the record at the target, for `matchOn`.
    let matchValue: String?
    let intent: EffectIntent?

    var target: String? { matchValue ?? keyPredicate }

    /// Names of the members that hold other entities.
    var navigations: Set<String> {
        guard let record else { return [] }
        return Set(
            record.members.filter { $0.value.kind == .object || $0.value.kind == .array }
                .map(\.key))
    }

    /// The children given under a navigation property.
    static func children(_ node: JSONNode) -> [JSONNode] {
        switch node.kind {
        case .array: Array(node.elements)
        case .object: node["results"].map { Array($0.elements) } ?? [node]
        default: []
        }
    }

    /// The record with all it contains, for a deep insert.
    ///
    /// - Parameter type: Says which members are many: V2 wants those as `{"results": […]}`.
    static func deep(_ record: JSONNode, _ type: ODataModel.EntityType?) -> [UInt8] {
        object(record) { name, value, output in
            let isMany = type?.navigation(name)?.isMany ?? (value.kind == .array)
            guard value.kind == .array || value["results"] != nil || isMany,
                value.kind == .array || value.kind == .object
            else {
                output += value.kind == .object ? deep(value, nil) : Array(value.source)
                return
            }
            output += Array(#"{"results":["#.utf8)
            for (at, child) in children(value).enumerated() {
                if at > 0 { output.append(UInt8(ascii: ",")) }
                output += child.kind == .object ? deep(child, nil) : Array(child.source)
            }
            output += Array("]}".utf8)
        }
    }

    /// The record's own fields, without its key: what an update may change.
    static func flat(_ record: JSONNode, without keys: [String]) -> [UInt8]? {
        var isEmpty = true
        let bytes = object(
            record,
            keeping: { name, value in
                !keys.contains(name) && value.kind != .object && value.kind != .array
            }
        ) { _, value, output in
            isEmpty = false
            output += value.source
        }
        return isEmpty ? nil : bytes
    }

    private static func object(
        _ record: JSONNode, keeping: (String, JSONNode) -> Bool = { _, _ in true },
        _ write: (String, JSONNode, inout [UInt8]) -> Void
    ) -> [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "{")]
        for (name, value) in record.members where name != "__metadata" && keeping(name, value) {
            if output.count > 1 { output.append(UInt8(ascii: ",")) }
            JSONEscapes.write(name.utf8, to: &output)
            output.append(UInt8(ascii: ":"))
            write(name, value, &output)
        }
        output.append(UInt8(ascii: "}"))
        return output
    }
}
