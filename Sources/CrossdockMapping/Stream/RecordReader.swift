/// One record as it came in.
struct InputRecord {
    /// A JSON object, if all is well.
    var bytes: [UInt8]
    /// Its line in JSONL, its number elsewhere; from 1.
    var line: Int
    /// Why it is no record; `bytes` are then the text as read.
    var problem: String?
}

/// Takes records out of bytes that arrive in pieces.
///
/// Holds no more than the record under way, so files of any size are read in the same memory.
protocol RecordReader {
    /// Takes bytes and hands every record that ends in them to `body`.
    mutating func feed(_ bytes: Bytes, _ body: (consuming InputRecord) throws -> Void) throws
    /// Takes what is left at the end.
    mutating func finish(_ body: (consuming InputRecord) throws -> Void) throws
}

/// Bounds on one record, so that no input can take all memory.
enum RecordLimits {
    /// Unit: bytes.
    static let size = 64 << 20
}
