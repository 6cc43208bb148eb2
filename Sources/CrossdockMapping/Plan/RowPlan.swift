/// One row in one direction, ready to run: numbers into the plan's tables and nothing that is counted.
///
/// Reading it costs no reference counting, which per record and row would be most of the time.
struct RowPlan: BitwiseCopyable {
    enum Source: BitwiseCopyable {
        /// The verb makes the value.
        case none
        case slot(Int32)
        case rootSlot(Int32)
        case expression(Int32)
        /// Several fields, joined by a literal.
        case several(Int32)
    }

    enum Missing: UInt8, BitwiseCopyable {
        case skip, clear, fail, useDefault
    }

    enum Verb: BitwiseCopyable {
        case copy
        case constant
        case when(Int32)
        case translate(Int32)
        case xref(Int32)
        case codes(Int32)
        case splitWidth(width: Int32, atWord: Bool)
        case splitBy(Int32)
        case line(Int32)
        case each(Int32)
        case score(Int32)
    }

    enum Conversion: BitwiseCopyable {
        case none
        case decimal(Int32)
        case integer(Int32)
        case boolean(Int32)
        /// From the two given values back to true and false.
        case unboolean(Int32)
        case temporal(Int32)
    }

    var source = Source.none
    var cleanStart: Int32 = 0
    var cleanCount: Int32 = 0
    var emptyIsNull = true
    var onAbsent = Missing.skip
    var onNull = Missing.clear
    /// What an absent piece of a text does: the policy without the row's default.
    var onAbsentPiece = Missing.skip
    var verb = Verb.copy
    /// The constant, or the default.
    var literal = Piece.null
    var conversion = Conversion.none
    /// Where the currency code stands; -1 for none.
    var currency: Int32 = -1
    var firstTarget: Int32 = 0
    var targetCount: Int32 = 1
    var cutsLong = false
    var isPersonal = false
    /// Copies what it reads and nothing else.
    var isPlain = false
    /// Reads what other rows wrote, so it runs in a second pass.
    var readsTarget = false
    /// In the mapping file.
    var line: Int32 = 0
}

/// Where a row's value, or one piece of it, is written.
struct TargetPlan: BitwiseCopyable {
    /// `,"Name":`, or `,` in a list.
    var prefix: Bytes
    /// Unit: Unicode scalars; 0 for no limit.
    var length: Int32 = 0
    /// Where the value is kept for others, or until its place is reached; -1: written at once.
    var buffer: Int32 = -1
    var row: Int32
}

/// One step of writing an object: rows in the order in which their keys come out.
struct PlanStep: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
        /// Evaluates a row that writes at once.
        case row
        /// Writes a value kept in a buffer; evaluates its row if need be.
        case target
        case open
        case closeObject
        case closeList
        /// After an element of a list: fills a gap with null.
        case endElement
    }

    var kind: Kind
    /// A row's or target's number.
    var number: Int32 = 0
    /// What introduces an object or list.
    var prefix = Bytes(start: nil, count: 0)
}

/// A value that a row needs besides its source: a sub-key, a currency.
enum SideValue: BitwiseCopyable {
    case slot(Int32)
    case rootSlot(Int32)
    /// What the row of this target wrote.
    case target(Int32)
}

/// `as: {decimal}` in one direction.
struct DecimalPlan: BitwiseCopyable {
    var precision: Int
    var scale: Int
    var reading: NumberReading
    /// Where numbers are written as text.
    var writing: NumberReading
}

struct BooleanPlan: BitwiseCopyable {
    var isTrue: Piece
    var isFalse: Piece
}

/// `lookup` in one direction.
struct TranslationPlan {
    let table: TranslationTable
    let tableName: String
    let subKeys: [SideValue]
    let onMissing: MissingTranslation
    let missing: Piece
}

struct CodesPlan {
    let translation: CodeTranslation
    let listName: String
    let onMissing: MissingTranslation
    let missing: Piece
}

struct XrefPlan {
    let table: String
    /// The side to which the ids read belong.
    let side: MappingSide
    let onMissing: MissingTranslation
}

struct ClausePlan {
    /// Nil for `else`.
    let condition: RowCondition?
    let value: Piece
}

struct JoinPlan {
    let sources: [SideValue]
    let separator: Bytes
}

struct ScorePlan {
    let model: String
    let output: String
}
