internal import CrossdockDiagnostics
internal import Glibc

/// Reads ahead of the C library, byte by byte, and stops what would cost it time or memory.
///
/// libxml2 takes time quadratic in the attributes of a tag and in the namespaces in scope, before it
/// calls anyone back; so these are counted before it sees the tag. Document type declarations end the
/// document here, before any of their content is looked at.
///
/// - Source: measured on libxml2 2.9.14: 40,000 attributes in one tag take 12 s.
struct XMLGuard {
    /// What was found, so many bytes into the chunk.
    struct Violation: Error {
        let code: DiagnosticCode
        let reason: String
        let offset: Int
    }

    private enum State {
        case text, opened, declaration, comment, cdata, instruction, startTag, quoted, endTag
    }

    private let limits: XMLLimits
    private var state = State.text
    private var quote: UInt8 = 0
    /// Bytes since the current construct began.
    private var length = 0
    private var last: UInt8 = 0
    private var beforeLast: UInt8 = 0
    private var attributes = 0
    private var namespaces = 0
    /// How much of `xmlns` the current attribute name has matched so far; -1 when it is another name.
    private var matched = 0
    private var namespacesInScope = 0
    /// Namespace declarations of each open element.
    private var open: [Int] = []

    private static let cdataOpening = Array("[CDATA[".utf8)
    private static let namespacePrefix = Array("xmlns".utf8)

    init(_ limits: XMLLimits) { self.limits = limits }

    /// How many elements are open after the bytes seen so far.
    var depth: Int { open.count }

