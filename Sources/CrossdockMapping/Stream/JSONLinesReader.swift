internal import Glibc

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
