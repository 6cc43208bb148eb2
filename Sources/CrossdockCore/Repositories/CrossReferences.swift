/// Which record of one system is which of another.
public protocol CrossReferences: Sendable {
    /// Returns the partner of each key; nil where there is none.
    func partners(
        table: String, of side: CrossReferenceSide, keys: [String]
    ) async throws -> [String?]
    /// Ties pairs together; a key tied before is tied anew.
    func tie(table: String, _ pairs: [(left: String, right: String)]) async throws
    func untie(table: String, of side: CrossReferenceSide, key: String) async throws
    func pairs(
        table: String, after left: String, limit: Int
    ) async throws -> [(left: String, right: String)]
}

public enum CrossReferenceSide: String, Sendable {
    case left
    case right
}
