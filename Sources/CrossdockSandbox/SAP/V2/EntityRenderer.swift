internal import CrossdockData

/// Writes entities as OData V2 JSON.
///
/// - Source: OData V2 "JSON Format"; SAP Gateway's habits (`id` and `uri` absolute, initial values shown).
struct EntityRenderer {
    let entities: EntityReader
    /// `http://host:port/sap/opu/odata/sap/SERVICE`, without a slash at the end.
    let root: String
    /// Decimals as JSON numbers: the rule `json.decimalString` is broken.
    var breaksDecimals = false

    func write(
        _ row: EntityRow, of set: EdmEntitySet, _ shape: EntityShape, to output: inout [UInt8]
    ) {
        let uri = "\(root)/\(set.name)(\(EntityKey(row).uri))"
        output += Array("{\"__metadata\":{\"id\":".utf8)
        JSONEscapes.write(uri.utf8, to: &output)
        output += Array(",\"uri\":".utf8)
        JSONEscapes.write(uri.utf8, to: &output)
        output += Array(",\"type\":".utf8)
        JSONEscapes.write(row.type.qualifiedName.utf8, to: &output)
        output += Array(",\"etag\":".utf8)
        JSONEscapes.write(EntityVersion.tag(row).utf8, to: &output)
        output.append(UInt8(ascii: "}"))
        writeProperties(row, shape, to: &output)
        writeNavigations(row, uri, shape, to: &output)
        output.append(UInt8(ascii: "}"))
    }

    /// Writes `{"results":[…]}` without more.
    func write(
        _ rows: [EntityRow], of set: EdmEntitySet, _ shape: EntityShape, to output: inout [UInt8]
    ) {
        output += Array("{\"results\":[".utf8)
        for (number, row) in rows.enumerated() {
            if number > 0 { output.append(UInt8(ascii: ",")) }
            write(row, of: set, shape, to: &output)
        }
        output += Array("]}".utf8)
    }

    private func writeProperties(
        _ row: EntityRow, _ shape: EntityShape, to output: inout [UInt8]
    ) {
        let properties = row.type.properties
        let chosen = shape.properties ?? Array(properties.indices)
        for position in chosen {
            output.append(UInt8(ascii: ","))
            output += properties[position].jsonKey
            write(properties[position], of: row, to: &output)
        }
    }

    /// Writes the value of one property.
    func write(_ property: EdmProperty, of row: EntityRow, to output: inout [UInt8]) {
        guard let node = row.fields[property.name] else {
            output += Array(property.type.initialJSON.utf8)
            return
        }
        if breaksDecimals, property.type == .decimal, let text = node.string {
            output += Array(text.utf8)
        } else {
            output += node.source
        }
    }

    private func writeNavigations(
        _ row: EntityRow, _ uri: String, _ shape: EntityShape, to output: inout [UInt8]
    ) {
        for (position, navigation) in row.type.navigations.enumerated() {
            if let inner = shape.expanded[position] {
                output.append(UInt8(ascii: ","))
                JSONEscapes.write(navigation.name.utf8, to: &output)
                output.append(UInt8(ascii: ":"))
                expand(navigation, from: row, inner, to: &output)
                continue
            }
            let isShown =
                shape.links.map { $0.contains(position) || shape.properties == nil } ?? true
            guard isShown else { continue }
            output.append(UInt8(ascii: ","))
            JSONEscapes.write(navigation.name.utf8, to: &output)
            output += Array(":{\"__deferred\":{\"uri\":".utf8)
            JSONEscapes.write("\(uri)/\(navigation.name)".utf8, to: &output)
            output += Array("}}".utf8)
        }
    }

    private func expand(
        _ navigation: EdmNavigation, from row: EntityRow, _ shape: EntityShape,
        to output: inout [UInt8]
    ) {
        guard let set = entities.service.entitySet(navigation.target) else { return }
        let rows = entities.targets(of: navigation, from: row)
        if navigation.isMany {
            write(rows, of: set, shape, to: &output)
        } else if let first = rows.first {
            write(first, of: set, shape, to: &output)
        } else {
            output += Array("null".utf8)
        }
    }
}
