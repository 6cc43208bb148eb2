internal import CrossdockDiagnostics
internal import CrossdockSettings

/// How the path of an address is made up of named parts: `salesforce:operationName:topicName`.
///
/// - Source: Camel's component catalog, `syntax`.
struct AddressSyntax {
    /// Names and the separators that stand before them.
    private let parts: [(separator: String, name: String)]

    init(_ syntax: String) {
        var parts: [(separator: String, name: String)] = []
        var name = ""
        var separator = ""
        let path = syntax.drop { $0 != ":" }.dropFirst()
        for character in path {
            if character.isLetter || character.isNumber {
                name.append(character)
            } else {
                if !name.isEmpty {
                    parts.append((separator, name))
                    (name, separator) = ("", "")
                }
                separator.append(character)
            }
        }
        if !name.isEmpty { parts.append((separator, name)) }
        self.parts = parts
    }

    /// Takes the path's parts out of the parameters and puts the path together.
    func path(
        taking parameters: inout [(name: String, value: String)], at span: SourceSpan?
    ) throws(DiagnosticsError) -> String {
        var path = ""
        for (position, part) in parts.enumerated() {
            guard let found = parameters.firstIndex(where: { $0.name == part.name }) else {
                guard position > 0 else {
                    throw DiagnosticsError(
                        Diagnostic(
                            .missingSetting,
                            "'\(part.name)' is required: it is part of the address",
                            at: span))
                }
                continue
            }
            let value = parameters.remove(at: found).value
            path += (path.isEmpty ? "" : part.separator) + value
        }
        return path
    }
}

/// A pattern of addresses: `*` stands for any text.
struct AddressPattern: Sendable {
    private let pieces: [[UInt8]]

    init(_ text: String) {
        pieces = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
            .map { Array($0) }
    }

    /// - Trust: compares bytes, so that no look-alike passes.
    func matches(_ address: String) -> Bool {
        let bytes = Array(address.utf8)
        guard let first = pieces.first, let last = pieces.last, bytes.starts(with: first) else {
            return false
        }
        if pieces.count == 1 { return bytes.count == first.count }
        var at = first.count
        for piece in pieces.dropFirst().dropLast() {
            guard let found = Self.find(piece, in: bytes, from: at) else { return false }
            at = found + piece.count
        }
        return bytes.count - at >= last.count && bytes.suffix(last.count).elementsEqual(last)
    }

    private static func find(_ piece: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard piece.count <= bytes.count - start else { return nil }
        if piece.isEmpty { return start }
        for at in start...(bytes.count - piece.count)
        where bytes[at..<(at + piece.count)].elementsEqual(piece) { return at }
        return nil
    }
}
