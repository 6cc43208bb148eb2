/// Where a field stands in a record: `a.b`, `lines[0].amount`, `"odd.name".b`.
///
/// A scalar, list or missing member on the way means the field is absent.
public struct FieldPath: Hashable, Sendable, CustomStringConvertible {
    enum Segment: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    let segments: [Segment]
    /// The path as written.
    public let text: String
    public var description: String { text }

    /// - Returns: nil for text that is no path.
    public init?(_ text: String) {
        var segments: [Segment] = []
        var rest = Substring(text)
        var expectsName = true
        while !rest.isEmpty {
            if rest.first == "[" {
                guard !segments.isEmpty, let end = rest.firstIndex(of: "]"),
                    let place = Int(rest[rest.index(after: rest.startIndex)..<end]),
                    place >= 0, place < 1_000_000
                else { return nil }
                segments.append(.element(place))
                rest = rest[rest.index(after: end)...]
                expectsName = false
            } else if rest.first == "." {
                guard !expectsName else { return nil }
                rest.removeFirst()
                expectsName = true
            } else {
                guard expectsName, let name = Self.name(&rest) else { return nil }
                segments.append(.member(name))
                expectsName = false
            }
        }
        guard !segments.isEmpty, !expectsName else { return nil }
        self.segments = segments
        self.text = text
    }

    private static func name(_ rest: inout Substring) -> String? {
        if rest.first == "\"" {
            rest.removeFirst()
            guard let end = rest.firstIndex(of: "\"") else { return nil }
            defer { rest = rest[rest.index(after: end)...] }
            return String(rest[..<end])
        }
        let name = rest.prefix { $0 != "." && $0 != "[" && $0 != "\"" }
        rest = rest[name.endIndex...]
        return name.isEmpty ? nil : String(name)
    }

    /// The name where the path is one plain member.
    var simpleName: String? {
        guard segments.count == 1, case .member(let name) = segments[0] else { return nil }
        return name
    }
}
