internal import CrossdockDiagnostics

/// The body of an answer, chunk by chunk, as it arrives.
///
/// Reading slowly slows the sender down; nothing is kept beyond a fraction of a megabyte. It can be
/// read once. When nobody holds it any more, the call is ended.
public struct HTTPBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]

    let call: Call

    public func makeAsyncIterator() -> Iterator { Iterator(call: call) }

    public struct Iterator: AsyncIteratorProtocol {
        let call: Call

        /// Waits for the next bytes.
        ///
        /// - Throws: ``HTTPError``, or `CancellationError`.
        public mutating func next() async throws -> [UInt8]? { try await call.next() }
    }

    /// Reads all of it.
    ///
    /// - Parameter limit: The most bytes to keep in memory.
    /// - Throws: ``HTTPError`` with ``DiagnosticCode/answerTooLarge`` when there are more.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        var body: [UInt8] = []
        for try await chunk in self {
            guard chunk.count <= limit - body.count else {
                throw HTTPError(
                    .answerTooLarge, "the answer is larger than \(limit) bytes", .permanent)
            }
            body += chunk
        }
        return body
    }

    /// Lives as long as somebody may read.
    final class Call: Sendable {
        private let queue: DownloadQueue
        private let transfer: Transfer

        init(queue: DownloadQueue, transfer: Transfer) {
            self.queue = queue
            self.transfer = transfer
        }

        deinit { transfer.cancel() }

        func next() async throws -> [UInt8]? {
            try await withTaskCancellationHandler {
                try await queue.next { transfer.resume() }
            } onCancel: {
                transfer.cancel()
            }
        }
    }
}
