internal import CrossdockData

/// A header row, then a record a row: an empty cell is absent, `""` is empty text.
struct CSVRecordReader: RecordReader {
    private var reader = CSVReader()
    private var names: [[UInt8]] = []
    private var count = 0

    mutating func feed(
        _ bytes: Bytes, _ body: (consuming InputRecord) throws -> Void
    ) throws {
        var reader = self.reader
        try reader.feed(bytes) { (record: CSVReader.Record) throws in try take(record, body) }
        self.reader = reader
    }

    mutating func finish(_ body: (consuming InputRecord) throws -> Void) throws {
        let isOpen = reader.isInQuotes
        var reader = self.reader
        _ = try reader.finish { (record: CSVReader.Record) throws in
            guard isOpen else { return try take(record, body) }
            if names.isEmpty {
                throw StreamFailure("the header row has a quote that is not closed")
            }
            count += 1
            try body(
                InputRecord(
                    bytes: record.bytes, line: count, problem: "a quoted cell is not closed"))
        }
        self.reader = reader
    }

    private mutating func take(
        _ record: CSVReader.Record, _ body: (consuming InputRecord) throws -> Void
    ) throws {
        guard !names.isEmpty else { return try header(record) }
        count += 1
        guard record.cells.count <= names.count else {
            let text = record.cells.indices.map { record.text($0) }.joined(separator: ",")
            try body(
                InputRecord(
                    bytes: Array(text.utf8), line: count,
                    problem: "the row has \(record.cells.count) cells, the header \(names.count)"))
            return
        }
        var json: [UInt8] = [UInt8(ascii: "{")]
        json.reserveCapacity(record.bytes.count + names.count * 24)
        for (at, cell) in record.cells.enumerated() where cell.end > cell.start || cell.isQuoted {
            if json.count > 1 { json.append(UInt8(ascii: ",")) }
            json.append(contentsOf: names[at])
            JSONEscapes.write(record.bytes[cell.start..<cell.end], to: &json)
        }
        json.append(UInt8(ascii: "}"))
        try body(InputRecord(bytes: json, line: count))
    }

    private mutating func header(_ record: CSVReader.Record) throws {
        var seen: Set<String> = []
        for at in record.cells.indices {
            let name = record.text(at)
            guard seen.insert(name).inserted else {
                throw StreamFailure("the header names the column '\(name.prefix(60))' twice")
            }
            var key: [UInt8] = []
            JSONEscapes.write(name.utf8, to: &key)
            names.append(key + [UInt8(ascii: ":")])
        }
    }
}
