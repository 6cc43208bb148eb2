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
