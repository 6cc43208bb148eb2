internal import CXML2
internal import CrossdockDiagnostics

/// Reads a document of any size and hands out the elements asked for, each as a document of its own.
///
/// Only the part under way is in memory, so a file of gigabytes is read in as much as its largest part.
/// Each part carries the namespaces that were in scope where it stood.
///
/// ```swift
/// var splitter = try XMLSplitter(.elements(named: "Order"))
/// while let chunk = try source.next() {
///     for order in try splitter.feed(chunk) { handle(order) }
/// }
/// for order in try splitter.finish() { handle(order) }
/// ```
public struct XMLSplitter: ~Copyable {
    /// Which elements become parts. An element inside a part is not looked at.
    public enum Selection: Sendable, Hashable {
        /// The children of the root.
        case children
        /// Elements of that name, wherever they stand; nil stands for any namespace.
        case elements(named: String, namespace: String? = nil)
        /// Elements whose names from the root down are these; `*` stands for any name.
        case path([String])
    }

    private let sink: SplittingSink
    private let parser: XMLPushParser

    /// - Parameter limits: ``XMLLimits/maximumBytes`` bounds each part, not the whole.
    public init(_ selection: Selection, limits: XMLLimits = .standard) throws(XMLError) {
        sink = SplittingSink(selection, limits)
        parser = try XMLPushParser(sink: sink, limits: limits)
    }

    /// Reads more of the document and returns the parts that are complete now.
    public mutating func feed(_ bytes: [UInt8]) throws(XMLError) -> [XMLDocument] {
        try bytes.withUnsafeBufferPointer { (buffer) throws(XMLError) in try parser.feed(buffer) }
        return try sink.takeParts()
    }

    /// Ends the document.
    ///
    /// - Throws: ``XMLError`` when it is cut off, after all whole parts have been handed out.
    public mutating func finish() throws(XMLError) -> [XMLDocument] {
        try parser.finish()
        return try sink.takeParts()
    }
}

private final class SplittingSink: XMLSink {
    private let selection: XMLSplitter.Selection
    private var assembly: XMLTreeAssembly
    private var parts: [XMLTree] = []
    /// Names from the root down, of elements outside of parts.
    private var path: [String] = []
    /// Bindings of the elements on ``path``, and how many each of them added.
    private var scope: [XMLNamespaceBinding] = []
    private var scopeSizes: [Int] = []
    private var isInPart = false

    init(_ selection: XMLSplitter.Selection, _ limits: XMLLimits) {
        self.selection = selection
        assembly = XMLTreeAssembly(limits)
    }

    func takeParts() throws(XMLError) -> [XMLDocument] {
        var documents: [XMLDocument] = []
        documents.reserveCapacity(parts.count)
        for part in parts { documents.append(try XMLDocument(part)) }
        parts.removeAll(keepingCapacity: true)
        return documents
    }

    override func startElement(_ tag: borrowing XMLStartTag) {
        if isInPart { return check(assembly.startElement(tag)) }
        let name = text(tag.localName)
        if selects(name, text(tag.namespace)) {
            isInPart = true
            check(assembly.startElement(tag, inherited: nearestScope()))
            return
        }
        path.append(name)
        scopeSizes.append(tag.declarationCount)
        for number in 0..<tag.declarationCount {
            let (prefix, namespace) = tag.declaration(number)
            scope.append(XMLNamespaceBinding(prefix: text(prefix), namespace: text(namespace)))
        }
    }

    override func endElement() {
        guard isInPart else {
            _ = path.popLast()
            scope.removeLast(min(scope.count, scopeSizes.popLast() ?? 0))
            return
        }
        assembly.endElement()
        guard assembly.depth == 0 else { return }
        isInPart = false
        parts.append(assembly.take())
    }

    override func characters(_ bytes: UnsafeBufferPointer<UInt8>) {
        if isInPart { check(assembly.characters(bytes, line: line)) }
    }

    override func comment(_ bytes: UnsafeBufferPointer<UInt8>) {
        if isInPart { check(assembly.comment(bytes, line: line)) }
    }

    override func processingInstruction(
        target: XMLStartTag.Text, data: UnsafeBufferPointer<UInt8>
    ) {
        guard isInPart else { return }
        check(assembly.processingInstruction(target: target, data: data, line: line))
    }

    private func selects(_ name: String, _ namespace: String) -> Bool {
        switch selection {
        case .children: return path.count == 1
        case .elements(let wanted, let wantedNamespace):
            guard XMLName.same(name, wanted) else { return false }
            return wantedNamespace.map { XMLName.same($0, namespace) } ?? true
        case .path(let steps):
            guard steps.count == path.count + 1 else { return false }
            return zip(steps, path + [name]).allSatisfy { step, name in
                step == "*" || XMLName.same(step, name)
            }
        }
    }

    /// The innermost binding of each prefix; those that were taken back are left out.
    private func nearestScope() -> [XMLNamespaceBinding] {
        var found: [XMLNamespaceBinding] = []
        for binding in scope.reversed()
        where !found.contains(where: { XMLName.same($0.prefix, binding.prefix) }) {
            found.append(binding)
        }
        return found.filter { !$0.isEmpty }
    }

    private func text(_ pointer: UnsafePointer<xmlChar>?) -> String {
        guard let pointer else { return "" }
        return String(
            decoding: UnsafeBufferPointer(start: pointer, count: Int(xmlStrlen(pointer))),
            as: UTF8.self)
    }
}
