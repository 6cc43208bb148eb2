/// Writes what is already known to be valid XML: trees that came from a parse, checked texts.
struct XMLOutput {
    var bytes: [UInt8] = []

    mutating func declaration() { append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>") }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func write(_ node: XMLNode) {
        switch node {
        case .element(let element): write(element, inheriting: [])
        case .text(let text): escape(text.utf8, inAttribute: false)
        case .comment(let text): append("<!--\(text)-->")
        case .processingInstruction(let target, let data):
            append(data.isEmpty ? "<?\(target)?>" : "<?\(target) \(data)?>")
        }
    }

    /// - Parameter inheriting: Bindings to declare on the element besides its own.
    mutating func write(_ element: XMLElement, inheriting: [XMLNamespaceBinding]) {
        let name = element.name.qualifiedName
        bytes.append(UInt8(ascii: "<"))
        append(name)
        let own = element.declaredNamespaces
        for binding in own { declare(binding) }
        for binding in inheriting
        where !own.contains(where: { XMLName.same($0.prefix, binding.prefix) }) { declare(binding) }
        for attribute in element.attributes {
            write(attribute: attribute.name.qualifiedName, attribute.value)
        }
        var isEmpty = true
        for child in element.children {
            if isEmpty { bytes.append(UInt8(ascii: ">")) }
            isEmpty = false
            write(child)
        }
        append(isEmpty ? "/>" : "</\(name)>")
    }

    mutating func declare(_ binding: XMLNamespaceBinding) {
        write(
            attribute: binding.prefix.isEmpty ? "xmlns" : "xmlns:\(binding.prefix)",
            binding.namespace)
    }

    mutating func write(attribute name: String, _ value: String) {
        bytes.append(UInt8(ascii: " "))
        append(name)
        append("=\"")
        escape(value.utf8, inAttribute: true)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Carriage returns, and in attributes all white space but the space, would not survive reading.
    mutating func escape(_ text: some Sequence<UInt8>, inAttribute: Bool) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "&"): append("&amp;")
            case UInt8(ascii: "<"): append("&lt;")
            case UInt8(ascii: ">"): append("&gt;")
            case UInt8(ascii: "\"") where inAttribute: append("&quot;")
            case 0x0D: append("&#13;")
            case 0x0A where inAttribute: append("&#10;")
            case 0x09 where inAttribute: append("&#9;")
            default: bytes.append(byte)
            }
        }
    }
}
