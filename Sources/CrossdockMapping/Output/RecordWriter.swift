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
