internal import CrossdockData

/// A value on its way through a row: what it is and where its bytes lie.
///
/// The bytes belong to the record's source, the plan's literals or the worker's scratch; a piece is
/// good until the record is done.
struct Piece: BitwiseCopyable {
    enum Form: UInt8, BitwiseCopyable {
        case absent
        case null
        case isTrue
        case isFalse
        /// Digits as written, by JSON's grammar.
        case number
        /// The inside of a JSON string that holds no escape: its bytes are its text.
        case string
        /// The inside of a JSON string with escapes: written as it is, decoded to be worked on.
        case escaped
        /// Text that must be escaped when written.
        case text
        /// An object or list of the source; `count` is its number on the tape.
        case container
        /// Any JSON, written as it is.
        case json
    }

    var form: Form
    var base: UnsafePointer<UInt8>
    var count: Int

    /// Never read: pieces without bytes need an address all the same.
    private static var nowhere: UnsafePointer<UInt8> { ("-" as StaticString).utf8Start }

    static var absent: Piece { Piece(form: .absent, base: nowhere, count: 0) }
    static var null: Piece { Piece(form: .null, base: nowhere, count: 0) }
    static func bool(_ flag: Bool) -> Piece {
        Piece(form: flag ? .isTrue : .isFalse, base: nowhere, count: 0)
    }

    init(form: Form, base: UnsafePointer<UInt8>, count: Int) {
        self.form = form
        self.base = base
        self.count = count
    }

    init(_ form: Form, _ bytes: Bytes) {
        self.form = form
        base = bytes.baseAddress ?? Self.nowhere
        count = bytes.count
    }

    var bytes: Bytes { Bytes(start: base, count: count) }

    var isText: Bool { form == .string || form == .escaped || form == .text }
    var isMissing: Bool { form == .absent || form == .null }

    /// A value of the source, addressed by its number on the tape.
    @inline(__always)
    init(_ view: JSONView, _ index: Int) {
        base = view.source + view.offset(index)
        count = view.length(index)
        switch view.kind(index) {
        case .string: form = view.isEscaped(index) ? .escaped : .string
        case .number: form = .number
        case .null: form = .null
        case .true: form = .isTrue
        case .false: form = .isFalse
        case .object, .array:
            form = .container
            count = index
        }
    }
}
