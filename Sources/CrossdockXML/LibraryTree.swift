internal import CXML2
internal import CrossdockDiagnostics

/// A copy of an ``XMLTree`` as libxml2's own, which is what its XPath engine runs over.
///
/// - Ownership: owns the document and frees it in `deinit`.
/// - Threads: guarded by the mutex of its ``XMLDocument``; used by one thread at a time.
final class LibraryTree: @unchecked Sendable {
    let document: xmlDocPtr
    /// Node numbers are kept, plus one, in `_private`, which is nil for what is no node of ours.
    private let nodes: UnsafeMutablePointer<xmlNodePtr?>
    private let count: Int

    init(_ tree: XMLTree) throws(XMLError) {
        guard let document = xmlNewDoc("1.0") else { throw Self.noMemory }
        self.document = document
        count = tree.nodes.count
        nodes = .allocate(capacity: count)
        nodes.initialize(repeating: nil, count: count)
        for index in 1..<max(1, count) { try add(index, of: tree) }
    }

    deinit {
        xmlFreeDoc(document)
        nodes.deallocate()
    }

    /// The library's node for ours; the document for number 0.
    func node(_ index: Int) -> xmlNodePtr? {
        guard index > 0, index < count else {
            return UnsafeMutableRawPointer(document).assumingMemoryBound(to: xmlNode.self)
        }
        return nodes[index]
    }

    private static let noMemory = XMLError(.xmlSize, "there is no memory for an XPath tree")

    private func add(_ index: Int, of tree: XMLTree) throws(XMLError) {
        let node = tree.nodes[index]
        guard let made = make(node, of: tree) else { throw Self.noMemory }
        made.pointee._private = UnsafeMutableRawPointer(bitPattern: index + 1)
        made.pointee.line = UInt16(clamping: node.line)
        nodes[index] = made
        guard let parent = self.node(Int(node.parent)), xmlAddChild(parent, made) != nil else {
            xmlFreeNode(made)
            throw Self.noMemory
        }
        if node.kind == .element { try decorate(made, node, of: tree) }
    }

    private func make(_ node: XMLTree.Node, of tree: XMLTree) -> xmlNodePtr? {
        switch node.kind {
        case .document: return nil
        case .element: return xmlNewDocNode(document, nil, tree.name(node.name).localName, nil)
        case .comment: return xmlNewDocComment(document, tree.text(node.start, node.length))
        case .processingInstruction:
            return xmlNewDocPI(
                document, tree.name(node.name).localName, tree.text(node.start, node.length))
        case .text:
            let from = Int(node.start)
            return tree.pool[from..<(from + Int(node.length))].withUnsafeBufferPointer {
                xmlNewDocTextLen(document, $0.baseAddress, Int32(clamping: $0.count))
            }
        }
    }

    /// Gives an element its declarations, its namespace and its attributes.
    private func decorate(
        _ made: xmlNodePtr, _ node: XMLTree.Node, of tree: XMLTree
    ) throws(XMLError) {
        let first = Int(node.start)
        for number in 0..<Int(node.declarations) {
            let attribute = tree.attributes[first + number]
            let prefix = tree.name(attribute.name).localName
            let namespace = tree.text(attribute.start, attribute.length)
            _ = xmlNewNs(made, namespace, prefix.isEmpty ? nil : prefix)
        }
        let name = tree.name(node.name)
        if !name.namespace.isEmpty { xmlSetNs(made, try search(name, at: made)) }
        for number in Int(node.declarations)..<Int(node.attributes) {
            let attribute = tree.attributes[first + number]
            let name = tree.name(attribute.name)
            let namespace = name.namespace.isEmpty ? nil : try search(name, at: made)
            let value = tree.text(attribute.start, attribute.length)
            guard xmlNewNsProp(made, namespace, name.localName, value) != nil else {
                throw Self.noMemory
            }
        }
    }

    private func search(_ name: XMLName, at element: xmlNodePtr) throws(XMLError) -> xmlNsPtr {
        let found = xmlSearchNs(document, element, name.prefix.isEmpty ? nil : name.prefix)
        guard let found else { throw Self.noMemory }
        return found
    }
}
