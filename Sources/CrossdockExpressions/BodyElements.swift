package import CrossdockCore
internal import CrossdockData
internal import CrossdockXML

extension Body {
    /// The parts of the body for a step that takes one after the other: the elements of a list, the
    /// members of an object, the pieces of a text between delimiters; anything else is one part.
    ///
    /// - Parameter delimiter: Nil for text that is not divided.
    /// - Source: Camel manual, "Split", "What does the splitter return".
    package func elements(delimiter: String?) throws -> [Body] {
        var copy = self
        if let document = copy.jsonContainer() {
            if document.root.kind == .array {
                return try document.root.elements.map { try $0.body() }
            }
            return [.json(document)]
        }
        switch self {
        case .empty, .value(.null): return []
        case .value(let value):
            if case .array(let elements) = value { return elements.map { .value($0) } }
            guard let text = value.string else { return [self] }
            return Self.pieces(text, delimiter)
        case .text(let text): return Self.pieces(text, delimiter)
        case .bytes:
            guard delimiter != nil, let text else { return [self] }
            return Self.pieces(text, delimiter)
        case .json(let document): return [try document.root.body()]
        case .xml: return [self]
        }
    }

    private static func pieces(_ text: String, _ delimiter: String?) -> [Body] {
        guard let delimiter, !delimiter.isEmpty, text.contains(delimiter) else {
            return text.trimmed.isEmpty ? [] : [.text(text)]
        }
        var pieces = text.split(separator: delimiter, omittingEmptySubsequences: false)
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        return pieces.map { .text(String($0)) }
    }
}
