public import CrossdockData
internal import CrossdockDiagnostics
internal import Synchronization

/// A mapping in one direction, ready to run.
///
/// - Threads: any number of them may apply it at once.
public final class CompiledMapping: Sendable {
    public let mapping: String
    public let version: String
    public let direction: MappingDirection
    /// The paths that rows read of the source record, expressions included as far as they are known.
    public let fieldsRead: [FieldPath]
    /// The paths that rows write, in the order of the file.
    public let fieldsWritten: [FieldPath]
    /// Targets with a fixed number of decimals, as paths without indexes.
    let decimalTargets: Set<String>
    let plan: Plan
    /// Some expression looks at what the mapping wrote.
    let needsTwoPasses: Bool
    private let idle = Mutex<[EvaluatorBox]>([])

    init(
        file: MappingFile, direction: MappingDirection, plan: Plan, rows: [DirectedRow],
        expressions: [String: MappingExpression]
    ) {
        mapping = file.name
        version = file.version
        self.direction = direction
        self.plan = plan
        fieldsRead = RowPaths.read(rows, expressions, side: direction.source)
        fieldsWritten = rows.flatMap { $0.targets.map(\.path) }
        decimalTargets = RowPaths.decimals(rows)
        needsTwoPasses = Self.needsTwoPasses(plan)
    }

    private static func needsTwoPasses(_ plan: Plan) -> Bool {
        plan.rows.contains { $0.readsTarget } || plan.tables.lists.contains(where: needsTwoPasses)
    }

    /// Appends the mapped record, as compact JSON, to `output`.
    ///
    /// - Parameters:
    ///   - record: An object.
    ///   - quotesDecimals: Write decimals as text, for formats that have no numbers: CSV, XML, OData V2.
    /// - Throws: ``MappingFailure`` for the first row, in the order of the file, that fails; `output`
    ///   is then as it was.
    public func apply(
        _ record: JSONNode, output: inout [UInt8], services: MappingServices = .none,
        quotesDecimals: Bool = false
    ) throws(MappingFailure) {
        let box = idle.withLock { $0.popLast() } ?? EvaluatorBox()
        defer {
            box.evaluator.forget()
            idle.withLock { if $0.count < 64 { $0.append(box) } }
        }
        try box.evaluator.apply(
            self, record, services: services, quotesDecimals: quotesDecimals)
        let bytes = box.evaluator.output.bytes
        output.reserveCapacity(output.count + bytes.count)
        output.append(contentsOf: bytes)
    }

    /// Returns the mapped record as compact JSON.
    public func apply(
        _ record: JSONNode, services: MappingServices = .none, quotesDecimals: Bool = false
    ) throws(MappingFailure) -> [UInt8] {
        var output: [UInt8] = []
        try apply(record, output: &output, services: services, quotesDecimals: quotesDecimals)
        return output
    }
}

/// Holds an evaluator between records.
///
/// - Threads: owned by whoever took it from the list of idle ones.
final class EvaluatorBox: @unchecked Sendable {
    var evaluator = RecordEvaluator()
}

extension RecordEvaluator {
    /// Applies a mapping to one record; the result is the whole of ``output``.
    mutating func apply(
        _ mapping: CompiledMapping, _ record: JSONNode, services: MappingServices,
        quotesDecimals: Bool
    ) throws(MappingFailure) {
        output.truncate(to: 0)
        problem = nil
        self.services = services
        self.quotesDecimals = quotesDecimals
        side = mapping.direction.source
        document = record.document
        written = nil
        isFirstPass = mapping.needsTwoPasses
        do throws(RowStop) {
            try pass(mapping, record)
            guard mapping.needsTwoPasses else { return }
            written = try? JSONDocument(Array(output.bytes)).root
            isFirstPass = false
            output.truncate(to: 0)
            try pass(mapping, record)
        } catch {
            output.truncate(to: 0)
            throw failure(mapping)
        }
    }

    private mutating func pass(
        _ mapping: CompiledMapping, _ record: JSONNode
    ) throws(RowStop) {
        guard record.kind == .object else {
            problem = RowProblem(
                code: .notJSON, message: "a record must be an object", field: "", maskedValue: nil,
                line: 0)
            throw .failed
        }
        try record.document.withView { view throws(RowStop) in
            try run(mapping.plan, view, record.index)
        }
    }

    private func failure(_ mapping: CompiledMapping) -> MappingFailure {
        guard let problem else {
            preconditionFailure("a row stopped without saying why")
        }
        return MappingFailure(
            problem.code, problem.message, mapping: mapping.mapping,
            field: problem.field.isEmpty ? nil : problem.field, maskedValue: problem.maskedValue,
            line: problem.line == 0 ? nil : problem.line, isDeferred: problem.isDeferred,
            cause: problem.cause)
    }

    /// Lets go of the record, and of memory that only a huge one needed.
    mutating func forget() {
        output.truncate(to: 0)
        output.shrink(to: 1 << 20)
        document = nil
        written = nil
        services = .none
        problem = nil
    }
}
