internal import CrossdockData

/// A record as routes see it: JSON without Salesforce's `attributes`.
enum FlatRecord {
    /// Writes a record, its parents and the records of its sub-queries.
    ///
    /// - Parameter skipping: Names of the record's own members that are left out.
    static func write(_ record: JSONNode, skipping: Set<String> = [], to output: inout [UInt8]) {
        switch record.kind {
        case .object where record["records"]?.kind == .array && record["done"] != nil:
            write(list: record["records"], to: &output)
        case .object:
            output.append(UInt8(ascii: "{"))
            var isFirst = true
            for (name, value) in record.members
            where name != "attributes" && !skipping.contains(name) {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONEscapes.write(name.utf8, to: &output)
                output.append(UInt8(ascii: ":"))
                write(value, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        case .array: write(list: record, to: &output)
        default: output.append(contentsOf: record.source)
        }
    }

    private static func write(list: JSONNode?, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "["))
        if let list {
            for (at, element) in list.elements.enumerated() {
                if at > 0 { output.append(UInt8(ascii: ",")) }
                write(element, to: &output)
            }
        }
        output.append(UInt8(ascii: "]"))
    }

    static func bytes(_ record: JSONNode, skipping: Set<String> = []) -> [UInt8] {
        var output: [UInt8] = []
        write(record, skipping: skipping, to: &output)
        return output
    }
}
