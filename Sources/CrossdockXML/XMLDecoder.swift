internal import CrossdockDiagnostics
internal import Glibc

/// Turns the bytes of a document, as they come, into UTF-8 that has been checked.
///
/// Invalid bytes are an error and never a replacement character: two different customer numbers must
/// not become the same one.
struct XMLDecoder {
    private(set) var position = XMLError.Position(line: 1, column: 1)
    private var encoding: XMLEncoding?
    /// The start of the document until its encoding is known; then a character cut off by a chunk's end.
    private var pending: [UInt8] = []

    /// Takes decoded bytes and where in the document they begin.
    typealias Sink = (UnsafeBufferPointer<UInt8>, XMLError.Position) throws(XMLError) -> Void

    /// Decodes more of the document.
    mutating func decode(
        _ chunk: UnsafeBufferPointer<UInt8>, into sink: Sink
    ) throws(XMLError) {
        guard let encoding else { return try decodeStart(chunk, isLast: false, into: sink) }
        try decodeBody(chunk, encoding, into: sink)
    }

    /// Ends the document: whatever is still pending must be whole.
    mutating func finish(into sink: Sink) throws(XMLError) {
        if encoding == nil {
            try decodeStart(UnsafeBufferPointer(start: nil, count: 0), isLast: true, into: sink)
        }
        guard pending.isEmpty else {
            throw XMLError(.xmlEncoding, "the document ends inside a character")
        }
    }

    private mutating func decodeStart(
        _ chunk: UnsafeBufferPointer<UInt8>, isLast: Bool, into sink: Sink
    ) throws(XMLError) {
        let room = max(0, XMLDeclaration.longest - pending.count)
        let head = pending + chunk.prefix(room)
        guard let declaration = try XMLDeclaration.read(head, isComplete: isLast) else {
            pending.append(contentsOf: chunk)
            return
        }
        encoding = declaration.encoding
        position = declaration.position
        let before = pending
        pending = []
        // What the start was collected from is decoded again without mark and declaration.
        if declaration.length < before.count {
            try decodeBody(Array(before[declaration.length...]), declaration.encoding, into: sink)
        }
        let skipped = max(0, declaration.length - before.count)
        let rest = UnsafeBufferPointer(rebasing: chunk[min(skipped, chunk.count)...])
        try decodeBody(rest, declaration.encoding, into: sink)
    }

