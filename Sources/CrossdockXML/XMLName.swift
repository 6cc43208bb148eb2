/// The name of an element or attribute.
///
/// Two names are equal when local name and namespace are, whatever prefix they were written with.
public struct XMLName: Sendable, Hashable, CustomStringConvertible {
    public let localName: String
    /// Empty when the name is in no namespace.
    public let namespace: String
    /// As written in the document; empty when there was none.
    public let prefix: String

    public init(_ localName: String, namespace: String = "", prefix: String = "") {
        self.localName = localName
        self.namespace = namespace
        self.prefix = prefix
    }

    /// As written: `prefix:local` or `local`.
    public var qualifiedName: String { prefix.isEmpty ? localName : "\(prefix):\(localName)" }

    public var description: String { qualifiedName }

    public static func == (one: Self, other: Self) -> Bool {
        same(one.localName, other.localName) && same(one.namespace, other.namespace)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(localName)
        hasher.combine(namespace)
    }

    /// Byte by byte: Swift's own comparison takes canonically equivalent names for one.
    static func same(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8)
    }
}

/// The namespaces that XML itself defines.
public enum XMLNamespace {
    public static let xml = "http://www.w3.org/XML/1998/namespace"
    public static let xmlns = "http://www.w3.org/2000/xmlns/"
    public static let schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"
}

/// XML's character classes. Source: XML 1.0 (fifth edition) §2.2, §2.3; Namespaces in XML 1.0 §3.
enum XMLCharacters {
    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// Whether `text` is a name without a colon.
    static func isNCName(_ text: some StringProtocol) -> Bool {
        var scalars = text.unicodeScalars.makeIterator()
        guard let first = scalars.next(), startsName(first) else { return false }
        while let next = scalars.next() {
            guard startsName(next) || continuesName(next) else { return false }
        }
        return true
    }

    private static func startsName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x41...0x5A, 0x5F, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF,
            0x370...0x37D, 0x37F...0x1FFF, 0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF,
            0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD, 0x10000...0xEFFFF:
            true
        default: false
        }
    }

    private static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2D, 0x2E, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
        default: false
        }
    }
}
