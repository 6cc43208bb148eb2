/// Keys of messages that were processed.
public protocol IdempotentRepository: Sendable {
    /// Whether a message with that key was completed before.
    func isMarked(repository: String, key: String) async throws -> Bool
    /// Marks keys; durable on return. Called with the effect's result, never before it.
    func mark(repository: String, keys: [String]) async throws
    func unmark(repository: String, key: String) async throws
}
