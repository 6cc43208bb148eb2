internal import CrossdockData

/// Puts mapped records into the envelope of a format.
///
/// Records arrive as compact JSON; rows wrote them for this format already.
struct RecordWriter: ~Copyable {
    private let format: RecordOutput
    private let columns: [FieldPath]
    private(set) var count = 0

    init(_ format: RecordOutput, columns: [FieldPath]) {
        self.format = format
        self.columns = columns
    }

    func begin(_ output: inout ByteOutput) {
        switch format {
        case .jsonl: break
        case .json, .odataV2, .odataV4: output.append(UInt8(ascii: "["))
        case .csv: CSVOutput.header(columns, to: &output)
        case .xml: XMLRecordOutput.begin(&output)
        }
    }

    /// - Throws: ``RecordOutputProblem`` when the format cannot hold the record; nothing is written then.
    mutating func write(_ json: Bytes, _ output: inout ByteOutput) throws(RecordOutputProblem) {
        let start = output.count
        switch format {
        case .jsonl:
            output.append(json)
            output.append(UInt8(ascii: "\n"))
        case .json, .odataV2, .odataV4:
            output.append(count > 0 ? ",\n" : "\n")
            output.append(json)
        case .csv, .xml:
            do throws(RecordOutputProblem) {
                try writeTree(json, &output)
            } catch {
                output.truncate(to: start)
                throw error
            }
        }
        count += 1
    }

    private func writeTree(_ json: Bytes, _ output: inout ByteOutput) throws(RecordOutputProblem) {
        guard let document = try? JSONDocument(Array(json)) else {
            preconditionFailure("a mapping wrote what is no JSON")
        }
        if format == .csv {
            CSVOutput.row(document.root, columns, to: &output)
        } else {
            try XMLRecordOutput.record(document.root, to: &output)
        }
    }

    func end(_ output: inout ByteOutput) {
        switch format {
        case .jsonl, .csv: break
        case .json, .odataV2, .odataV4: output.append(count > 0 ? "\n]\n" : "]\n")
        case .xml: XMLRecordOutput.end(&output)
        }
    }
}

/// A record cannot be written in the format asked for.
struct RecordOutputProblem: Error {
    let message: String
}

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

/// `<records><record>` with an element a member; lists are repeated elements.
enum XMLRecordOutput {
    static func begin(_ output: inout ByteOutput) {
        output.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        output.append("<records xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n")
    }

    static func end(_ output: inout ByteOutput) { output.append("</records>\n") }

    static func record(
        _ record: JSONNode, to output: inout ByteOutput
    ) throws(RecordOutputProblem) {
        output.append("<record>")
        try members(record, to: &output)
        output.append("</record>\n")
    }

    private static func members(
        _ object: JSONNode, to output: inout ByteOutput
    ) throws(RecordOutputProblem) {
        for (key, value) in object.members {
            let name = elementName(key)
            guard value.kind == .array else {
                try element(name, value, to: &output)
                continue
            }
            for item in value.elements { try element(name, item, to: &output) }
        }
    }

    private static func element(
        _ name: [UInt8], _ value: JSONNode, to output: inout ByteOutput
    ) throws(RecordOutputProblem) {
        output.append(UInt8(ascii: "<"))
        output.append(name)
        if value.kind == .null {
            output.append(" xsi:nil=\"true\"/>")
            return
        }
        output.append(UInt8(ascii: ">"))
        switch value.kind {
        case .object: try members(value, to: &output)
        // A list in a list has no element names of its own.
        case .array: try text(String(decoding: value.source, as: UTF8.self), to: &output)
        default: try text(value.scalarText ?? "", to: &output)
        }
        output.append("</")
        output.append(name)
        output.append(UInt8(ascii: ">"))
    }

    private static func text(
        _ text: String, to output: inout ByteOutput
    ) throws(RecordOutputProblem) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": output.append("&lt;")
            case ">": output.append("&gt;")
            case "&": output.append("&amp;")
            // A parser would read a bare CR as LF.
            case "\r": output.append("&#13;")
            case "\t", "\n", "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}",
                "\u{10000}"..."\u{10FFFF}":
                output.append(Array(String(scalar).utf8))
            default:
                throw RecordOutputProblem(
                    message: "XML cannot hold the character U+"
                        + String(scalar.value, radix: 16, uppercase: true))
            }
        }
    }

    /// The key where it is a name; other characters as `_x0020_`.
    ///
    /// - Source: ISO/IEC 9075-14, "Mapping SQL identifiers to XML names".
    private static func elementName(_ key: String) -> [UInt8] {
        var name = ""
        for (at, scalar) in key.unicodeScalars.enumerated() {
            let isStart = scalar.properties.isXIDStart || scalar == "_"
            let isPart =
                isStart || scalar.properties.isXIDContinue || scalar == "-" || scalar == "."
            if at == 0 ? isStart : isPart {
                name.unicodeScalars.append(scalar)
            } else {
                let hex = String(scalar.value, radix: 16, uppercase: true)
                name += "_x\(String(repeating: "0", count: max(0, 4 - hex.count)))\(hex)_"
            }
        }
        return Array((name.isEmpty ? "_" : name).utf8)
    }
}
