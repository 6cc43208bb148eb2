internal import CrossdockData
internal import CrossdockDiagnostics

/// Applies a mapping to a stream of records: what `crossdock map` does.
///
/// A record that fails is written to the rejects and the run goes on. Memory does not grow with the
/// input.
public struct MapRun {
    public struct Options: Sendable {
        public var input = RecordInput.jsonl
        public var output = RecordOutput.jsonl
        /// The run stops once more records than this were rejected; nil never stops.
        public var maximumRejects: Int?

        public init(
            input: RecordInput = .jsonl, output: RecordOutput = .jsonl, maximumRejects: Int? = nil
        ) {
            self.input = input
            self.output = output
            self.maximumRejects = maximumRejects
        }
    }

    /// What a run did.
    public struct Report: Sendable, Hashable {
        public var read = 0
        public var written = 0
        public var rejected = 0
        public var isStopped = false
    }

    private let mapping: CompiledMapping
    private let options: Options
    private let services: MappingServices

    public init(
        _ mapping: CompiledMapping, _ options: Options = Options(),
        services: MappingServices = .none
    ) {
        self.mapping = mapping
        self.options = options
        self.services = services
    }

    /// Reads `input` to its end.
    ///
    /// - Parameters:
    ///   - rejects: Gets a JSON line for every record that failed.
    ///   - onReject: Sees every failure, for messages to a person.
    /// - Throws: ``StreamFailure`` when input cannot be read as what it should be (exit 65), or output
    ///   cannot be written.
    public func run(
        _ input: inout some ByteSource, _ output: inout some ByteSink,
        rejects: inout some ByteSink,
        onReject: ((_ line: Int, _ failure: MappingFailure) -> Void)? = nil
    ) throws -> Report {
        switch options.input {
        case .jsonl: try run(JSONLinesReader(), &input, &output, &rejects, onReject)
        case .json: try run(JSONArrayReader(), &input, &output, &rejects, onReject)
        case .csv: try run(CSVRecordReader(), &input, &output, &rejects, onReject)
        case .xml: try run(XMLRecordReader(), &input, &output, &rejects, onReject)
        }
    }

    /// Unit: bytes read at once, and written at once.
    private static let pieceSize = 256 << 10

    private func run(
        _ reader: consuming some RecordReader, _ input: inout some ByteSource,
        _ output: inout some ByteSink, _ rejects: inout some ByteSink,
        _ onReject: ((Int, MappingFailure) -> Void)?
    ) throws -> Report {
        var mapper = StreamMapper(mapping, options, services, onReject)
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.pieceSize, alignment: 64)
        defer { buffer.deallocate() }
        mapper.begin()
        while !mapper.report.isStopped {
            let count = try input.read(into: buffer)
            guard count > 0 else { break }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            try bytes.withMemoryRebound(to: UInt8.self) { bytes in
                try reader.feed(bytes) { try mapper.take($0) }
            }
            if mapper.pending >= Self.pieceSize { try mapper.flush(&output, &rejects) }
        }
        do {
            if !mapper.report.isStopped { try reader.finish { try mapper.take($0) } }
        } catch {
            // What came before the broken place is whole and stays written.
            mapper.end()
            try mapper.flush(&output, &rejects)
            throw error
        }
        mapper.end()
        try mapper.flush(&output, &rejects)
        return mapper.report
    }
}

/// Maps record after record into a buffer.
private struct StreamMapper: ~Copyable {
    private let mapping: CompiledMapping
    private let options: MapRun.Options
    private let services: MappingServices
    private let onReject: ((Int, MappingFailure) -> Void)?
    private var evaluator = RecordEvaluator()
    private var writer: RecordWriter
    private var output = ByteOutput(capacity: 512 << 10)
    private var rejects = ByteOutput()
    var report = MapRun.Report()

    init(
        _ mapping: CompiledMapping, _ options: MapRun.Options, _ services: MappingServices,
        _ onReject: ((Int, MappingFailure) -> Void)?
    ) {
        self.mapping = mapping
        self.options = options
        self.services = services
        self.onReject = onReject
        writer = RecordWriter(options.output, columns: mapping.fieldsWritten)
    }

    /// Bytes that wait to be written.
    var pending: Int { output.count + rejects.count }

    mutating func begin() { writer.begin(&output) }
    mutating func end() { writer.end(&output) }

    mutating func take(_ record: consuming InputRecord) throws {
        guard !report.isStopped else { return }
        report.read += 1
        if let problem = record.problem {
            reject(record, notRecord(problem), document: nil)
            return
        }
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(record.bytes)
        } catch {
            reject(record, notRecord(error.message), document: nil)
            return
        }
        let root = document.root
        guard root.kind == .object else {
            reject(record, notRecord("the record is no JSON object"), document: nil)
            return
        }
        do throws(MappingFailure) {
            try evaluator.apply(
                mapping, root, services: services, quotesDecimals: options.output.quotesDecimals)
        } catch {
            reject(record, error, document: document)
            return
        }
        do throws(RecordOutputProblem) {
            try writer.write(evaluator.output.bytes, &output)
            report.written += 1
        } catch {
            reject(
                record,
                MappingFailure(.notSerializable, error.message, mapping: mapping.mapping),
                document: document)
        }
    }

    private func notRecord(_ message: String) -> MappingFailure {
        MappingFailure(.notJSON, message, mapping: mapping.mapping)
    }

    private mutating func reject(
        _ record: InputRecord, _ failure: MappingFailure, document: JSONDocument?
    ) {
        report.rejected += 1
        RejectLine.write(failure, record, document, &evaluator, to: &rejects)
        onReject?(record.line, failure)
        if let maximum = options.maximumRejects, report.rejected > maximum {
            report.isStopped = true
        }
    }

    mutating func flush(
        _ output: inout some ByteSink, _ rejects: inout some ByteSink
    ) throws {
        try rejects.write(UnsafeRawBufferPointer(self.rejects.bytes))
        self.rejects.truncate(to: 0)
        try output.write(UnsafeRawBufferPointer(self.output.bytes))
        self.output.truncate(to: 0)
        evaluator.forget()
    }
}

/// A line of the rejects file: why a record failed, and the record for another try.
private enum RejectLine {
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
