public import CrossdockData
public import CrossdockDiagnostics

/// One row of a mapping file, as written.
public struct MappingRow: Sendable {
    public let span: SourceSpan
    public var left: [PlacedPath] = []
    public var right: [PlacedPath] = []
    /// Computes the source value in place of a path.
    public var expression: PlacedText?
    public var verb: RowVerb = .copy
    public var clean: [CleanStep] = []
    public var conversion: RowConversion?
    /// Where the currency code stands, on the left side.
    public var currency: PlacedPath?
    public var defaultValue: Value?
    public var onAbsent: MissingPolicy?
    public var onNull: MissingPolicy?
    public var onEmpty: EmptyPolicy?
    public var onTooLong: TooLongPolicy?
    /// Unit: Unicode scalars.
    public var length: Int?
    /// As written on the row; the file's otherwise.
    public var direction: RowDirection?
    public var conflict: ConflictPolicy?
    /// Personal data: masked wherever a value would be shown.
    public var isPersonal = false
    public var note: String?
    public var reverse: ReverseRule?

    init(span: SourceSpan) { self.span = span }
}

/// A path and where it is written.
public struct PlacedPath: Sendable {
    public let path: FieldPath
    public let span: SourceSpan
}

/// A text and where it is written.
public struct PlacedText: Sendable {
    public let text: String
    public let span: SourceSpan
}

/// What a row does with its value.
public indirect enum RowVerb: Sendable {
    case copy
    case constant(Value)
    case when([WhenClause])
    case lookup(LookupRule)
    case xref(XrefRule)
    case codes(CodesRule)
    case splitWidth(width: Int, atWord: Bool)
    case splitBy(String)
    case join(separator: String, isReversible: Bool)
    case line(LineRange)
    case each(EachRule)
    case score(model: String, output: String, span: SourceSpan)

    /// The key that stands for the verb in a file.
    public var key: String {
        switch self {
        case .copy: "copy"
        case .constant: "const"
        case .when: "when"
        case .lookup: "lookup"
        case .xref: "xref"
        case .codes: "codes"
        case .splitWidth, .splitBy: "split"
        case .join: "join"
        case .line: "line"
        case .each: "each"
        case .score: "score"
        }
    }
}

public struct WhenClause: Sendable {
    /// Nil for `else`.
    public let condition: PlacedText?
    public let value: Value
}

public struct LookupRule: Sendable {
    public struct SubKey: Sendable {
        public let path: FieldPath
        /// The side that the path belongs to.
        public let side: MappingSide
        public let span: SourceSpan
    }

    public let table: String
    public let subKeys: [SubKey]
    public let onMissing: MissingTranslation
    public let span: SourceSpan
}

/// What a translation without a result does.
public enum MissingTranslation: Sendable, Hashable {
    case fail
    case clear
    case skip
    case `defer`
    case value(Value)
}

public struct XrefRule: Sendable {
    public let table: String
    public let onMissing: MissingTranslation
}

public struct CodesRule: Sendable {
    public let from: CodeList
    public let to: CodeList
    public let onMissing: MissingTranslation
    public let span: SourceSpan
}

/// Lines of a text, counted from 1.
public struct LineRange: Sendable, Hashable {
    public let first: Int
    /// Nil: to the end.
    public let last: Int?
    /// Written as a number, so that a blank line is `""`; ranges leave blank lines out.
    public let isSingle: Bool
}

public struct EachRule: Sendable {
    /// The pair of fields that identifies an element.
    public let key: MappingRow?
    public let removed: RemovedPolicy
    public let rows: [MappingRow]
}

/// What happens to elements of the target that the source no longer has.
public enum RemovedPolicy: String, Sendable, CaseIterable {
    case keep, delete, deactivate
}

public struct ReverseRule: Sendable {
    public let left: PlacedPath?
    public let expression: PlacedText
}

public enum MissingPolicy: String, Sendable, CaseIterable {
    case skip, clear, `default`, fail
}

public enum EmptyPolicy: String, Sendable, CaseIterable {
    case asNull = "as-null"
    case keep
}

public enum TooLongPolicy: String, Sendable, CaseIterable {
    case fail, truncate
}

/// Who wins when both sides changed.
public enum ConflictPolicy: String, Sendable, CaseIterable {
    case left, right, newest, manual
    case fillEmpty = "fill-empty"
}

public enum CleanStep: String, Sendable, CaseIterable {
    case trim, collapse, upper, lower, title, digits, ascii, nfc, stripHtml

    /// Whether a cleaned value is a fit source for the way back.
    var isReversible: Bool { self == .trim || self == .nfc }
}

/// `as`: the form in which a value is written.
public enum RowConversion: Sendable {
    case decimal(precision: Int, scale: Int, NumberMarks)
    case integer(NumberMarks)
    case boolean(isTrue: Value, isFalse: Value)
    case temporal(TemporalKind, pattern: PlacedText, from: PlacedText?)
}

/// The characters that separate the parts of a number in text; nil where the file decides.
public struct NumberMarks: Sendable, Hashable {
    public var decimal: String?
    public var group: String?

    public init(decimal: String? = nil, group: String? = nil) {
        self.decimal = decimal
        self.group = group
    }
}

public enum TemporalKind: String, Sendable, CaseIterable {
    case date, time, dateTime
}
