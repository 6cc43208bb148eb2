/// Collects the head of an answer from its lines.
///
/// Interim answers (1xx) are passed over; trailers are counted against the limits and dropped.
struct ResponseHeadParser {
    enum Progress {
        case incomplete
        case complete
    }

    enum Violation: Error {
        case tooLarge
        case malformed
    }

    private(set) var status = 0
    private(set) var version = ""
    private(set) var headers = HTTPHeaders()
    private var bytes = 0
    private var lines = 0
    private var isComplete = false

    /// Takes one line, its line end included.
    mutating func accept(
        _ line: UnsafeRawBufferPointer, limits: HTTPLimits
    ) throws(Violation) -> Progress {
        bytes += line.count
        lines += 1
        guard bytes <= limits.headerBytes, lines <= limits.headerLines else { throw .tooLarge }
        var content = line[...]
        while let last = content.last, last == 0x0A || last == 0x0D { content.removeLast() }
        if content.starts(with: Array("HTTP/".utf8)), !isComplete {
            try startAnswer(content)
            return .incomplete
        }
        if isComplete { return .incomplete }
        if content.isEmpty {
            isComplete = status >= 200
            return isComplete ? .complete : .incomplete
        }
        try addField(content)
        return .incomplete
    }

    private mutating func startAnswer(_ line: Slice<UnsafeRawBufferPointer>) throws(Violation) {
        let parts = line.split(separator: 0x20, maxSplits: 2)
        guard parts.count >= 2, let code = UInt16(String(decoding: parts[1], as: UTF8.self)),
            (100...999).contains(code)
        else { throw .malformed }
        status = Int(code)
        version = String(decoding: parts[0].dropFirst(5), as: UTF8.self)
        headers = HTTPHeaders()
    }

    private mutating func addField(_ line: Slice<UnsafeRawBufferPointer>) throws(Violation) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .malformed }
        headers.add(Self.text(line[..<colon]), Self.text(line[line.index(after: colon)...]))
    }

    /// Text without white space around it; bytes that are no UTF-8 are read as ISO-8859-1, as
    /// header fields once were, so that none is lost.
    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        var content = bytes
        while let first = content.first, first == 0x20 || first == 0x09 { content.removeFirst() }
        while let last = content.last, last == 0x20 || last == 0x09 { content.removeLast() }
        if let text = String(validating: content, as: UTF8.self) { return text }
        return String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) }))
    }
}
