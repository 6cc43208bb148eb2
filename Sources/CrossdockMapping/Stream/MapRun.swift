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
