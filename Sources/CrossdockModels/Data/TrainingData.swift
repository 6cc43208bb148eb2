/// Rows to train on or to judge with, as text in memory.
///
/// - Trust: untrusted; read row by row, and the first row that cannot be read is an error with its line.
public struct TrainingData: Sendable {
    enum Form: Sendable {
        case jsonLines
        case csv(separator: UInt8)
    }

    let bytes: [UInt8]
    let form: Form

    /// One JSON object per line; blank lines are skipped.
    public static func jsonLines(_ bytes: [UInt8]) -> TrainingData {
        TrainingData(bytes: bytes, form: .jsonLines)
    }

    /// A header row with field paths, then a row per record; empty cells are absent.
    public static func csv(_ bytes: [UInt8], separator: Character = ",") -> TrainingData {
        TrainingData(bytes: bytes, form: .csv(separator: separator.asciiValue ?? UInt8(ascii: ",")))
    }

    /// Tells the form by the first character: records begin with a brace.
    public static func detecting(_ bytes: [UInt8]) -> TrainingData {
        let first = bytes.first { $0 > 0x20 && $0 < 0x80 }
        return first == UInt8(ascii: "{") ? .jsonLines(bytes) : .csv(bytes)
    }
}
