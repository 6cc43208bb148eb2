internal import CrossdockDiagnostics
internal import Synchronization

/// A parsed XML document.
///
/// Holds its own tree and no pointer of the C library. Entities other than the five of XML, document type
/// declarations and XInclude do not exist here: the first two are refused, the last is an element like
/// any other.
///
/// - Threads: immutable after `init`.
public final class XMLDocument: Sendable {
    let tree: XMLTree
    /// The library's own tree, made when the first XPath expression asks for it.
    let library: Mutex<LibraryTree?>

    /// Parses a document.
    ///
    /// - Trust: `bytes` may be anything; what is accepted is within `limits`.
    /// - Throws: ``XMLError`` with line and column.
    public convenience init(
        _ bytes: [UInt8], limits: XMLLimits = .standard
    ) throws(XMLError) {
        guard bytes.count <= limits.maximumBytes else {
            throw XMLError(
                .xmlSize,
                "a document of \(bytes.count) bytes; at most \(limits.maximumBytes) are read")
        }
        let builder = XMLTreeBuilder(limits)
        builder.assembly.reserve(bytes: bytes.count)
        let parser = try XMLPushParser(sink: builder, limits: limits)
        try bytes.withUnsafeBufferPointer { (buffer) throws(XMLError) in
            try parser.feed(buffer)
            try parser.finish()
        }
        try self.init(builder.take())
    }

    /// Parses a document from text, which has no encoding of its own but UTF-8.
    public convenience init(
        _ text: String, limits: XMLLimits = .standard
    ) throws(XMLError) {
        try self.init(Array(text.utf8), limits: limits)
    }

    init(_ tree: XMLTree) throws(XMLError) {
        guard tree.nodes.contains(where: { $0.kind == .element }) else {
            throw XMLError(.xmlSyntax, "the document has no element")
        }
        self.tree = tree
        library = Mutex(nil)
    }

    /// The outermost element.
    public var root: XMLElement {
        let index = tree.nodes.firstIndex { $0.kind == .element } ?? 0
        return XMLElement(document: self, index: index)
    }

    /// The root and the comments and processing instructions around it.
    public var children: some Sequence<XMLNode> { childNodes(of: 0) }

    /// The document as UTF-8 text.
    public func serialized(declaration: Bool = true) -> [UInt8] {
        var output = XMLOutput()
        if declaration { output.declaration() }
        for child in children { output.write(child) }
        return output.bytes
    }

    func childNodes(of index: Int) -> some Sequence<XMLNode> {
        sequence(state: index + 1) { [self] (at: inout Int) -> XMLNode? in
            guard at < Int(tree.nodes[index].end) else { return nil }
            defer { at = Int(tree.nodes[at].end) }
            return XMLNode(document: self, index: at)
        }
    }
}

/// A child of an element or document.
public enum XMLNode: Sendable {
    case element(XMLElement)
    case text(String)
    case comment(String)
    case processingInstruction(target: String, data: String)

    init(document: XMLDocument, index: Int) {
        let node = document.tree.nodes[index]
        switch node.kind {
        case .document, .element: self = .element(XMLElement(document: document, index: index))
        case .text: self = .text(document.tree.text(node.start, node.length))
        case .comment: self = .comment(document.tree.text(node.start, node.length))
        case .processingInstruction:
            self = .processingInstruction(
                target: document.tree.name(node.name).localName,
                data: document.tree.text(node.start, node.length))
        }
    }
}
