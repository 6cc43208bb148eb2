internal import CXML2
internal import CrossdockDiagnostics

/// One evaluation over one tree.
///
/// - Ownership: owns the context and the record of what failed, and frees both in `deinit`.
struct XPathEvaluation: ~Copyable {
    private let context: xmlXPathContextPtr
    private let failure: UnsafeMutablePointer<crossdock_xml_failure>

    init(_ tree: LibraryTree, at index: Int, operationLimit: Int) throws(XMLError) {
        guard let context = xmlXPathNewContext(tree.document) else {
            throw XMLError(.xpathEvaluation, "there is no memory for an evaluation")
        }
        self.context = context
        failure = .allocate(capacity: 1)
        failure.initialize(to: crossdock_xml_failure())
        crossdock_xpath_install_errors(context, failure)
        context.pointee.opLimit = UInt(max(1, operationLimit))
        context.pointee.node = tree.node(index)
    }

    deinit {
        xmlXPathFreeContext(context)
        failure.deallocate()
    }

    func declare(_ prefix: String, _ namespace: String) {
        xmlXPathRegisterNs(context, prefix, namespace)
    }

    func bind(
        _ name: String, to value: XPathValue, namespaces: [String: String]
    ) throws(XMLError) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        let namespace = parts.count == 2 ? namespaces[String(parts[0])] : nil
        guard let local = parts.last, parts.count == 1 || namespace != nil else {
            throw XMLError(.xpathEvaluation, "variable '\(name)' has an unknown prefix")
        }
        let object =
            switch value {
            case .string(let text): xmlXPathNewString(text)
            case .number(let number): xmlXPathNewFloat(number)
            case .boolean(let flag): xmlXPathNewBoolean(flag ? 1 : 0)
            }
        // The context frees what is registered with it.
        guard let object else { throw XMLError(.xpathEvaluation, "there is no memory") }
        guard xmlXPathRegisterVariableNS(context, String(local), namespace, object) == 0 else {
            xmlXPathFreeObject(object)
            throw XMLError(.xpathEvaluation, "variable '\(name)' cannot be bound")
        }
    }

    func run(
        _ expression: xmlXPathCompExprPtr, over document: XMLDocument
    ) throws(XMLError) -> XPathResult {
        crossdock_xml_be_silent()
        let object = xmlXPathCompiledEval(expression, context)
        defer { if let object { xmlXPathFreeObject(object) } }
        guard let object, failure.pointee.code == 0 else {
            // The engine's own codes are raised by so much when they are reported.
            let code = Int(failure.pointee.code) - Int(XML_XPATH_EXPRESSION_OK.rawValue)
            let limits = [
                XPATH_OP_LIMIT_EXCEEDED, XPATH_RECURSION_LIMIT_EXCEEDED, XPATH_MEMORY_ERROR,
            ]
            let isLimit = limits.contains { Int($0.rawValue) == code }
            throw failure.pointee.error(isLimit ? .xpathLimit : .xpathEvaluation)
        }
        return try Self.result(object, document)
    }

    private static func result(
        _ object: xmlXPathObjectPtr, _ document: XMLDocument
    ) throws(XMLError) -> XPathResult {
        switch object.pointee.type {
        case XPATH_NODESET: return .nodes(nodes(object.pointee.nodesetval, document))
        case XPATH_STRING: return .string(text(object.pointee.stringval))
        case XPATH_NUMBER: return .number(object.pointee.floatval)
        case XPATH_BOOLEAN: return .boolean(object.pointee.boolval != 0)
        default: throw XMLError(.xpathEvaluation, "the expression yields no XPath 1.0 value")
        }
    }

    private static func nodes(_ set: xmlNodeSetPtr?, _ document: XMLDocument) -> [XPathNode] {
        guard let set else { return [] }
        xmlXPathNodeSetSort(set)
        guard let table = set.pointee.nodeTab else { return [] }
        return (0..<Int(set.pointee.nodeNr)).compactMap { at in
            table[at].flatMap { node($0, document) }
        }
    }

    private static func node(_ found: xmlNodePtr, _ document: XMLDocument) -> XPathNode? {
        if found.pointee.type == XML_NAMESPACE_DECL {
            let declared = UnsafeMutableRawPointer(found).assumingMemoryBound(to: xmlNs.self)
            return .namespace(
                XMLNamespaceBinding(
                    prefix: text(declared.pointee.prefix), namespace: text(declared.pointee.href)))
        }
        if found.pointee.type == XML_DOCUMENT_NODE { return .document(document) }
        if found.pointee.type == XML_ATTRIBUTE_NODE { return attribute(found, document) }
        guard let index = index(found) else { return nil }
        switch XMLNode(document: document, index: index) {
        case .element(let element): return .element(element)
        case .text(let text): return .text(text)
        case .comment(let text): return .comment(text)
        case .processingInstruction(let target, let data):
            return .processingInstruction(target: target, data: data)
        }
    }

    private static func attribute(_ found: xmlNodePtr, _ document: XMLDocument) -> XPathNode? {
        guard let owner = found.pointee.parent, let index = index(owner) else { return nil }
        let element = XMLElement(document: document, index: index)
        let raw = UnsafeMutableRawPointer(found).assumingMemoryBound(to: xmlAttr.self)
        let name = text(raw.pointee.name)
        let namespace = raw.pointee.ns.map { text($0.pointee.href) } ?? ""
        let match = element.attributes.first {
            XMLName.same($0.name.localName, name) && XMLName.same($0.name.namespace, namespace)
        }
        return match.map { .attribute($0, of: element) }
    }

    /// Our number of a node, kept in `_private` plus one.
    private static func index(_ node: xmlNodePtr) -> Int? {
        node.pointee._private.map { Int(bitPattern: $0) - 1 }
    }

    private static func text(_ pointer: UnsafePointer<xmlChar>?) -> String {
        guard let pointer else { return "" }
        return String(
            decoding: UnsafeBufferPointer(start: pointer, count: Int(xmlStrlen(pointer))),
            as: UTF8.self)
    }
}
