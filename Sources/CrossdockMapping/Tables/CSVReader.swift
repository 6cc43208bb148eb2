/// Takes CSV records out of bytes that arrive in pieces.
///
/// Whether a cell was quoted is kept: an empty cell says nothing, a quoted empty one says "empty".
///
/// - Source: RFC 4180; a line may also end with a bare LF, and a byte order mark is skipped.
struct CSVReader {
    struct Record {
        /// Where each cell lies in ``bytes``.
        var cells: [Cell] = []
        var bytes: [UInt8] = []
        /// The line on which the record begins, counted from 1.
        var line = 1

        func text(_ at: Int) -> String {
            String(decoding: bytes[cells[at].start..<cells[at].end], as: UTF8.self)
        }
    }

    struct Cell {
        var start: Int
        var end: Int
        var isQuoted: Bool
    }

    private enum State {
        case start
        case plain
        case quoted
        /// After a quote inside a quoted cell: the end of the cell, or the first of two quotes.
        case quote
    }

    private var state = State.start
    private var record = Record()
    private var cellStart = 0
    private var isQuoted = false
    private var line = 1
    private var sawReturn = false
    private var pendingCell = false
    private var markBytes = 0
    let separator: UInt8

    /// A quoted cell is under way.
    var isInQuotes: Bool { state == .quoted }

    init(separator: UInt8 = UInt8(ascii: ",")) { self.separator = separator }

    /// Takes bytes and hands every record that ends in them to `body`.
    mutating func feed<E: Error>(
        _ bytes: Bytes, _ body: (Record) throws(E) -> Void
    ) throws(E) {
        for byte in bytes {
            if skipsMark(byte) { continue }
            if sawReturn {
                sawReturn = false
                if byte == UInt8(ascii: "\n") { continue }
            }
            try take(byte, body)
        }
    }

    /// The last record, when the input did not end with a line end.
    ///
    /// - Returns: False when a quoted cell was never closed.
    mutating func finish<E: Error>(_ body: (Record) throws(E) -> Void) throws(E) -> Bool {
        let isClosed = state != .quoted
        if state != .start || !record.cells.isEmpty {
            endCell()
            try endRecord(body)
        }
        return isClosed
    }

    private mutating func skipsMark(_ byte: UInt8) -> Bool {
        guard markBytes < 3 else { return false }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if byte == mark[markBytes] {
            markBytes += 1
            return true
        }
        if markBytes > 0 {
            // Not a mark after all: what looked like one begins the first cell.
            record.bytes.append(contentsOf: mark[..<markBytes])
            state = .plain
        }
        markBytes = 3
        return false
    }

    private mutating func take<E: Error>(
        _ byte: UInt8, _ body: (Record) throws(E) -> Void
    ) throws(E) {
        switch (state, byte) {
        case (.quoted, UInt8(ascii: "\"")): state = .quote
        case (.quoted, _):
            if byte == UInt8(ascii: "\n") { line += 1 }
            record.bytes.append(byte)
        case (.quote, UInt8(ascii: "\"")):
            record.bytes.append(byte)
            state = .quoted
        case (.start, UInt8(ascii: "\"")):
            isQuoted = true
            state = .quoted
        case (_, separator):
            endCell()
            state = .start
            // A separator promises another cell, even when the line ends here.
            pendingCell = true
        case (_, UInt8(ascii: "\n")), (_, UInt8(ascii: "\r")):
            sawReturn = byte == UInt8(ascii: "\r")
            line += 1
            if state != .start || pendingCell { endCell() }
            try endRecord(body)
        default:
            record.bytes.append(byte)
            state = .plain
        }
    }

    private mutating func endCell() {
        record.cells.append(
            Cell(start: cellStart, end: record.bytes.count, isQuoted: isQuoted))
        cellStart = record.bytes.count
        isQuoted = false
        pendingCell = false
    }

    private mutating func endRecord<E: Error>(_ body: (Record) throws(E) -> Void) throws(E) {
        // A line without a single cell is a blank line, not a record.
        if !record.cells.isEmpty { try body(record) }
        record.cells.removeAll(keepingCapacity: true)
        record.bytes.removeAll(keepingCapacity: true)
        record.line = line
        cellStart = 0
        state = .start
        pendingCell = false
    }
}
