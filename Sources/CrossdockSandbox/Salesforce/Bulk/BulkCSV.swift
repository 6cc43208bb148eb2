/// CSV as the Bulk API 2.0 writes and reads it: every field quoted on the way out, RFC 4180 on the
/// way in.
struct BulkCSV {
    enum Delimiter: String, CaseIterable {
        case comma = "COMMA"
        case tab = "TAB"
        case pipe = "PIPE"
        case semicolon = "SEMICOLON"
        case caret = "CARET"
        case backquote = "BACKQUOTE"

        var byte: UInt8 {
            switch self {
            case .comma: UInt8(ascii: ",")
            case .tab: 0x09
            case .pipe: UInt8(ascii: "|")
            case .semicolon: UInt8(ascii: ";")
            case .caret: UInt8(ascii: "^")
            case .backquote: UInt8(ascii: "`")
            }
        }
    }

    let delimiter: UInt8
    let lineEnd: [UInt8]

    /// - Parameter lineEnding: `LF` or `CRLF`.
    init(_ delimiter: Delimiter, lineEnding: String) {
        self.delimiter = delimiter.byte
        lineEnd = lineEnding == "CRLF" ? [0x0D, 0x0A] : [0x0A]
    }

    func write(_ fields: [String], to output: inout [UInt8]) {
        for (at, field) in fields.enumerated() {
            if at > 0 { output.append(delimiter) }
            output.append(UInt8(ascii: "\""))
            for byte in field.utf8 {
                output.append(byte)
                if byte == UInt8(ascii: "\"") { output.append(byte) }
            }
            output.append(UInt8(ascii: "\""))
        }
        output += lineEnd
    }

    /// Reads rows; a line end inside quotes belongs to its field.
    ///
    /// - Returns: nil when a quote is not closed.
    func rows(_ bytes: [UInt8]) -> [[String]]? {
        var rows: [[String]] = []
        var row: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        func next() -> UInt8? { at + 1 < bytes.count ? bytes[at + 1] : nil }
        func endField() {
            row.append(String(decoding: field, as: UTF8.self))
            field = []
        }
        func endRow() {
            endField()
            if row != [""] { rows.append(row) }
            row = []
        }
        while at < bytes.count {
            let byte = bytes[at]
            if isQuoted {
                if byte == UInt8(ascii: "\""), next() == byte {
                    field.append(byte)
                    at += 1
                } else if byte == UInt8(ascii: "\"") {
                    isQuoted = false
                } else {
                    field.append(byte)
                }
            } else if byte == UInt8(ascii: "\""), field.isEmpty {
                isQuoted = true
            } else if byte == delimiter {
                endField()
            } else if byte == 0x0A {
                endRow()
            } else if byte != 0x0D || next() != 0x0A {
                field.append(byte)
            }
            at += 1
        }
        guard !isQuoted else { return nil }
        if !field.isEmpty || !row.isEmpty { endRow() }
        return rows
    }
}
