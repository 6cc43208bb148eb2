internal import CXML2
internal import CrossdockDiagnostics

/// Takes what the parser finds, in document order.
///
/// Pointers are the parser's and valid during the call only. A class and not a protocol, because C calls
/// it through an opaque pointer.
class XMLSink {
    /// Why the sink wants no more; the parser stops with it after the current chunk.
    final private(set) var failure: XMLError?
    final private(set) var isStopped = false
    /// The parser that is feeding this sink.
    final var context: xmlParserCtxtPtr?

    /// The line the parser has read to.
    final var line: Int {
        guard let input = context?.pointee.input else { return 0 }
        return Int(input.pointee.line)
    }

    /// Stops the parse when there was no room for what came.
    final func check(_ hadRoom: Bool) {
        guard !hadRoom, !isStopped else { return }
        isStopped = true
        failure = XMLError(
            .xmlSize, "the texts or the names of the document are more than its limits allow",
            at: XMLError.Position(line: max(1, line), column: 1))
    }

    func startElement(_ tag: borrowing XMLStartTag) {}
    func endElement() {}
    /// Adjacent calls are one text.
    func characters(_ bytes: UnsafeBufferPointer<UInt8>) {}
    func comment(_ bytes: UnsafeBufferPointer<UInt8>) {}
    func processingInstruction(
        target: XMLStartTag.Text, data: UnsafeBufferPointer<UInt8>
    ) {}
}

/// A start tag as libxml2 hands it over. Names are interned: equal names of one parse are equal pointers.
struct XMLStartTag: ~Copyable {
    typealias Text = UnsafePointer<xmlChar>

    let localName: Text
    let prefix: Text?
    let namespace: Text?
    let line: Int
    let declarationCount: Int
    let attributeCount: Int
    private let declarationParts: UnsafeMutablePointer<Text?>?
    private let attributeParts: UnsafeMutablePointer<Text?>?

    init(
        localName: Text, prefix: Text?, namespace: Text?, line: Int,
        declarations: (count: Int, parts: UnsafeMutablePointer<Text?>?),
        attributes: (count: Int, parts: UnsafeMutablePointer<Text?>?)
    ) {
        self.localName = localName
        self.prefix = prefix
        self.namespace = namespace
        self.line = line
        declarationCount = declarations.parts == nil ? 0 : declarations.count
        declarationParts = declarations.parts
        attributeCount = attributes.parts == nil ? 0 : attributes.count
        attributeParts = attributes.parts
    }

    /// A declared prefix (nil for the default namespace) and what it stands for (nil for none).
    func declaration(_ number: Int) -> (prefix: Text?, namespace: Text?) {
        guard let parts = declarationParts else { return (nil, nil) }
        return (parts[number * 2], parts[number * 2 + 1])
    }

    struct Attribute {
        let localName: Text
        let prefix: Text?
        let namespace: Text?
        let value: UnsafeBufferPointer<UInt8>
    }

    func attribute(_ number: Int) -> Attribute? {
        guard let parts = attributeParts, let name = parts[number * 5] else { return nil }
        var value = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        if let start = parts[number * 5 + 3], let end = parts[number * 5 + 4] {
            value = UnsafeBufferPointer(start: start, count: end - start)
        }
        return Attribute(
            localName: name, prefix: parts[number * 5 + 1], namespace: parts[number * 5 + 2],
            value: value)
    }
}
