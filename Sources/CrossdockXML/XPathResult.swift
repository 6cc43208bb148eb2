/// A value that an XPath expression is given.
public enum XPathValue: Sendable, Hashable {
    case string(String)
    case number(Double)
    case boolean(Bool)
}

/// What an XPath expression yields.
public enum XPathResult: Sendable {
    /// In document order.
    case nodes([XPathNode])
    case string(String)
    case number(Double)
    case boolean(Bool)

    /// As XPath's `string()` sees it: of nodes, the first one's text.
    public var text: String {
        switch self {
        case .nodes(let nodes): nodes.first?.text ?? ""
        case .string(let text): text
        case .number(let number): Self.text(of: number)
        case .boolean(let flag): flag ? "true" : "false"
        }
    }

    /// As XPath's `boolean()` sees it.
    public var isTrue: Bool {
        switch self {
        case .nodes(let nodes): !nodes.isEmpty
        case .string(let text): !text.isEmpty
        case .number(let number): number != 0 && !number.isNaN
        case .boolean(let flag): flag
        }
    }

    public var nodes: [XPathNode] { if case .nodes(let nodes) = self { nodes } else { [] } }

    /// - Source: XPath 1.0 §4.2: no exponent, no point in integers, no sign before zero.
    static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        if number == 0 { return "0" }
        let digits = number.description
        guard let mark = digits.firstIndex(where: { $0 == "e" }),
            let exponent = Int(digits[digits.index(after: mark)...])
        else { return digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits }
        return plain(digits[..<mark], exponent: exponent)
    }

    /// Moves the point of `mantissa` by `exponent` places.
    private static func plain(_ mantissa: Substring, exponent: Int) -> String {
        let isNegative = mantissa.hasPrefix("-")
        let parts = mantissa.drop { $0 == "-" }.split(separator: ".")
        let whole = parts.first.map(String.init) ?? "0"
        let fraction = parts.count > 1 && parts[1] != "0" ? String(parts[1]) : ""
        let digits = whole + fraction
        let point = whole.count + exponent
        let sign = isNegative ? "-" : ""
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count {
            return sign + digits + String(repeating: "0", count: point - digits.count)
        }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
}

/// A node that an XPath expression found.
public enum XPathNode: Sendable {
    case document(XMLDocument)
    case element(XMLElement)
    case attribute(XMLAttribute, of: XMLElement)
    case text(String)
    case comment(String)
    case processingInstruction(target: String, data: String)
    case namespace(XMLNamespaceBinding)

    /// The node's string-value.
    public var text: String {
        switch self {
        case .document(let document): document.root.text
        case .element(let element): element.text
        case .attribute(let attribute, _): attribute.value
        case .text(let text), .comment(let text): text
        case .processingInstruction(_, let data): data
        case .namespace(let binding): binding.namespace
        }
    }

    public var element: XMLElement? {
        if case .element(let element) = self { element } else { nil }
    }
}
