internal import CrossdockDiagnostics
internal import CrossdockExpressions
internal import CrossdockSettings

/// Which names are meant: the name itself, a beginning with `*`, or a regular expression; several are
/// separated by commas.
///
/// - Source: Camel, `PatternHelper.matchPattern`; names are compared without regard to case.
struct NamePattern: Sendable {
    private enum Part: Sendable {
        case all
        case name(String)
        case prefix(String)
        case pattern(Pattern)
    }

    private let parts: [Part]

    init(_ text: String) throws(DiagnosticsError) {
        var parts: [Part] = []
        for piece in text.split(separator: ",") {
            let word = piece.trimmingSpaces().lowercased()
            if word == "*" {
                parts.append(.all)
            } else if word.hasSuffix("*"),
                !word.dropLast().contains(where: { "[](){}\\.+?^$|".contains($0) })
            {
                parts.append(.prefix(String(word.dropLast())))
            } else if word.utf8.allSatisfy(Self.isPlain) {
                parts.append(.name(word))
            } else {
                do {
                    parts.append(
                        .pattern(try Pattern(String(piece.trimmingSpaces()), ignoresCase: true)))
                } catch {
                    throw DiagnosticsError(
                        Diagnostic(.badSetting, "'\(piece)' is no pattern: \(error)"))
                }
            }
        }
        self.parts = parts
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    func matches(_ name: String) -> Bool {
        let folded = name.lowercased()
        return parts.contains { part in
            switch part {
            case .all: true
            case .name(let text): folded == text
            case .prefix(let text): folded.hasPrefix(text)
            case .pattern(let pattern): pattern.matchesWhole(name)
            }
        }
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
