/// Supplies the tables that `lookup` names.
///
/// - Threads: asked while a mapping is loaded, from one thread.
public protocol Lookup: Sendable {
    /// - Parameter name: As written in the mapping, without `.csv`.
    /// - Returns: Nil when there is no such table.
    func table(_ name: String) throws -> TableText?
    /// All names, to suggest the one that was meant.
    var tableNames: [String] { get }
}

/// A table as text.
public struct TableText: Sendable {
    /// CSV: a header row with `left`, `right` and `key…` columns, then rows.
    public let text: String
    /// Where it comes from, for complaints.
    public let file: String

    public init(text: String, file: String) {
        self.text = text
        self.file = file
    }
}

/// Tables held in memory, for tests and tools.
public struct TablesInMemory: Lookup {
    private let tables: [String: String]

    public init(_ tables: [String: String] = [:]) { self.tables = tables }

    public func table(_ name: String) -> TableText? {
        tables[name].map { TableText(text: $0, file: "tables/\(name).csv") }
    }

    public var tableNames: [String] { tables.keys.sorted() }
}
