internal import CrossdockDiagnostics

/// What stands before the first tag: byte order mark and `<?xml … ?>`.
///
/// It is read here and not passed on, so that the C library always sees plain UTF-8 without a claim
/// about its encoding.
struct XMLDeclaration {
    var encoding: XMLEncoding
    /// How many bytes mark and declaration take.
    var length: Int
    /// Where the document goes on after the declaration.
    var position: XMLError.Position

    /// A declaration is looked for in so many bytes.
    static let longest = 1_024

    /// Reads the start of a document.
    ///
    /// - Parameters:
    ///   - bytes: The first bytes of the document, ``longest`` at most.
    ///   - isComplete: Whether the document has no more bytes than these.
    /// - Returns: nil when more bytes are needed.
    static func read(_ bytes: [UInt8], isComplete: Bool) throws(XMLError) -> XMLDeclaration? {
        guard bytes.count >= 4 || isComplete else { return nil }
        let mark = try byteOrderMark(bytes)
        let width = mark.encoding?.isUTF16 == true ? 2 : 1
        let text = try characters(bytes.dropFirst(mark.length), mark.encoding)
        let opening = Array("<?xml".utf8)
        guard text.count > opening.count || isComplete else { return nil }
        guard text.starts(with: opening), text.count > 5, isSpace(text[5]) else {
            return XMLDeclaration(
                encoding: mark.encoding ?? .utf8, length: mark.length,
                position: XMLError.Position(line: 1, column: 1))
        }
        guard let end = closing(text) else {
            guard isComplete || bytes.count >= longest else { return nil }
            throw fail(.xmlSyntax, "the XML declaration is not closed")
        }
        let named = try attributes(Array(text[5..<end]))
        return XMLDeclaration(
            encoding: try encoding(named, mark.encoding),
            length: mark.length + (end + 2) * width,
            position: position(after: text[..<(end + 2)]))
    }

    private static func fail(_ code: DiagnosticCode, _ reason: String) -> XMLError {
        XMLError(code, reason, at: XMLError.Position(line: 1, column: 1))
    }

    private static func byteOrderMark(
        _ bytes: [UInt8]
    ) throws(XMLError) -> (encoding: XMLEncoding?, length: Int) {
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
            throw fail(.xmlEncoding, "UTF-32 is not read")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if bytes.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        if bytes.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if bytes.starts(with: [0x3C, 0]) || bytes.starts(with: [0, 0x3C]) {
            throw fail(.xmlEncoding, "UTF-16 without a byte order mark")
        }
        if bytes.starts(with: [0x4C, 0x6F, 0xA7, 0x94]) {
            throw fail(.xmlEncoding, "EBCDIC is not read")
        }
        return (nil, 0)
    }

    /// One byte per character; of UTF-16, what is not ASCII becomes 0xFF.
    private static func characters(
        _ bytes: ArraySlice<UInt8>, _ encoding: XMLEncoding?
    ) throws(XMLError) -> [UInt8] {
        guard let encoding, encoding.isUTF16 else { return Array(bytes) }
        let low = encoding == .utf16LittleEndian ? 0 : 1
        var result: [UInt8] = []
        var at = bytes.startIndex
        while at + 1 < bytes.endIndex {
            let (value, high) = (bytes[at + low], bytes[at + 1 - low])
            result.append(high == 0 && value < 0x80 ? value : 0xFF)
            at += 2
        }
        return result
    }

    private static func closing(_ text: [UInt8]) -> Int? {
        var at = 5
        while at + 1 < text.count {
            if text[at] == UInt8(ascii: "?"), text[at + 1] == UInt8(ascii: ">") { return at }
            at += 1
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// Reads `name="value"` pairs: `version`, then `encoding`, then `standalone`.
    private static func attributes(_ text: [UInt8]) throws(XMLError) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        let order = ["version", "encoding", "standalone"]
        var allowed = 0
        var at = 0
        while true {
            let start = at
            while at < text.count, isSpace(text[at]) { at += 1 }
            guard at < text.count else { break }
            guard at > start else { throw fail(.xmlSyntax, "the XML declaration is malformed") }
            let nameStart = at
            while at < text.count, text[at] != UInt8(ascii: "="), !isSpace(text[at]) { at += 1 }
            let name = String(decoding: text[nameStart..<at], as: UTF8.self)
            while at < text.count, isSpace(text[at]) || text[at] == UInt8(ascii: "=") { at += 1 }
            guard at < text.count, text[at] == 0x22 || text[at] == 0x27,
                let place = order[allowed...].firstIndex(of: name),
                let end = text[(at + 1)...].firstIndex(of: text[at])
            else { throw fail(.xmlSyntax, "the XML declaration is malformed") }
            found[name] = Array(text[(at + 1)..<end])
            allowed = place + 1
            at = end + 1
        }
        guard let version = found["version"], version == Array("1.0".utf8) else {
            throw fail(.xmlSyntax, "only XML 1.0 is read")
        }
        let standalone = found["standalone"].map { String(decoding: $0, as: UTF8.self) } ?? "no"
        guard standalone == "yes" || standalone == "no" else {
            throw fail(.xmlSyntax, "standalone is neither 'yes' nor 'no'")
        }
        return found
    }

    private static func encoding(
        _ named: [String: [UInt8]], _ mark: XMLEncoding?
    ) throws(XMLError) -> XMLEncoding {
        guard let name = named["encoding"] else { return mark ?? .utf8 }
        guard let declared = XMLEncoding(declared: name, byteOrder: mark) else {
            let text = String(decoding: name.prefix(40), as: UTF8.self)
            throw fail(.xmlEncoding, "encoding '\(text)' is not read here")
        }
        guard mark == nil ? !declared.isUTF16 : declared == mark else {
            throw fail(.xmlEncoding, "the declared encoding is not that of the byte order mark")
        }
        return declared
    }

    private static func position(after text: ArraySlice<UInt8>) -> XMLError.Position {
        var (line, column) = (1, 1)
        for byte in text {
            if byte == 0x0A { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return XMLError.Position(line: line, column: column)
    }
}
