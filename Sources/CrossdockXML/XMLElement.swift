/// An element of an ``XMLDocument``, addressed, not copied.
public struct XMLElement: Sendable {
    public let document: XMLDocument
    let index: Int

    init(document: XMLDocument, index: Int) {
        self.document = document
        self.index = index
    }

    var node: XMLTree.Node { document.tree.nodes[index] }

    public var name: XMLName { document.tree.name(node.name) }

    /// The line its start tag ends on, counted from 1.
    public var line: Int { Int(node.line) }

    /// nil for the root.
    public var parent: XMLElement? {
        let parent = Int(node.parent)
        guard parent > 0 else { return nil }
        return XMLElement(document: document, index: parent)
    }

    public var children: some Sequence<XMLNode> { document.childNodes(of: index) }

    /// The child elements, in order.
    public var elements: some Sequence<XMLElement> {
        let end = Int(node.end)
        return sequence(state: index + 1) { [document] (at: inout Int) -> XMLElement? in
            while at < end {
                let child = at
                let node = document.tree.nodes[child]
                at = Int(node.end)
                if node.kind == .element { return XMLElement(document: document, index: child) }
            }
            return nil
        }
    }

    /// The child elements of that name.
    ///
    /// - Parameter namespace: nil for any.
    public func elements(
        named localName: String, namespace: String? = nil
    ) -> some Sequence<XMLElement> {
        elements.lazy.filter { $0.isNamed(localName, namespace: namespace) }
    }

    /// The first child element of that name.
    public func first(_ localName: String, namespace: String? = nil) -> XMLElement? {
        for element in elements where element.isNamed(localName, namespace: namespace) {
            return element
        }
        return nil
    }

    /// The first child element of that local name, in whatever namespace.
    public subscript(localName: String) -> XMLElement? { first(localName) }

    public func isNamed(_ localName: String, namespace: String? = nil) -> Bool {
        let name = name
        guard XMLName.same(name.localName, localName) else { return false }
        guard let namespace else { return true }
        return XMLName.same(name.namespace, namespace)
    }

    /// All text inside, however deep, in document order; comments left out.
    public var text: String {
        let tree = document.tree
        let end = Int(node.end)
        var result: [UInt8] = []
        var only: XMLTree.Node?
        var at = index + 1
        while at < end {
            let node = tree.nodes[at]
            at += 1
            guard node.kind == .text else { continue }
            if let before = only {
                result.append(contentsOf: tree.bytes(before.start, before.length))
            }
            only = node
        }
        guard let last = only else { return "" }
        if result.isEmpty { return tree.text(last.start, last.length) }
        result.append(contentsOf: tree.bytes(last.start, last.length))
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether it has a child element.
    public var hasElements: Bool { elements.contains { _ in true } }

    /// The attributes without namespace declarations, in order.
    public var attributes: some RandomAccessCollection<XMLAttribute> {
        let first = Int(node.start)
        let range = (first + Int(node.declarations))..<(first + Int(node.attributes))
        return range.lazy.map { [document] number in
            let attribute = document.tree.attributes[number]
            return XMLAttribute(
                name: document.tree.name(attribute.name),
                value: document.tree.text(attribute.start, attribute.length))
        }
    }

    /// The value of an attribute; without `namespace`, of one without a prefix.
    public func attribute(_ localName: String, namespace: String = "") -> String? {
        let tree = document.tree
        let first = Int(node.start)
        for number in (first + Int(node.declarations))..<(first + Int(node.attributes)) {
            let attribute = tree.attributes[number]
            let name = tree.name(attribute.name)
            if XMLName.same(name.localName, localName), XMLName.same(name.namespace, namespace) {
                return tree.text(attribute.start, attribute.length)
            }
        }
        return nil
    }

    /// Whether it says `xsi:nil="true"`.
    public var isNil: Bool {
        let value = attribute("nil", namespace: XMLNamespace.schemaInstance)
        return value == "true" || value == "1"
    }

    /// The element and all it contains as UTF-8 text, with the namespaces it needs.
    public func serialized(declaration: Bool = false) -> [UInt8] {
        var output = XMLOutput()
        if declaration { output.declaration() }
        output.write(self, inheriting: namespacesInScope.filter { !$0.isEmpty })
        return output.bytes
    }
}

/// An attribute of an element.
public struct XMLAttribute: Sendable, Hashable {
    public let name: XMLName
    public let value: String
}

extension XMLElement {
    /// What this element itself declares; an empty prefix is the default namespace.
    public var declaredNamespaces: [XMLNamespaceBinding] {
        let tree = document.tree
        let first = Int(node.start)
        return (first..<(first + Int(node.declarations))).map { number in
            let attribute = tree.attributes[number]
            return XMLNamespaceBinding(
                prefix: tree.name(attribute.name).localName,
                namespace: tree.text(attribute.start, attribute.length))
        }
    }

    /// All bindings that hold at this element, the nearest of each prefix.
    public var namespacesInScope: [XMLNamespaceBinding] {
        var found: [XMLNamespaceBinding] = []
        var element: XMLElement? = self
        while let current = element {
            for binding in current.declaredNamespaces
            where !found.contains(where: { XMLName.same($0.prefix, binding.prefix) }) {
                found.append(binding)
            }
            element = current.parent
        }
        return found
    }

    /// What a prefix stands for here, as in the value of `xsi:type`.
    ///
    /// - Parameter prefix: Empty for the default namespace.
    public func namespace(forPrefix prefix: String) -> String? {
        if prefix == "xml" { return XMLNamespace.xml }
        let binding = namespacesInScope.first { XMLName.same($0.prefix, prefix) }
        return binding.flatMap { $0.isEmpty ? nil : $0.namespace }
    }

    /// Reads a value such as `xsi:type="sf:Account"` as a name.
    ///
    /// - Returns: nil when the prefix is not declared here.
    public func name(fromQualified text: String) -> XMLName? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            return XMLName(text, namespace: namespace(forPrefix: "") ?? "")
        }
        let prefix = String(parts[0])
        guard let namespace = namespace(forPrefix: prefix) else { return nil }
        return XMLName(String(parts[1]), namespace: namespace, prefix: prefix)
    }
}

/// A namespace and the prefix that stands for it; an empty namespace takes the prefix back.
public struct XMLNamespaceBinding: Sendable, Hashable {
    public let prefix: String
    public let namespace: String

    public init(prefix: String, namespace: String) {
        self.prefix = prefix
        self.namespace = namespace
    }

    var isEmpty: Bool { namespace.isEmpty }
}
