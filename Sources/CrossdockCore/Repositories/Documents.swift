/// Small pieces of state of any kind: rotated tokens, schedules, counters.
public protocol Documents: Sendable {
    func document(kind: String, key: String) async throws -> Document?
    /// Writes a document if it is still at `revision`.
    ///
    /// - Parameter revision: 0 for one that must not exist yet; nil to write whatever is there.
    /// - Returns: The new revision; nil when somebody else was first.
    func put(
        kind: String, key: String, content: [UInt8], ifRevision revision: Int64?
    ) async throws -> Int64?
    func removeDocument(kind: String, key: String) async throws
    func documents(kind: String, after key: String, limit: Int) async throws -> [Document]
}

public struct Document: Sendable {
    public let key: String
    public let content: [UInt8]
    /// Grows with every write.
    public let revision: Int64

    public init(key: String, content: [UInt8], revision: Int64) {
        self.key = key
        self.content = content
        self.revision = revision
    }
}
