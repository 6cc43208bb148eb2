internal import CrossdockData

/// An entity as routes see it: JSON without `__metadata` and without links to what was not read.
enum FlatEntity {
    static func write(_ entity: JSONNode, skipping: Set<String> = [], to output: inout [UInt8]) {
        switch entity.kind {
        case .object where entity["results"]?.kind == .array:
            if let results = entity["results"] { write(results, to: &output) }
        case .object:
            output.append(UInt8(ascii: "{"))
            var isFirst = true
            for (name, value) in entity.members
            where name != "__metadata" && value["__deferred"] == nil && !skipping.contains(name) {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONEscapes.write(name.utf8, to: &output)
                output.append(UInt8(ascii: ":"))
                write(value, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        case .array:
            output.append(UInt8(ascii: "["))
            for (at, element) in entity.elements.enumerated() {
                if at > 0 { output.append(UInt8(ascii: ",")) }
                write(element, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        default: output.append(contentsOf: entity.source)
        }
    }

    static func bytes(_ entity: JSONNode, skipping: Set<String> = []) -> [UInt8] {
        var output: [UInt8] = []
        write(entity, skipping: skipping, to: &output)
        return output
    }
}