    private mutating func decodeBody(
        _ bytes: [UInt8], _ encoding: XMLEncoding, into sink: Sink
    ) throws(XMLError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(XMLError) in
            try decodeBody(buffer, encoding, into: sink)
        }
    }

    private mutating func decodeBody(
        _ bytes: UnsafeBufferPointer<UInt8>, _ encoding: XMLEncoding, into sink: Sink
    ) throws(XMLError) {
        guard !bytes.isEmpty else { return }
        switch encoding {
        case .utf8, .ascii: try decodeUTF8(bytes, asciiOnly: encoding == .ascii, into: sink)
        case .latin1, .windows1252: try decodeSingleByte(bytes, encoding, into: sink)
        case .utf16BigEndian, .utf16LittleEndian: try decodeUTF16(bytes, encoding, into: sink)
        }
    }

    private mutating func decodeUTF8(
        _ bytes: UnsafeBufferPointer<UInt8>, asciiOnly: Bool, into sink: Sink
    ) throws(XMLError) {
        var rest = bytes
        if !pending.isEmpty {
            // A character needs four bytes at most.
            var joined = pending
            var taken = 0
            while joined.count < 4, taken < rest.count {
                joined.append(rest[taken])
                taken += 1
            }
            pending = []
            rest = UnsafeBufferPointer(rebasing: rest[taken...])
            try decodeBody(joined, asciiOnly ? .ascii : .utf8, into: sink)
            // Still cut off: `joined` took all there was, or its tail starts another character.
            if !pending.isEmpty, !rest.isEmpty {
                return try decodeUTF8(rest, asciiOnly: asciiOnly, into: sink)
            }
        }
        let (valid, truncated) = UTF8Check.scan(rest)
        if valid < rest.count {
            guard truncated else { throw invalid("this is not UTF-8", rest, valid) }
            pending = Array(rest[valid...])
        }
        let whole = UnsafeBufferPointer(rebasing: rest[..<valid])
        if asciiOnly, let high = whole.firstIndex(where: { $0 >= 0x80 }) {
            throw invalid("this is not US-ASCII", whole, high)
        }
        try pass(whole, to: sink)
    }

    private mutating func decodeSingleByte(
        _ bytes: UnsafeBufferPointer<UInt8>, _ encoding: XMLEncoding, into sink: Sink
    ) throws(XMLError) {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 8)
        for (at, byte) in bytes.enumerated() {
            if byte < 0x80 {
                output.append(byte)
                continue
            }
            var value = UInt16(byte)
            if encoding == .windows1252, byte < 0xA0 {
                value = XMLEncoding.windows1252High[Int(byte) - 0x80]
                guard value != 0 else { throw invalid("Windows-1252 has no such byte", bytes, at) }
            }
            Self.append(UInt32(value), to: &output)
        }
        try pass(output, to: sink)
    }

    private mutating func decodeUTF16(
        _ bytes: UnsafeBufferPointer<UInt8>, _ encoding: XMLEncoding, into sink: Sink
    ) throws(XMLError) {
        let input = pending + bytes
        pending = []
        let (high, low) = encoding == .utf16BigEndian ? (0, 1) : (1, 0)
        var output: [UInt8] = []
        output.reserveCapacity(input.count)
        var at = 0
        while at + 1 < input.count {
            let unit = UInt32(input[at + high]) << 8 | UInt32(input[at + low])
            guard unit & 0xF800 == 0xD800 else {
                Self.append(unit, to: &output)
                at += 2
                continue
            }
            guard at + 3 < input.count else { break }
            let second = UInt32(input[at + 2 + high]) << 8 | UInt32(input[at + 2 + low])
            guard unit < 0xDC00, second & 0xFC00 == 0xDC00 else {
                try pass(output, to: sink)
                throw XMLError(.xmlEncoding, "a UTF-16 surrogate stands alone", at: position)
            }
            Self.append(0x10000 + (unit & 0x3FF) << 10 + (second & 0x3FF), to: &output)
            at += 4
        }
        pending = Array(input[at...])
        try pass(output, to: sink)
    }

    /// Appends a scalar that is known to be one.
    private static func append(_ scalar: UInt32, to output: inout [UInt8]) {
        switch scalar {
        case 0..<0x80: output.append(UInt8(scalar))
        case 0x80..<0x800:
            output.append(UInt8(0xC0 | scalar >> 6))
            output.append(UInt8(0x80 | scalar & 0x3F))
        case 0x800..<0x10000:
            output.append(UInt8(0xE0 | scalar >> 12))
            output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(0x80 | scalar & 0x3F))
        default:
            output.append(UInt8(0xF0 | scalar >> 18 & 7))
            output.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            output.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(0x80 | scalar & 0x3F))
        }
    }

    private mutating func pass(_ bytes: [UInt8], to sink: Sink) throws(XMLError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(XMLError) in
            try pass(buffer, to: sink)
        }
    }

    private mutating func pass(
        _ bytes: UnsafeBufferPointer<UInt8>, to sink: Sink
    ) throws(XMLError) {
        guard !bytes.isEmpty else { return }
        try sink(bytes, position)
        position = position.advanced(over: bytes)
    }

    private func invalid(
        _ reason: String, _ bytes: UnsafeBufferPointer<UInt8>, _ at: Int
    ) -> XMLError {
        XMLError(
            .xmlEncoding, reason,
            at: position.exact(after: UnsafeBufferPointer(rebasing: bytes[..<at])))
    }
}

extension XMLError.Position {
    /// The place after `bytes`. Columns count bytes where a line is longer than a chunk.
    func advanced(over bytes: UnsafeBufferPointer<UInt8>) -> Self {
        guard let base = bytes.baseAddress else { return self }
        var line = line
        var start = 0
        while let found = memchr(base + start, 0x0A, bytes.count - start) {
            line += 1
            start = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - base + 1
        }
        let isSameLine = line == self.line
        return Self(line: line, column: (isSameLine ? column : 1) + bytes.count - start)
    }

    /// The place after `bytes`, with columns in characters.
    func exact(after bytes: UnsafeBufferPointer<UInt8>) -> Self {
        let place = advanced(over: bytes)
        let lineStart = (bytes.lastIndex(of: 0x0A) ?? -1) + 1
        let continuations = bytes[lineStart...].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 1 : 0) }
        return Self(line: place.line, column: place.column - continuations)
    }
}
