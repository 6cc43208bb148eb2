internal import CrossdockData

/// The values of an entity while it is written: stored JSON by property, nil for initial values.
struct EntityDraft {
    let type: EdmEntityType
    private(set) var values: [[UInt8]?]

    init(_ type: EdmEntityType) {
        self.type = type
        values = Array(repeating: nil, count: type.properties.count)
    }

    /// The values an entity has now.
    init(_ row: EntityRow) {
        self.init(row.type)
        for (name, node) in row.fields.members {
            guard let position = type.position(of: name) else { continue }
            values[position] = Array(node.source)
        }
    }

    subscript(position: Int) -> [UInt8]? {
        get { values[position] }
        set { values[position] = newValue }
    }

    /// The text of a property; empty when it has its initial value or does not exist.
    func text(_ property: String) -> String {
        guard let position = type.position(of: property), let json = values[position],
            let document = try? JSONDocument(json)
        else { return "" }
        return document.root.scalarText ?? ""
    }

    func isSet(_ property: String) -> Bool {
        type.position(of: property).map { values[$0] != nil } ?? false
    }

    /// Sets a property that exists to a text, or to its initial value when that is empty.
    mutating func set(_ property: String, _ text: String) {
        guard let position = type.position(of: property) else { return }
        values[position] = text.isEmpty ? nil : EdmCodec.quoted(text)
    }

    mutating func set(_ property: String, json: String) {
        guard let position = type.position(of: property) else { return }
        values[position] = Array(json.utf8)
    }

    mutating func set(_ property: String, instant millis: Int64) {
        guard let type = type.property(property)?.type else { return }
        set(property, EdmTime.jsonDate(millis, zoned: type == .dateTimeOffset))
    }

    var key: EntityKey {
        EntityKey(type) { property in
            type.position(of: property.name).flatMap { values[$0] }
        }
    }

    /// The entity as a JSON object, properties in the order of the type, initial values left out.
    var fields: [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "{")]
        for (property, value) in zip(type.properties, values) {
            guard let value else { continue }
            if output.count > 1 { output.append(UInt8(ascii: ",")) }
            output += property.jsonKey
            output += value
        }
        output.append(UInt8(ascii: "}"))
        return output
    }
}
