internal import CrossdockData
internal import CrossdockDiagnostics

/// Maps record after record into a buffer.
struct StreamMapper: ~Copyable {
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
