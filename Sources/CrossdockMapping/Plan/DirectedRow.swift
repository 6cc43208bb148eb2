internal import CrossdockData
internal import CrossdockDiagnostics

/// A row in one direction: what it reads, does and writes, in the words of the file.
struct DirectedRow: Sendable {
    let origin: MappingRow
    let direction: MappingDirection
    /// The row works as it is written; otherwise as its derived inverse.
    let isForward: Bool
    var sources: [PlacedPath] = []
    var expression: PlacedText?
    var targets: [PlacedPath] = []
    var clean: [CleanStep] = []
    var emptyIsNull = true
    var onAbsent = RowPlan.Missing.skip
    var onNull = RowPlan.Missing.clear
    var onAbsentPiece = RowPlan.Missing.skip
    var defaultValue: Value?
    var verb = DirectedVerb.copy
    var conversion: DirectedConversion?
    var currency: FieldSource?
    /// Unit: Unicode scalars, by target; nil for no limit.
    var lengths: [Int?] = []
    var cutsLong = false
}

/// A value a row needs besides its source.
enum FieldSource: Sendable {
    /// From the record that is read.
    case input(FieldPath)
    /// What the mapping writes there.
    case output(FieldPath)
}

indirect enum DirectedVerb: Sendable {
    case copy
    case constant(Value)
    case when([WhenClause])
    case lookup(LookupTable, subKeys: [FieldSource], onMissing: MissingTranslation)
    case xref(table: String, side: MappingSide, onMissing: MissingTranslation)
    case codes(CodesRule, CodeTranslation, onMissing: MissingTranslation)
    case splitWidth(width: Int, atWord: Bool)
    case splitBy(String)
    case join(String)
    case line(LineRange)
    case each([DirectedRow], removed: RemovedPolicy)
    case score(model: String, output: String)
}

enum DirectedConversion: Sendable {
    case decimal(precision: Int, scale: Int, reading: NumberReading, writing: NumberReading)
    case integer(NumberReading)
    case boolean(isTrue: Value, isFalse: Value)
    case unboolean(isTrue: Value, isFalse: Value)
    case temporal(TemporalConverter)
}
