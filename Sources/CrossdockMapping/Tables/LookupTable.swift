internal import CrossdockDiagnostics

/// A value map as read from its file: rows of keys, left and right.
final class LookupTable: Sendable {
    struct Row: Sendable {
        let keys: [String]
        let left: String
        let right: String
        let line: Int
    }

    let name: String
    let file: String
    let keyCount: Int
    let rows: [Row]
    /// Two left values that share keys and right value: what makes the way back ambiguous.
    let collision: (one: Row, other: Row)?

    let toRight: TranslationTable
    let toLeft: TranslationTable

    private init(
        name: String, file: String, keyCount: Int, rows: [Row],
        collision: (one: Row, other: Row)?
    ) {
        self.name = name
        self.file = file
        self.keyCount = keyCount
        self.rows = rows
        self.collision = collision
        toRight = TranslationTable(
            rows.map { (Self.compound($0.left, $0.keys), Array($0.right.utf8)) })
        toLeft = TranslationTable(
            rows.map { (Self.compound($0.right, $0.keys), Array($0.left.utf8)) })
    }

    func translation(_ direction: MappingDirection) -> TranslationTable {
        direction == .toRight ? toRight : toLeft
    }

    static func compound(_ value: String, _ keys: [String]) -> [UInt8] {
        var bytes = Array(value.utf8)
        for key in keys {
            bytes.append(TranslationTable.keySeparator)
            bytes.append(contentsOf: key.utf8)
        }
        return bytes
    }
}

extension LookupTable {
    private struct Columns {
        let left: Int
        let right: Int
        let keys: [Int]
    }

    /// - Returns: Nil, with complaints, for a table that cannot be used.
    static func read(
        _ name: String, _ source: TableText, _ complaints: inout Complaints
    ) -> LookupTable? {
        var records: [CSVReader.Record] = []
        var reader = CSVReader()
        var text = source.text
        text.withUTF8 { bytes in reader.feed(bytes) { (record) in records.append(record) } }
        let isClosed = reader.finish { (record) in records.append(record) }
        func place(_ line: Int) -> SourceSpan {
            SourceSpan(file: source.file, line: line, column: 1)
        }
        guard isClosed else {
            complaints.add(
                "a quoted cell is not closed", code: .badTable,
                at: place(records.last?.line ?? 1))
            return nil
        }
        guard let header = records.first else {
            complaints.add("the table is empty", code: .badTable, at: place(1))
            return nil
        }
        guard let columns = columns(header, place(1), &complaints) else { return nil }
        var rows: [Row] = []
        for record in records.dropFirst() {
            let needed = max(columns.left, columns.right, columns.keys.max() ?? 0)
            guard record.cells.count > needed else {
                complaints.add(
                    "the row has \(record.cells.count) cells, \(needed + 1) are needed",
                    code: .badTable, at: place(record.line))
                continue
            }
            rows.append(
                Row(
                    keys: columns.keys.map { trimmed(record.text($0)) },
                    left: trimmed(record.text(columns.left)),
                    right: trimmed(record.text(columns.right)), line: record.line))
        }
        return checked(name, source.file, columns.keys.count, rows, &complaints)
    }

    private static func columns(
        _ header: CSVReader.Record, _ span: SourceSpan, _ complaints: inout Complaints
    ) -> Columns? {
        let names = header.cells.indices.map { trimmed(header.text($0)) }
        for (at, name) in names.enumerated() where names.firstIndex(of: name) != at {
            complaints.add("the column `\(name)` stands twice", code: .badTable, at: span)
            return nil
        }
        for side in ["left", "right"] where !names.contains(side) {
            complaints.add(
                "the table has no column `\(side)`; its columns are "
                    + names.joined(separator: ", "), code: .badTable, at: span,
                help: Suggestion.help(for: side, in: names))
            return nil
        }
        guard let left = names.firstIndex(of: "left"), let right = names.firstIndex(of: "right")
        else { return nil }
        var keys: [Int] = []
        if let only = names.firstIndex(of: "key") { keys.append(only) }
        while let next = names.firstIndex(of: "key\(keys.count + 1)") { keys.append(next) }
        return Columns(left: left, right: right, keys: keys)
    }

    private static func checked(
        _ name: String, _ file: String, _ keyCount: Int, _ rows: [Row],
        _ complaints: inout Complaints
    ) -> LookupTable? {
        var byLeft: [[UInt8]: Row] = [:]
        var byRight: [[UInt8]: Row] = [:]
        var kept: [Row] = []
        var collision: (one: Row, other: Row)?
        for row in rows {
            let left = compound(row.left, row.keys)
            if let earlier = byLeft[left] {
                if earlier.right == row.right { continue }
                complaints.add(
                    "'\(row.left)' becomes '\(row.right)' here and '\(earlier.right)' in line "
                        + "\(earlier.line)", code: .conflictingTableRows,
                    at: SourceSpan(file: file, line: row.line, column: 1))
                return nil
            }
            byLeft[left] = row
            let right = compound(row.right, row.keys)
            if let earlier = byRight[right] {
                if collision == nil { collision = (earlier, row) }
            } else {
                byRight[right] = row
            }
            kept.append(row)
        }
        return LookupTable(
            name: name, file: file, keyCount: keyCount, rows: kept, collision: collision)
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        return text.withUTF8 { TextBytes.string(TextBytes.trimmed($0)) }
    }
}
