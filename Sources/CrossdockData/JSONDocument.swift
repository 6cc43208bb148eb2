internal import CSimdjson
public import CrossdockDiagnostics

/// A parsed JSON document: its source bytes and a tape of where each value stands in them.
///
/// Nothing is decoded until asked for, so a step that copies a value copies source text: numbers keep
/// their digits, strings their escapes.
///
/// - Threads: immutable after `init`; the tape is freed with the last reference.
public final class JSONDocument: @unchecked Sendable {
    public let bytes: [UInt8]
    let tape: UnsafePointer<crossdock_json_entry>
    let tapeCount: Int

    /// How deeply objects and lists may nest.
    public static let maximumDepth = 128

    /// Parses one document.
    ///
    /// - Throws: ``JSONError`` with the byte position.
    public init(_ bytes: [UInt8], maximumDepth: Int = JSONDocument.maximumDepth) throws(JSONError) {
        let result = bytes.withUnsafeBufferPointer {
            crossdock_json_parse($0.baseAddress, $0.count, UInt32(clamping: maximumDepth))
        }
        guard result.status == CROSSDOCK_JSON_OK, let entries = result.entries else {
            throw JSONError(status: result.status, position: Int(result.position))
        }
        self.bytes = bytes
        tape = UnsafePointer(entries)
        tapeCount = Int(result.entry_count)
    }

    deinit { UnsafeMutablePointer(mutating: tape).deallocate() }

    /// The document's outermost value.
    public var root: JSONNode { JSONNode(document: self, index: 0) }

    /// Runs `body` over source bytes and tape, for code that walks the tape in a tight loop.
    ///
    /// - Ownership: the view is valid during the call only.
    @inlinable
    public func withView<Result, Failure: Error>(
        _ body: (JSONView) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(view)
    }

    @usableFromInline var view: JSONView {
        bytes.withUnsafeBufferPointer {
            JSONView(
                source: $0.baseAddress ?? UnsafePointer(bitPattern: 1)!,
                entries: UnsafeRawPointer(tape), count: tapeCount)
        }
    }
}

/// A document was refused.
public struct JSONError: Classified, Equatable {
    public enum Reason: String, Sendable {
        case empty = "the document is empty"
        case syntax = "this is not JSON"
        case depth = "objects and lists nest too deeply"
        case encoding = "the text is not valid UTF-8"
        case unclosedString = "a string is not closed"
        case controlCharacter = "a string holds a raw control character"
        case number = "this is no JSON number"
        case escape = "a string holds an escape JSON does not have"
        case tooLarge = "the document is too large"
        case duplicateKey = "an object names the same member twice"
    }

    public let reason: Reason
    /// Unit: bytes from the start of the document.
    public let position: Int

    public init(_ reason: Reason, position: Int) {
        self.reason = reason
        self.position = position
    }

    init(status: crossdock_json_status, position: Int) {
        let reason: Reason =
            switch status {
            case CROSSDOCK_JSON_EMPTY: .empty
            case CROSSDOCK_JSON_DEPTH: .depth
            case CROSSDOCK_JSON_UTF8: .encoding
            case CROSSDOCK_JSON_UNCLOSED_STRING: .unclosedString
            case CROSSDOCK_JSON_CONTROL_CHARACTER: .controlCharacter
            case CROSSDOCK_JSON_NUMBER_FORM: .number
            case CROSSDOCK_JSON_ESCAPE_FORM: .escape
            case CROSSDOCK_JSON_TOO_LARGE, CROSSDOCK_JSON_MEMORY: .tooLarge
            default: .syntax
            }
        self.init(reason, position: position)
    }

    public var code: DiagnosticCode { .notJSON }
    public var message: String { "\(reason.rawValue) (byte \(position))" }
}

extension DiagnosticCode {
    /// Text that should be JSON is not.
    public static let notJSON = DiagnosticCode(
        "CD2100", "text is not JSON",
        """
        A record, a body or a file was read as JSON and is none. The message names the byte where \
        reading stopped. Common causes: a line of a JSONL file that was cut, an HTML error page in \
        place of an answer, text in an encoding other than UTF-8.
        """)
}
