internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockJSONata

/// An `expr` or `if` of a row, compiled.
struct MappingExpression: Sendable {
    /// The records an expression may look at besides its own.
    struct Surroundings {
        /// The record; the same as the input outside of lists.
        let root: JSONNode
        /// The number of the element, from 0.
        let index: Int?
        let side: MappingSide
        /// What the mapping wrote so far.
        let written: JSONNode?
    }

    let text: PlacedText
    private let compiled: JSONata
    /// The variables of ours that occur in the text; binding others would be work for nothing.
    private let variables: Set<String>

    /// - Throws: ``DiagnosticsError`` with CD2141 at the expression.
    init(_ text: PlacedText) throws(DiagnosticsError) {
        self.text = text
        variables = Set(["root", "index", "left", "right"].filter { text.text.contains("$\($0)") })
        do {
            compiled = try JSONata(text.text)
        } catch {
            throw DiagnosticsError(
                Diagnostic(error.code, error.message, at: Self.span(text, error.position)))
        }
    }

    func evaluate(
        _ input: JSONNode, _ surroundings: Surroundings
    ) throws(JSONataError) -> Value? {
        guard !variables.isEmpty else { return try compiled.evaluate(input) }
        var bindings = JSONataBindings()
        bindings["root"] = .node(surroundings.root)
        if let index = surroundings.index { bindings["index"] = .tree(.integer(index)) }
        bindings[surroundings.side.rawValue] = .node(surroundings.root)
        if let written = surroundings.written {
            bindings[surroundings.side.other.rawValue] = .node(written)
        }
        return try compiled.evaluate(input, bindings: bindings)
    }

    /// What the expression reads, where that can be known.
    var paths: [JSONataPath] { compiled.paths }

    /// Whether the expression looks at what the mapping writes to that side.
    func reads(_ side: MappingSide) -> Bool {
        variables.contains(side.rawValue)
    }

    /// The place of a position inside an expression that stands on one line of its file.
    static func span(_ text: PlacedText, _ position: Int?) -> SourceSpan {
        var span = text.span
        guard let position, span.line == span.endLine, !text.text.contains("\n") else {
            return span
        }
        // A quoted scalar begins with its quote.
        let quote = span.endColumn - span.column > text.text.unicodeScalars.count ? 1 : 0
        let before = text.text.utf16.prefix(position)
        let scalars = String(decoding: before, as: UTF16.self).unicodeScalars.count
        span.column = min(span.column + quote + scalars, max(span.endColumn, span.column))
        return span
    }
}

/// An `if`: a comparison that reads the tape, or any expression.
enum RowCondition: Sendable {
    /// `path = literal` or `path != literal`, for texts, numbers and booleans.
    case comparison(Comparison)
    case expression(MappingExpression)

    struct Comparison: Sendable {
        let path: FieldPath
        let literal: Value
        let isEqual: Bool
        /// For values that are no scalars: JSONata knows what they mean.
        let general: MappingExpression
        var slot: Int32 = -1
    }

    init(_ text: PlacedText, _ general: MappingExpression) {
        self =
            Self.simple(text.text, general).map { .comparison($0) } ?? .expression(general)
    }

    /// Recognises plain names, `=` or `!=`, and a literal; nil for everything else.
    private static func simple(_ text: String, _ general: MappingExpression) -> Comparison? {
        var scalars = Substring(text)
        trim(&scalars)
        var names: [FieldPath.Step] = []
        while true {
            let name = scalars.unicodeScalars.prefix {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || $0 == "_"
                    || ("0"..."9").contains($0)
            }
            guard let first = name.first, !("0"..."9").contains(first) else { return nil }
            names.append(.name(String(name)))
            scalars = scalars.dropFirst(name.count)
            guard scalars.first == "." else { break }
            scalars = scalars.dropFirst()
        }
        if names.count == 1, case .name(let only) = names[0],
            ["true", "false", "null", "and", "or", "in", "function"].contains(only)
        {
            return nil
        }
        trim(&scalars)
        let isEqual = !scalars.hasPrefix("!=")
        guard scalars.hasPrefix("!=") || scalars.hasPrefix("=") else { return nil }
        scalars = scalars.dropFirst(isEqual ? 1 : 2)
        trim(&scalars)
        guard let literal = literal(scalars) else { return nil }
        return Comparison(
            path: FieldPath(steps: names), literal: literal, isEqual: isEqual, general: general)
    }

    private static func trim(_ text: inout Substring) {
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
    }

    private static func literal(_ text: Substring) -> Value? {
        switch text {
        case "true": return true
        case "false": return false
        default: break
        }
        guard text.utf8.count >= 2, let quote = text.utf8.first,
            quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), text.utf8.last == quote
        else { return nil }
        let inner = text.dropFirst().dropLast()
        guard !inner.utf8.contains(quote), !inner.utf8.contains(UInt8(ascii: "\\")) else {
            return nil
        }
        return .string(String(inner))
    }
}
