internal import CrossdockData
internal import CrossdockXML
internal import Glibc

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

/// One JSON object a line; blank lines are skipped.
struct JSONLinesReader: RecordReader {
    private var rest: [UInt8] = []
    private var line = 0
    /// The line under way is too long and thrown away.
    private var isOverlong = false

    mutating func feed(
        _ bytes: Bytes, _ body: (consuming InputRecord) throws -> Void
    ) throws {
        guard let base = bytes.baseAddress else { return }
        var start = 0
        while start < bytes.count,
            let found = memchr(base + start, 0x0A, bytes.count - start)
        {
            let end = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
            try take(Bytes(start: base + start, count: end - start), body)
            start = end + 1
        }
        keep(Bytes(start: base + start, count: bytes.count - start))
    }

    mutating func finish(_ body: (consuming InputRecord) throws -> Void) throws {
        if !rest.isEmpty || isOverlong { try take(Bytes(start: nil, count: 0), body) }
    }

    private mutating func keep(_ bytes: Bytes) {
        if rest.count + bytes.count > RecordLimits.size {
            isOverlong = true
            rest.removeAll(keepingCapacity: true)
        }
        if !isOverlong { rest.append(contentsOf: bytes) }
    }

    private mutating func take(
        _ bytes: Bytes, _ body: (consuming InputRecord) throws -> Void
    ) throws {
        line += 1
        guard !isOverlong, rest.count + bytes.count <= RecordLimits.size else {
            isOverlong = false
            rest.removeAll(keepingCapacity: false)
            try body(
                InputRecord(
                    bytes: [], line: line,
                    problem: "the line is longer than \(RecordLimits.size >> 20) MiB"))
            return
        }
        if rest.isEmpty {
            let text = line == 1 ? Self.withoutMark(bytes) : bytes
            guard !Self.isBlank(text) else { return }
            try body(InputRecord(bytes: Array(text), line: line))
            return
        }
        rest.append(contentsOf: bytes)
        if line == 1, rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest.removeFirst(3) }
        let whole = rest
        rest.removeAll(keepingCapacity: false)
        guard !whole.withUnsafeBufferPointer(Self.isBlank) else { return }
        try body(InputRecord(bytes: whole, line: line))
    }

    private static func isBlank(_ text: Bytes) -> Bool {
        for byte in text where byte != 0x20 && byte != 0x09 && byte != 0x0D { return false }
        return true
    }

    private static func withoutMark(_ text: Bytes) -> Bytes {
        text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF
            ? Bytes(rebasing: text[3...]) : text
    }
}

/// A list of objects, or one object as a list of one.
struct JSONArrayReader: RecordReader {
    private enum State {
        case start, value, afterValue, inValue, end
    }

    private var state = State.start
    private var isList = false
    private var depth = 0
    private var inString = false
    private var isEscaped = false
    private var record: [UInt8] = []
    private var count = 0
    private var position = 0

    mutating func feed(
        _ bytes: Bytes, _ body: (consuming InputRecord) throws -> Void
    ) throws {
        for byte in bytes {
            position += 1
            if state == .inValue {
                try inside(byte, body)
            } else {
                try outside(byte, body)
            }
        }
    }

    private mutating func outside(
        _ byte: UInt8, _ body: (consuming InputRecord) throws -> Void
    ) throws {
        if byte == 0x20 || (byte >= 9 && byte <= 13) { return }
        // A byte order mark.
        if state == .start, position <= 3, byte == 0xEF || byte == 0xBB || byte == 0xBF { return }
        switch (state, byte) {
        case (.start, UInt8(ascii: "[")):
            isList = true
            state = .value
        case (.value, UInt8(ascii: "]")) where count == 0: state = .end
        case (.start, UInt8(ascii: "{")):
            state = .inValue
            try inside(byte, body)
        case (.value, _) where !",]}:".utf8.contains(byte):
            state = .inValue
            try inside(byte, body)
        case (.afterValue, UInt8(ascii: ",")) where isList: state = .value
        case (.afterValue, UInt8(ascii: "]")) where isList: state = .end
        default:
            throw StreamFailure(
                "the input is no JSON list of objects: byte \(position) is not expected there")
        }
    }

