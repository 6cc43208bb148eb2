/// Builds an ``XMLTree`` from a whole parse.
///
/// The work is done by a struct, so that each call from the library costs one check of exclusive access and
/// not one per property.
final class XMLTreeBuilder: XMLSink {
    final var assembly: XMLTreeAssembly

    init(_ limits: XMLLimits) { assembly = XMLTreeAssembly(limits) }

    /// Ends the tree and starts an empty one.
    func take() -> XMLTree { assembly.take() }

    override func startElement(_ tag: borrowing XMLStartTag) {
        check(assembly.startElement(tag))
    }

    override func endElement() { assembly.endElement() }

    override func characters(_ bytes: UnsafeBufferPointer<UInt8>) {
        check(assembly.characters(bytes, line: line))
    }

    override func comment(_ bytes: UnsafeBufferPointer<UInt8>) {
        check(assembly.comment(bytes, line: line))
    }

    override func processingInstruction(
        target: XMLStartTag.Text, data: UnsafeBufferPointer<UInt8>
    ) {
        check(assembly.processingInstruction(target: target, data: data, line: line))
    }
}
