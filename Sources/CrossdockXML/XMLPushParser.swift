internal import CXML2
internal import CrossdockDiagnostics

/// The only place where libxml2 reads a document.
///
/// Bytes go through ``XMLDecoder`` and ``XMLGuard`` in chunks before the library sees them; it stops at
/// the first error, so what stands behind an error costs nothing.
///
/// - Ownership: owns the parser context and frees it in `deinit`.
final class XMLPushParser {
    private let context: xmlParserCtxtPtr
    private let failure: UnsafeMutablePointer<crossdock_xml_failure>
    private let sink: XMLSink
    private var decoder = XMLDecoder()
    private var lexicalGuard: XMLGuard
    private var isPositioned = false

    private static let chunk = 16 << 10

    init(sink: XMLSink, limits: XMLLimits) throws(XMLError) {
        _ = Self.prepared
        failure = .allocate(capacity: 1)
        failure.initialize(to: crossdock_xml_failure())
        var handler = Self.handler()
        guard
            let context = xmlCreatePushParserCtxt(
                &handler, Unmanaged.passUnretained(sink).toOpaque(), nil, 0, nil)
        else {
            failure.deallocate()
            throw XMLError(.xmlSize, "there is no memory for an XML parser")
        }
        self.context = context
        self.sink = sink
        sink.context = context
        lexicalGuard = XMLGuard(limits)
        xmlCtxtUseOptions(context, crossdock_xml_options())
        crossdock_xml_install_errors(context.pointee.sax)
        context.pointee._private = UnsafeMutableRawPointer(failure)
    }

    deinit {
        sink.context = nil
        xmlFreeParserCtxt(context)
        failure.deallocate()
    }

    private static let prepared: Void = crossdock_xml_prepare()

    /// Reads more of the document.
    func feed(_ bytes: UnsafeBufferPointer<UInt8>) throws(XMLError) {
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + Self.chunk)
            try decoder.decode(UnsafeBufferPointer(rebasing: bytes[at..<end])) {
                (decoded, position) throws(XMLError) in try parse(decoded, startingAt: position)
            }
            at = end
        }
    }

    /// Ends the document.
    func finish() throws(XMLError) {
        try decoder.finish { (decoded, position) throws(XMLError) in
            try parse(decoded, startingAt: position)
        }
        xmlParseChunk(context, nil, 0, 1)
        try checkFailure()
        guard context.pointee.wellFormed != 0 else {
            throw XMLError(.xmlSyntax, "this is not XML", at: decoder.position)
        }
    }

    private func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, startingAt position: XMLError.Position
    ) throws(XMLError) {
        do { try lexicalGuard.check(bytes) } catch {
            // What stands before the violation may be wrong already, and is then the better answer.
            let before = UnsafeBufferPointer(rebasing: bytes[..<min(error.offset, bytes.count)])
            if error.code == .xmlSyntax || error.code == .xmlCharacter {
                try push(before, position)
            }
            throw XMLError(error.code, error.reason, at: position.exact(after: before))
        }
        try push(bytes, position)
    }

    private func push(
        _ bytes: UnsafeBufferPointer<UInt8>, _ position: XMLError.Position
    ) throws(XMLError) {
        guard let start = bytes.baseAddress, let count = Int32(exactly: bytes.count) else { return }
        if !isPositioned, let input = context.pointee.input {
            isPositioned = true
            input.pointee.line = Int32(clamping: position.line)
            input.pointee.col = Int32(clamping: position.column)
        }
        start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
            _ = xmlParseChunk(context, text, count, 0)
        }
        try checkFailure()
    }

    private func checkFailure() throws(XMLError) {
        if sink.isStopped, let failure = sink.failure { throw failure }
        guard failure.pointee.code != 0 else { return }
        let found = failure.pointee
        let message = withUnsafeBytes(of: found.message) { raw in
            String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
        let position = XMLError.Position(line: Int(found.line), column: Int(found.column))
        throw XMLError(Self.code(found.code), message, at: position)
    }

    private static func code(_ error: Int32) -> DiagnosticCode {
        switch xmlParserErrors(rawValue: UInt32(clamping: error)) {
        case XML_ERR_INVALID_CHAR, XML_ERR_INVALID_CHARREF: .xmlCharacter
        case XML_ERR_INVALID_ENCODING, XML_ERR_UNKNOWN_ENCODING, XML_ERR_UNSUPPORTED_ENCODING:
            .xmlEncoding
        case XML_ERR_NAME_TOO_LONG, XML_ERR_NO_MEMORY, XML_ERR_INTERNAL_ERROR: .xmlSize
        default: .xmlSyntax
        }
    }
}

extension XMLPushParser {
    /// The callbacks; whatever has none here is ignored by the library.
    private static func handler() -> xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.startElementNs = {
            user, name, prefix, namespace, declared, declarations, count, _, attributes in
            guard let sink = activeSink(user), let name else { return }
            sink.startElement(
                XMLStartTag(
                    localName: name, prefix: prefix, namespace: namespace, line: sink.line,
                    declarations: (Int(declared), declarations),
                    attributes: (Int(count), attributes)))
        }
        handler.endElementNs = { user, _, _, _ in activeSink(user)?.endElement() }
        handler.characters = { user, text, count in
            activeSink(user)?.characters(UnsafeBufferPointer(start: text, count: Int(count)))
        }
        handler.ignorableWhitespace = handler.characters
        handler.cdataBlock = handler.characters
        handler.comment = { user, text in activeSink(user)?.comment(terminated(text)) }
        handler.processingInstruction = { user, target, data in
            guard let target else { return }
            activeSink(user)?.processingInstruction(target: target, data: terminated(data))
        }
        crossdock_xml_install_errors(&handler)
        return handler
    }
}

/// The sink behind the library's user pointer, unless it has had enough.
private func activeSink(_ user: UnsafeMutableRawPointer?) -> XMLSink? {
    guard let user else { return nil }
    let sink = Unmanaged<XMLSink>.fromOpaque(user).takeUnretainedValue()
    return sink.isStopped ? nil : sink
}

/// A C string of the library as bytes. Documents with NUL never come so far.
private func terminated(_ text: UnsafePointer<xmlChar>?) -> UnsafeBufferPointer<UInt8> {
    guard let text else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text)))
}