    private mutating func inside(
        _ byte: UInt8, _ body: (consuming InputRecord) throws -> Void
    ) throws {
        if inString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                inString = false
            }
        } else {
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
                if depth == 0 {
                    // The end of a value that is neither object nor list.
                    try end(body)
                    try outside(byte, body)
                    return
                }
                if byte != UInt8(ascii: ",") { depth -= 1 }
            default: break
            }
        }
        record.append(byte)
        guard record.count <= RecordLimits.size else {
            throw StreamFailure("a record is longer than \(RecordLimits.size >> 20) MiB")
        }
        if depth == 0, byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]"), !inString {
            try end(body)
        }
    }

    private mutating func end(_ body: (consuming InputRecord) throws -> Void) throws {
        count += 1
        state = .afterValue
        let whole = record
        record.removeAll(keepingCapacity: true)
        try body(InputRecord(bytes: whole, line: count))
    }

    mutating func finish(_ body: (consuming InputRecord) throws -> Void) throws {
        if state == .end || (state == .afterValue && !isList) { return }
        throw StreamFailure(
            position == 0 ? "the input is empty" : "the JSON ends in the middle of the list")
    }
}

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

/// The children of the root are records, their child elements fields, repeated ones lists.
struct XMLRecordReader: RecordReader {
    private let splitter: Splitter
    private var count = 0

    /// The splitter cannot be copied; readers are.
    private final class Splitter {
        var splitter: XMLSplitter
        init() throws(XMLError) { splitter = try XMLSplitter(.children) }
    }

    init() throws { splitter = try Splitter() }

    mutating func feed(
        _ bytes: Bytes, _ body: (consuming InputRecord) throws -> Void
    ) throws {
        try take(
            translated { () throws(XMLError) in try splitter.splitter.feed(Array(bytes)) }, body)
    }

    mutating func finish(_ body: (consuming InputRecord) throws -> Void) throws {
        try take(translated { () throws(XMLError) in try splitter.splitter.finish() }, body)
    }

    private func translated(
        _ read: () throws(XMLError) -> [XMLDocument]
    ) throws -> [XMLDocument] {
        do { return try read() } catch {
            throw StreamFailure("the input is no XML: \(error.message)")
        }
    }

    private mutating func take(
        _ parts: [XMLDocument], _ body: (consuming InputRecord) throws -> Void
    ) throws {
        for part in parts {
            count += 1
            var json: [UInt8] = []
            Self.write(part.root, isRecord: true, to: &json)
            try body(InputRecord(bytes: json, line: count))
        }
    }

    private static func write(_ element: XMLElement, isRecord: Bool, to json: inout [UInt8]) {
        if element.isNil, !isRecord {
            json.append(contentsOf: "null".utf8)
            return
        }
        guard isRecord || element.hasElements else {
            JSONEscapes.write(element.text.utf8, to: &json)
            return
        }
        var groups: [(name: String, elements: [XMLElement])] = []
        var places: [String: Int] = [:]
        for child in element.elements {
            let name = child.name.localName
            if let at = places[name] {
                groups[at].elements.append(child)
            } else {
                places[name] = groups.count
                groups.append((name, [child]))
            }
        }
        json.append(UInt8(ascii: "{"))
        for (at, group) in groups.enumerated() {
            if at > 0 { json.append(UInt8(ascii: ",")) }
            JSONEscapes.write(group.name.utf8, to: &json)
            json.append(UInt8(ascii: ":"))
            if group.elements.count > 1 { json.append(UInt8(ascii: "[")) }
            for (number, child) in group.elements.enumerated() {
                if number > 0 { json.append(UInt8(ascii: ",")) }
                write(child, isRecord: false, to: &json)
            }
            if group.elements.count > 1 { json.append(UInt8(ascii: "]")) }
        }
        json.append(UInt8(ascii: "}"))
    }
}
