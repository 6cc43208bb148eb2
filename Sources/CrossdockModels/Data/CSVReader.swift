/// Reads rows of comma-separated text.
///
/// - Source: RFC 4180; lines may end in LF or CRLF, and a byte order mark is skipped.
struct CSVReader {
    private let bytes: [UInt8]
    private let separator: UInt8
    private var at = 0
    /// The line that the row read last began on, counted from 1.
    private(set) var line = 0
    private var nextLine = 1

    init(_ bytes: [UInt8], separator: UInt8 = UInt8(ascii: ",")) {
        self.bytes = bytes
        self.separator = separator
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    /// The cells of a row, one behind the other.
    struct Row {
        fileprivate(set) var text: [UInt8] = []
        fileprivate(set) var ends: [Int] = []

        var count: Int { ends.count }

        func withCell<Result>(
            _ cell: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
        ) -> Result {
            let start = cell == 0 ? 0 : ends[cell - 1]
            return text.withUnsafeBufferPointer {
                body(UnsafeBufferPointer(rebasing: $0[start..<ends[cell]]))
            }
        }

        func string(_ cell: Int) -> String {
            withCell(cell) { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Reads the next row that is not blank.
    ///
    /// - Returns: false at the end.
    mutating func next(_ row: inout Row) throws(ModelError) -> Bool {
        while at < bytes.count, bytes[at] == 0x0A || bytes[at] == 0x0D {
            if bytes[at] == 0x0A { nextLine += 1 }
            at += 1
        }
        guard at < bytes.count else { return false }
        row.text.removeAll(keepingCapacity: true)
        row.ends.removeAll(keepingCapacity: true)
        line = nextLine
        while true {
            try readCell(&row)
            row.ends.append(row.text.count)
            guard at < bytes.count else { return true }
            let byte = bytes[at]
            at += 1
            if byte == separator { continue }
            if byte == 0x0D, at < bytes.count, bytes[at] == 0x0A { at += 1 }
            nextLine += 1
            return true
        }
    }

    /// Leaves `at` on the separator or the line end.
    private mutating func readCell(_ row: inout Row) throws(ModelError) {
        guard at < bytes.count, bytes[at] == 0x22 else {
            while at < bytes.count, bytes[at] != separator, bytes[at] != 0x0A, bytes[at] != 0x0D {
                row.text.append(bytes[at])
                at += 1
            }
            return
        }
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == 0x22 {
                guard at < bytes.count, bytes[at] == 0x22 else { return try checkEnd() }
                at += 1
            }
            if byte == 0x0A { nextLine += 1 }
            row.text.append(byte)
        }
        throw ModelError(.trainingDataUnreadable, "line \(line): a quoted cell is not closed")
    }

    private func checkEnd() throws(ModelError) {
        guard at < bytes.count, bytes[at] != separator, bytes[at] != 0x0A, bytes[at] != 0x0D else {
            return
        }
        throw ModelError(.trainingDataUnreadable, "line \(line): text follows a closing quote")
    }
}
