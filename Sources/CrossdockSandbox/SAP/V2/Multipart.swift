/// MIME multipart bodies as OData batches use them.
///
/// - Trust: reading is lenient where clients differ: a preamble, LF for CRLF, no line end after the last
///   boundary, header names in any case, no inner lengths.
enum Multipart {
    struct Part {
        var headers: HeaderFields
        var body: ArraySlice<UInt8>
    }

    /// The `boundary` parameter of a content type; nil when there is none.
    static func boundary(_ contentType: String?) -> String? {
        guard let contentType, contentType.lowercased().hasPrefix("multipart/mixed") else {
            return nil
        }
        for parameter in contentType.split(separator: ";").dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, trimmed(pair[0]).lowercased() == "boundary" else { continue }
            var value = trimmed(pair[1])
            if value.hasPrefix("\""), value.hasSuffix("\""), value.utf8.count > 1 {
                value = String(value.dropFirst().dropLast())
            }
            return value.isEmpty || value.utf8.count > 200 ? nil : value
        }
        return nil
    }

    /// Splits a body into its parts; nil when it does not begin with the boundary or end with it.
    static func parts(_ body: ArraySlice<UInt8>, boundary: String) -> [Part]? {
        let delimiter = Array("--\(boundary)".utf8)
        var parts: [Part] = []
        var start: Int?
        var at = body.startIndex
        while at < body.endIndex {
            let lineEnd = body[at...].firstIndex(of: 0x0A) ?? body.endIndex
            let next = min(lineEnd + 1, body.endIndex)
            let line = trimmedLine(body[at..<lineEnd])
            guard line.starts(with: delimiter) else {
                at = next
                continue
            }
            let rest = line.dropFirst(delimiter.count)
            let isLast = rest.elementsEqual("--".utf8)
            guard isLast || rest.isEmpty else {
                at = next
                continue
            }
            if let start { parts.append(part(body[start..<max(start, at)])) }
            if isLast { return parts }
            start = next
            at = next
        }
        return nil
    }

    /// Splits off header lines, up to the first empty line.
    static func part(_ bytes: ArraySlice<UInt8>) -> Part {
        var headers = HeaderFields()
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let lineEnd = bytes[at...].firstIndex(of: 0x0A) ?? bytes.endIndex
            let line = trimmedLine(bytes[at..<lineEnd])
            at = min(lineEnd + 1, bytes.endIndex)
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            headers.add(
                trimmed(String(decoding: line[..<colon], as: UTF8.self)),
                trimmed(String(decoding: line[(colon + 1)...], as: UTF8.self)))
        }
        return Part(headers: headers, body: bytes[at...])
    }

    /// Without the line end and blanks behind the text.
    private static func trimmedLine(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let last = line.last, last == 0x0D || last == 0x20 || last == 0x09 {
            line.removeLast()
        }
        return line
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        let isBlank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        let scalars = text.unicodeScalars.drop(while: isBlank)
        let trailing = scalars.reversed().prefix(while: isBlank).count
        return String(String.UnicodeScalarView(scalars.dropLast(trailing)))
    }
}
