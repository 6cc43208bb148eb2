internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP

/// Which call a write may share with others.
struct WriteGroup: Hashable, Sendable {
    enum Kind: Sendable {
        case create, update, upsert, delete
    }

    let kind: Kind
    let object: String
    /// The external id field of an upsert.
    let idName: String?
}

/// One record to be written.
struct WriteRequest: Sendable {
    /// The record's id or external id; nil for a creation.
    let key: String?
    /// The record's members.
    let record: JSONNode?
    let intent: EffectIntent?

    /// What the record is called at the target: two writes of the same never share a call.
    var target: String? { key }

    /// The members as a JSON object.
    ///
    /// - Parameters:
    ///   - type: Written as `attributes`, as collections need it.
    ///   - id: Written as `Id`.
    ///   - skipping: Members left out.
    func json(type: String?, id: String?, skipping: Set<String>) -> [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "{")]
        func member(_ name: String, _ write: (inout [UInt8]) -> Void) {
            if output.count > 1 { output.append(UInt8(ascii: ",")) }
            JSONEscapes.write(name.utf8, to: &output)
            output.append(UInt8(ascii: ":"))
            write(&output)
        }
        if let type {
            member("attributes") { $0 += Value.object(ValueObject([("type", .string(type))])).json }
        }
        if let id { member("Id") { JSONEscapes.write(id.utf8, to: &$0) } }
        if let record {
            for (name, value) in record.members
            where name != "attributes" && name != "Id" && !skipping.contains(name) {
                member(name) { $0 += value.source }
            }
        }
        output.append(UInt8(ascii: "}"))
        return output
    }
}

extension ConnectorError {
    /// The body is not what the operation needs.
    static func badBody(_ message: String) -> ConnectorError {
        ConnectorError(.recordRefused, message, .permanent)
    }
}