    mutating func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Violation) {
        guard let base = bytes.baseAddress else { return }
        if let zero = memchr(base, 0, bytes.count) {
            let offset = UnsafePointer(zero.assumingMemoryBound(to: UInt8.self)) - base
            throw Violation(code: .xmlCharacter, reason: "a NUL character", offset: offset)
        }
        var at = 0
        while at < bytes.count {
            switch state {
            case .text: try text(bytes, &at)
            case .opened: try opened(bytes[at], &at)
            case .declaration: try declaration(bytes[at], &at)
            case .comment: try skip(bytes, &at, shortest: 2) { $0 == 0x2D && $1 == 0x2D }
            case .cdata: try skip(bytes, &at, shortest: 2) { $0 == 0x5D && $1 == 0x5D }
            case .instruction: try skip(bytes, &at, shortest: 1) { _, last in last == 0x3F }
            case .startTag: try startTag(bytes, &at)
            case .quoted: try quoted(bytes, &at)
            case .endTag: try endTag(bytes, &at)
            }
        }
    }

    private mutating func grow(by count: Int, to limit: Int, _ what: String, at offset: Int)
        throws(Violation)
    {
        length += count
        guard length <= limit else {
            throw Violation(
                code: .xmlSize, reason: "\(what) of more than \(limit) bytes", offset: offset)
        }
    }

    /// The next `byte` at or after `start`, or the end of the chunk.
    private func find(
        _ byte: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int {
        guard let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(byte), bytes.count - start)
        else { return bytes.count }
        return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - base
    }

    private mutating func text(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int
    ) throws(Violation) {
        let end = find(UInt8(ascii: "<"), bytes, from: at)
        try grow(by: end - at, to: limits.maximumTextLength, "a text", at: end)
        at = end
        guard end < bytes.count else { return }
        (state, length) = (.opened, 1)
        at += 1
    }

    private mutating func opened(_ byte: UInt8, _ at: inout Int) throws(Violation) {
        switch byte {
        case UInt8(ascii: "/"): state = .endTag
        case UInt8(ascii: "!"): (state, length) = (.declaration, 0)
        case UInt8(ascii: "?"): (state, length, last, beforeLast) = (.instruction, 0, 0, 0)
        default: (state, attributes, namespaces, matched, last) = (.startTag, 0, 0, -1, 0)
        }
        at += 1
    }

    /// After `<!`: a comment, a CDATA section, or nothing that is read.
    private mutating func declaration(_ byte: UInt8, _ at: inout Int) throws(Violation) {
        let opening = Self.cdataOpening
        if length == 0, byte | 0x20 == UInt8(ascii: "d") {
            throw Violation(
                code: .xmlDoctype, reason: "the document has a DOCTYPE", offset: at)
        }
        let isDash = byte == UInt8(ascii: "-")
        if length == 0, isDash {
            last = byte
        } else if length == 1, isDash, last == byte {
            (state, length, last, beforeLast) = (.comment, 0, 0, 0)
            at += 1
            return
        } else if length < opening.count, byte == opening[length], length == 0 || last != 0x2D {
            last = byte
            if length == opening.count - 1 {
                (state, length, last, beforeLast) = (.cdata, 0, 0, 0)
                at += 1
                return
            }
        } else {
            throw Violation(
                code: .xmlSyntax, reason: "'<!' starts neither a comment nor a CDATA section",
                offset: at)
        }
        length += 1
        at += 1
    }

    /// Goes on to the `>` that ends the construct.
    private mutating func skip(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int, shortest: Int,
        ends: (_ beforeLast: UInt8, _ last: UInt8) -> Bool
    ) throws(Violation) {
        let end = find(UInt8(ascii: ">"), bytes, from: at)
        try grow(
            by: end - at, to: limits.maximumTextLength, "a comment, section or instruction",
            at: end)
        if end - at >= 2 { beforeLast = bytes[end - 2] } else if end > at { beforeLast = last }
        if end > at { last = bytes[end - 1] }
        at = end
        guard end < bytes.count else { return }
        at += 1
        if length >= shortest, ends(beforeLast, last) {
            (state, length) = (.text, 0)
        } else {
            (beforeLast, last) = (last, UInt8(ascii: ">"))
            length += 1
        }
    }

    private mutating func startTag(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int
    ) throws(Violation) {
        let start = at
        while at < bytes.count {
            let byte = bytes[at]
            at &+= 1
            switch byte {
            case UInt8(ascii: ">"):
                try grow(by: at - start, to: limits.maximumTagLength, "a tag", at: at)
                return try close(selfClosed: last == UInt8(ascii: "/"), at: at - 1)
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                (quote, state, last) = (byte, .quoted, byte)
                try grow(by: at - start, to: limits.maximumTagLength, "a tag", at: at)
                return try countAttribute(at: at - 1)
            case UInt8(ascii: "<"):
                throw Violation(
                    code: .xmlSyntax, reason: "'<' inside a tag", offset: at - 1)
            case 0x20, 0x09, 0x0A, 0x0D: if matched < 5 { matched = 0 }
            case UInt8(ascii: "="): break
            case UInt8(ascii: ":") where matched == 5: matched = 6
            default:
                let isNext =
                    matched >= 0 && matched < 5
                    && byte == Self.namespacePrefix[matched]
                if matched != 6 { matched = isNext ? matched + 1 : -1 }
            }
            last = byte
        }
        try grow(by: at - start, to: limits.maximumTagLength, "a tag", at: at)
    }

    private mutating func countAttribute(at offset: Int) throws(Violation) {
        attributes += 1
        if matched >= 5 { namespaces += 1 }
        matched = 0
        guard attributes <= limits.maximumAttributes else {
            throw Violation(
                code: .xmlSize,
                reason: "an element with more than \(limits.maximumAttributes) attributes",
                offset: offset)
        }
        guard namespacesInScope + namespaces <= limits.maximumNamespaces else {
            throw Violation(
                code: .xmlSize,
                reason: "more than \(limits.maximumNamespaces) namespaces are in scope",
                offset: offset)
        }
    }

    private mutating func close(selfClosed: Bool, at offset: Int) throws(Violation) {
        (state, length) = (.text, 0)
        let deepest = min(limits.maximumDepth, XMLLimits.deepest)
        guard open.count < deepest else {
            throw Violation(
                code: .xmlDepth,
                reason: "more than \(deepest) elements stand inside each other", offset: offset)
        }
        guard !selfClosed else { return }
        open.append(namespaces)
        namespacesInScope += namespaces
    }

    private mutating func quoted(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int
    ) throws(Violation) {
        let end = find(quote, bytes, from: at)
        try grow(by: end - at, to: limits.maximumTagLength, "a tag", at: end)
        let value = UnsafeBufferPointer(rebasing: bytes[at..<end])
        let less = find(UInt8(ascii: "<"), value, from: 0)
        guard less == value.count else {
            throw Violation(
                code: .xmlSyntax, reason: "'<' inside an attribute value", offset: at + less)
        }
        at = end
        guard end < bytes.count else { return }
        state = .startTag
        length += 1
        at += 1
    }

    private mutating func endTag(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int
    ) throws(Violation) {
        let end = find(UInt8(ascii: ">"), bytes, from: at)
        try grow(by: end - at, to: limits.maximumTagLength, "a tag", at: end)
        at = end
        guard end < bytes.count else { return }
        if let declared = open.popLast() { namespacesInScope -= declared }
        (state, length) = (.text, 0)
        at += 1
    }
}
