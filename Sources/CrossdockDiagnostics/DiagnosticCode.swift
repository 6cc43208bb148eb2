/// A stable name for one thing that can go wrong.
///
/// `CD` and four digits, the first two naming the area: 01 configuration and command line, 11 routes,
/// 21 mapping, 31 connectors and HTTP, 41 delivery, 51 models, 61 bus and state, 71 security. Safe as
/// a metric label. `crossdock explain CODE` prints ``explanation``.
public struct DiagnosticCode: Hashable, Sendable, CustomStringConvertible {
    public let id: String
    /// One line: what happened.
    public let title: String
    /// What it means and what to do; a paragraph or two.
    public let explanation: String

    public init(_ id: String, _ title: String, _ explanation: String) {
        self.id = id
        self.title = title
        self.explanation = explanation
    }

    public static func == (one: Self, other: Self) -> Bool { one.id == other.id }
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
    public var description: String { id }
}
