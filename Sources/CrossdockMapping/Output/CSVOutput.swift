internal import CrossdockData

/// A header row of target names, then one row a record.
///
/// - Source: RFC 4180; lines end with LF.
enum CSVOutput {
    static func header(_ columns: [FieldPath], to output: inout ByteOutput) {
        for (at, column) in columns.enumerated() {
            if at > 0 { output.append(UInt8(ascii: ",")) }
            cell(Array(column.description.utf8), to: &output)
        }
        output.append(UInt8(ascii: "\n"))
    }

    static func row(_ record: JSONNode, _ columns: [FieldPath], to output: inout ByteOutput) {
        for (at, column) in columns.enumerated() {
            if at > 0 { output.append(UInt8(ascii: ",")) }
            guard let value = record.find(column) else { continue }
            switch value.kind {
            case .null: break
            case .object, .array: cell(Array(value.source), to: &output)
            default: cell(Array((value.scalarText ?? "").utf8), to: &output)
            }
        }
        output.append(UInt8(ascii: "\n"))
    }

    /// Quotes only where the format asks for it.
    private static func cell(_ text: [UInt8], to output: inout ByteOutput) {
        let needsQuotes = text.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
        }
        guard needsQuotes else {
            output.append(text)
            return
        }
        output.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { output.append(byte) }
            output.append(byte)
        }
        output.append(UInt8(ascii: "\""))
    }
}

extension JSONNode {
    /// The value at a path; nil where the way ends.
    func find(_ path: FieldPath) -> JSONNode? {
        var node: JSONNode? = self
        for step in path.steps {
            switch step {
            case .name(let name): node = node?[name]
            case .index(let index): node = node?[index]
            }
        }
        return node
    }
}
