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
        let uri = EdmCodec.quoted("\(root)/\(set.name)(\(EntityKey(row).uri))")
        output += Array("{\"__metadata\":{\"id\":".utf8)
        output += uri
        output += Array(",\"uri\":".utf8)
        output += uri
        output += Array(",\"type\":\"\(row.type.qualifiedName)\",\"etag\":".utf8)
        output += EdmCodec.quoted(EntityVersion.tag(row))
        output.append(UInt8(ascii: "}"))
        writeProperties(row, shape, to: &output)
        writeNavigations(row, uri.dropFirst().dropLast(), shape, to: &output)
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

    /// - Parameter uri: The entity's address, escaped for JSON.
    private func writeNavigations(
        _ row: EntityRow, _ uri: ArraySlice<UInt8>, _ shape: EntityShape, to output: inout [UInt8]
    ) {
        let navigations = row.type.navigations
        for position in navigations.indices {
            if let inner = shape.expanded[position] {
                output += navigations[position].jsonKey
                expand(navigations[position], from: row, inner, to: &output)
                continue
            }
            let isShown =
                shape.links.map { $0.contains(position) || shape.properties == nil } ?? true
            guard isShown else { continue }
            output += navigations[position].deferred.start
            output += uri
            output += navigations[position].deferred.end
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
