internal import Dispatch

/// Does what blocks, such as reading files, on a thread of its own instead of one that messages need.
///
/// - Threads: one piece of work at a time, in the order in which it was given.
struct BlockingWork: Sendable {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func callAsFunction<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try work() }) }
        }
    }
}
