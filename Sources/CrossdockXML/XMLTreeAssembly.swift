internal import CXML2
internal import Glibc

/// An ``XMLTree`` under construction.
///
/// What adds to the tree returns whether there was room for it.
struct XMLTreeAssembly {
    private var tree = XMLTree()
    private var open: [Int] = [0]
    private var known = XMLNameTable()
    private let maximumBytes: Int
    private let maximumNames: Int

    init(_ limits: XMLLimits) {
        maximumNames = limits.maximumNames
        // Offsets in the tree have 32 bits.
        maximumBytes = min(limits.maximumBytes, Int(Int32.max))
        begin()
    }

    /// Makes room for a document of so many bytes, as documents usually are.
    mutating func reserve(bytes count: Int) {
        tree.nodes.reserveCapacity(min(count / 16, 1 << 20) + 8)
        tree.pool.reserveCapacity(min(count / 2, 1 << 24))
    }

    /// Elements that are open.
    var depth: Int { open.count - 1 }

    private mutating func begin() {
        tree = XMLTree()
        known.removeAll()
        open = [0]
        append(.document)
    }

    /// Ends the tree and starts an empty one.
    mutating func take() -> XMLTree {
        tree.nodes[0].end = UInt32(tree.nodes.count)
        let finished = tree
        begin()
        return finished
    }

    /// Opens an element.
    ///
    /// - Parameter inherited: Bindings that hold where the element stood in a larger document.
    mutating func startElement(
        _ tag: borrowing XMLStartTag, inherited: [XMLNamespaceBinding] = []
    ) -> Bool {
        let first = tree.attributes.count
        for number in 0..<tag.declarationCount {
            let (prefix, namespace) = tag.declaration(number)
            guard addAttribute(declaration(of: prefix), Self.bytes(namespace)) else { return false }
        }
        for binding in inherited where !inherit(binding, unlessDeclaredFrom: first) { return false }
        let declarations = tree.attributes.count - first
        for number in 0..<tag.attributeCount {
            guard let attribute = tag.attribute(number) else { continue }
            let name = name(attribute.localName, attribute.prefix, attribute.namespace)
            guard addAttribute(name, attribute.value) else { return false }
        }
        let node = append(
            .element, name: name(tag.localName, tag.prefix, tag.namespace), start: first,
            line: tag.line)
        tree.nodes[node].declarations = UInt16(clamping: declarations)
        tree.nodes[node].attributes = UInt16(clamping: tree.attributes.count - first)
        open.append(node)
        return tree.names.count <= maximumNames
    }

    mutating func endElement() {
        guard open.count > 1, let node = open.popLast() else { return }
        tree.nodes[node].end = UInt32(tree.nodes.count)
    }

    mutating func characters(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) -> Bool {
        guard open.count > 1 else { return true }
        guard hasRoom(for: bytes.count) else { return false }
        let last = tree.nodes.count - 1
        // A text right behind the start tag or another node: what follows a text is part of it.
        if tree.nodes[last].kind == .text, tree.nodes[last].parent == parent {
            tree.nodes[last].length += UInt32(bytes.count)
        } else {
            append(.text, start: tree.pool.count, length: bytes.count, line: line)
        }
        tree.pool.append(contentsOf: bytes)
        return true
    }

    mutating func comment(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) -> Bool {
        guard hasRoom(for: bytes.count) else { return false }
        append(.comment, start: tree.pool.count, length: bytes.count, line: line)
        tree.pool.append(contentsOf: bytes)
        return true
    }

    mutating func processingInstruction(
        target: XMLStartTag.Text, data: UnsafeBufferPointer<UInt8>, line: Int
    ) -> Bool {
        guard hasRoom(for: data.count), tree.names.count <= maximumNames else { return false }
        let name = name(target, nil, nil)
        append(
            .processingInstruction, name: name, start: tree.pool.count, length: data.count,
            line: line)
        tree.pool.append(contentsOf: data)
        return true
    }

    private mutating func inherit(
        _ binding: XMLNamespaceBinding, unlessDeclaredFrom first: Int
    ) -> Bool {
        for attribute in tree.attributes[first...]
        where XMLName.same(tree.name(attribute.name).localName, binding.prefix) { return true }
        let name = add(Self.declarationName(binding.prefix))
        var namespace = binding.namespace
        return namespace.withUTF8 { addAttribute(name, $0) }
    }

    private mutating func addAttribute(
        _ name: UInt32, _ value: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard hasRoom(for: value.count) else { return false }
        let start = tree.pool.count
        appendValue(value)
        tree.attributes.append(
            XMLTree.Attribute(
                name: name, start: UInt32(start), length: UInt32(tree.pool.count - start)))
        return true
    }

    /// Appends an attribute's value, in which the library leaves each `&` as `&#38;`.
    private mutating func appendValue(_ value: UnsafeBufferPointer<UInt8>) {
        var rest = value
        while let base = rest.baseAddress, let found = memchr(base, 0x26, rest.count) {
            let after = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - base + 1
            tree.pool.append(contentsOf: rest[..<after])
            let isEscaped = rest[after...].starts(with: Self.ampersand)
            rest = UnsafeBufferPointer(
                rebasing: rest[(isEscaped ? after + Self.ampersand.count : after)...])
        }
        tree.pool.append(contentsOf: rest)
    }

    private static let ampersand = Array("#38;".utf8)

    private var parent: UInt32 { UInt32(open.last ?? 0) }

    @discardableResult
    private mutating func append(
        _ kind: XMLTree.Kind, name: UInt32 = 0, start: Int = 0, length: Int = 0, line: Int = 0
    ) -> Int {
        let index = tree.nodes.count
        tree.nodes.append(
            XMLTree.Node(
                kind: kind, declarations: 0, attributes: 0, name: name, parent: parent,
                end: UInt32(index + 1), start: UInt32(start), length: UInt32(length),
                line: UInt32(clamping: line)))
        return index
    }

    private func hasRoom(for count: Int) -> Bool { tree.pool.count + count <= maximumBytes }

    private mutating func add(_ name: XMLName) -> UInt32 {
        tree.names.append(name)
        return UInt32(tree.names.count - 1)
    }

    private mutating func name(
        _ localName: XMLStartTag.Text, _ prefix: XMLStartTag.Text?, _ namespace: XMLStartTag.Text?
    ) -> UInt32 {
        let key = XMLNameTable.Key(localName, prefix, namespace)
        if let found = known[key] { return found }
        let index = add(
            XMLName(
                Self.text(localName), namespace: namespace.map { Self.text($0) } ?? "",
                prefix: prefix.map { Self.text($0) } ?? ""))
        known.insert(key, index)
        return index
    }

    private mutating func declaration(of prefix: XMLStartTag.Text?) -> UInt32 {
        // No element or attribute is without a local name, so the key is that of a declaration.
        let key = XMLNameTable.Key(nil, prefix, nil)
        if let found = known[key] { return found }
        let index = add(Self.declarationName(prefix.map { Self.text($0) } ?? ""))
        known.insert(key, index)
        return index
    }

    private static func declarationName(_ prefix: String) -> XMLName {
        XMLName(prefix, namespace: XMLNamespace.xmlns, prefix: prefix.isEmpty ? "" : "xmlns")
    }

    private static func text(_ pointer: XMLStartTag.Text) -> String {
        String(decoding: bytes(pointer), as: UTF8.self)
    }

    private static func bytes(_ pointer: XMLStartTag.Text?) -> UnsafeBufferPointer<UInt8> {
        guard let pointer else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: pointer, count: strlen(pointer))
    }
}
