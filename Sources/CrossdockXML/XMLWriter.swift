internal import CrossdockDiagnostics

/// Writes an XML document, element by element.
///
/// Texts are escaped, characters that XML does not have are refused, names and prefixes are checked and
/// tags balance, so what comes out can be read. Names are given as written, `soap:Body`; their prefixes
/// are declared with ``declare(_:prefix:)`` or on the element itself as an `xmlns` attribute.
public struct XMLWriter: Sendable {
    private struct Open: Sendable {
        let name: String
        let prefixes: Int
    }

    private var output = XMLOutput()
    private var open: [Open] = []
    /// Declared prefixes, inner ones last.
    private var prefixes: [String] = ["xml"]
    /// The start tag of the innermost element is not closed yet.
    private var isTagOpen = false
    private var attributeNames: [String] = []
    /// Prefixes used in the open start tag; checked once all of its declarations are known.
    private var usedPrefixes: [String] = []
    private var hasRoot = false

    /// - Parameter declaration: Whether to begin with `<?xml version="1.0" encoding="UTF-8"?>`.
    public init(declaration: Bool = true) {
        if declaration { output.declaration() }
    }

    /// Opens an element.
    public mutating func start(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:]
    ) throws(XMLError) {
        try closeTag()
        guard !open.isEmpty || !hasRoot else {
            throw XMLError(.xmlName, "a second root element '\(name)'")
        }
        hasRoot = true
        try use(name, isElement: true)
        output.append("<\(name)")
        open.append(Open(name: name, prefixes: prefixes.count))
        isTagOpen = true
        for (name, value) in attributes { try attribute(name, value) }
    }

    /// Adds an attribute to the element just opened; `xmlns` and `xmlns:p` declare namespaces.
    public mutating func attribute(_ name: String, _ value: String) throws(XMLError) {
        guard isTagOpen else {
            throw XMLError(.xmlName, "attribute '\(name)' after the content of its element")
        }
        if name == "xmlns" { return try declare(value) }
        if name.hasPrefix("xmlns:") { return try declare(value, prefix: String(name.dropFirst(6))) }
        try use(name, isElement: false)
        try write(attribute: name, value)
    }

    /// Declares a namespace on the element just opened; without a prefix, the default one.
    public mutating func declare(_ namespace: String, prefix: String = "") throws(XMLError) {
        guard isTagOpen else {
            throw XMLError(.xmlName, "namespace '\(namespace)' after the content of its element")
        }
        let isReserved = prefix == "xml" || prefix == "xmlns"
        guard prefix.isEmpty || (XMLCharacters.isNCName(prefix) && !isReserved) else {
            throw XMLError(.xmlName, "'\(prefix)' cannot be a namespace prefix")
        }
        guard prefix.isEmpty || !namespace.isEmpty else {
            throw XMLError(.xmlName, "prefix '\(prefix)' stands for no namespace")
        }
        try write(attribute: prefix.isEmpty ? "xmlns" : "xmlns:\(prefix)", namespace)
        if !prefix.isEmpty { prefixes.append(prefix) }
    }

    /// Writes text into the innermost element.
    public mutating func text(_ text: String) throws(XMLError) {
        try closeTag()
        guard !open.isEmpty else { throw XMLError(.xmlName, "text outside the root element") }
        try check(text)
        output.escape(text.utf8, inAttribute: false)
    }

    /// Writes a comment.
    public mutating func comment(_ text: String) throws(XMLError) {
        try closeTag()
        try check(text)
        let bytes = Array(text.utf8)
        let hasDashes = zip(bytes, bytes.dropFirst()).contains { $0 == 0x2D && $1 == 0x2D }
        guard !hasDashes, bytes.last != 0x2D else {
            throw XMLError(.xmlCharacter, "a comment cannot hold '--' or end with '-'")
        }
        output.append("<!--\(text)-->")
    }

    /// Closes the innermost element.
    public mutating func end() throws(XMLError) {
        guard let element = open.popLast() else {
            throw XMLError(.xmlName, "more elements are closed than were opened")
        }
        if isTagOpen {
            try checkPrefixes()
            output.append("/>")
            isTagOpen = false
        } else {
            output.append("</\(element.name)>")
        }
        prefixes.removeLast(prefixes.count - element.prefixes)
    }

    /// Writes an element that holds only text.
    public mutating func element(
        _ name: String, _ content: String = "",
        _ attributes: KeyValuePairs<String, String> = [:]
    ) throws(XMLError) {
        try start(name, attributes)
        if !content.isEmpty { try text(content) }
        try end()
    }

    /// Copies an element of another document, with the namespaces it needs.
    public mutating func copy(_ element: XMLElement) throws(XMLError) {
        try closeTag()
        guard !open.isEmpty || !hasRoot else {
            throw XMLError(.xmlName, "a second root element '\(element.name)'")
        }
        hasRoot = true
        let inherited = element.namespacesInScope
        let takesBackDefault = !inherited.contains { $0.prefix.isEmpty }
        let bindings =
            takesBackDefault
            ? inherited + [XMLNamespaceBinding(prefix: "", namespace: "")] : inherited
        output.write(element, inheriting: bindings)
    }

    /// The document; every element must have been closed.
    public consuming func finish() throws(XMLError) -> [UInt8] {
        guard let unclosed = open.last else {
            guard hasRoot else { throw XMLError(.xmlName, "a document without an element") }
            return output.bytes
        }
        throw XMLError(.xmlName, "element '\(unclosed.name)' is not closed")
    }

    private mutating func closeTag() throws(XMLError) {
        guard isTagOpen else { return }
        try checkPrefixes()
        output.append(">")
        isTagOpen = false
    }

    private mutating func checkPrefixes() throws(XMLError) {
        for prefix in usedPrefixes where !prefixes.contains(prefix) {
            throw XMLError(.xmlName, "prefix '\(prefix)' is not declared")
        }
        usedPrefixes.removeAll(keepingCapacity: true)
        attributeNames.removeAll(keepingCapacity: true)
    }

    private mutating func use(_ name: String, isElement: Bool) throws(XMLError) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ XMLCharacters.isNCName($0) }) else {
            let what = isElement ? "an element" : "an attribute"
            throw XMLError(.xmlName, "'\(name)' cannot be the name of \(what)")
        }
        if parts.count == 2 { usedPrefixes.append(String(parts[0])) }
    }

    private mutating func write(attribute name: String, _ value: String) throws(XMLError) {
        guard !attributeNames.contains(where: { XMLName.same($0, name) }) else {
            throw XMLError(.xmlName, "attribute '\(name)' stands twice on an element")
        }
        attributeNames.append(name)
        try check(value)
        output.write(attribute: name, value)
    }

    private func check(_ text: String) throws(XMLError) {
        for scalar in text.unicodeScalars where !XMLCharacters.isAllowed(scalar) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            throw XMLError(.xmlCharacter, "character U+\(code) cannot be written as XML")
        }
    }
}
