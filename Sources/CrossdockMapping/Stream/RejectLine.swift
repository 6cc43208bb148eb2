internal import CrossdockData
internal import CrossdockDiagnostics

/// A line of the rejects file: why a record failed, and the record for another try.
enum RejectLine {
    static func write(
        _ failure: MappingFailure, _ record: InputRecord, _ document: JSONDocument?,
        _ evaluator: inout RecordEvaluator, to output: inout ByteOutput
    ) {
        output.append("{\"line\":")
        output.append(Array(String(record.line).utf8))
        output.append(",\"field\":")
        append(failure.field, to: &output)
        output.append(",\"code\":")
        append(failure.code.id, to: &output)
        output.append(",\"message\":")
        append(failure.reason, to: &output)
        output.append(",\"value\":")
        append(failure.maskedValue, to: &output)
        output.append(",\"mappingLine\":")
        output.append(Array((failure.mappingLine.map(String.init) ?? "null").utf8))
        if let document {
            output.append(",\"record\":")
            evaluator.writeCompact(document, to: &output)
        } else {
            output.append(",\"text\":")
            append(String(decoding: record.bytes, as: UTF8.self), to: &output)
        }
        output.append("}\n")
    }

    private static func append(_ text: String?, to output: inout ByteOutput) {
        guard var text else {
            output.append("null")
            return
        }
        output.append(UInt8(ascii: "\""))
        text.withUTF8 { output.appendEscaped($0) }
        output.append(UInt8(ascii: "\""))
    }
}

extension RecordEvaluator {
    /// The record as read, on one line.
    mutating func writeCompact(_ document: JSONDocument, to target: inout ByteOutput) {
        output.truncate(to: 0)
        document.withView { view in write(Piece(view, 0), view) }
        target.append(output.bytes)
        output.truncate(to: 0)
    }
}
