/// The rows of one direction for one object, compiled: what to find, in which order to write.
///
/// Lists that `each` walks have a plan of their own.
///
/// - Threads: immutable after it is built.
/// - Ownership: frees its tables in `deinit`; literals belong to ``pool``.
final class Plan: @unchecked Sendable {
    let sources: SourceMap
    let rows: UnsafeMutableBufferPointer<RowPlan>
    let targets: UnsafeMutableBufferPointer<TargetPlan>
    let steps: UnsafeMutableBufferPointer<PlanStep>
    /// In the words of the file, by target.
    let targetNames: [String]
    let bufferCount: Int
    /// How deeply objects and lists are open at once.
    let depth: Int
    /// Steps follow the file, so the first row that fails is the first of the file.
    let isInFileOrder: Bool
    let tables: PlanTables
    let pool: LiteralPool

    init(
        sources: SourceMap, rows: [RowPlan], targets: [TargetPlan], steps: [PlanStep],
        targetNames: [String], bufferCount: Int, depth: Int, isInFileOrder: Bool,
        tables: PlanTables, pool: LiteralPool
    ) {
        self.sources = sources
        self.rows = Self.copied(rows)
        self.targets = Self.copied(targets)
        self.steps = Self.copied(steps)
        self.targetNames = targetNames
        self.bufferCount = bufferCount
        self.depth = depth
        self.isInFileOrder = isInFileOrder
        self.tables = tables
        self.pool = pool
    }

    deinit {
        rows.deallocate()
        targets.deallocate()
        steps.deallocate()
    }

    private static func copied<T: BitwiseCopyable>(
        _ array: [T]
    ) -> UnsafeMutableBufferPointer<T> {
        let memory = UnsafeMutableBufferPointer<T>.allocate(capacity: array.count)
        _ = memory.initialize(fromContentsOf: array)
        return memory
    }
}

/// What rows refer to by number.
struct PlanTables {
    var clean: [CleanStep] = []
    var expressions: [MappingExpression] = []
    var joins: [JoinPlan] = []
    var clauses: [[ClausePlan]] = []
    var translations: [TranslationPlan] = []
    var xrefs: [XrefPlan] = []
    var codes: [CodesPlan] = []
    var separators: [Bytes] = []
    var lines: [LineRange] = []
    var lists: [Plan] = []
    var scores: [ScorePlan] = []
    var decimals: [DecimalPlan] = []
    var integers: [NumberReading] = []
    var booleans: [BooleanPlan] = []
    var temporals: [TemporalConverter] = []
    var currencies: [SideValue] = []
}
