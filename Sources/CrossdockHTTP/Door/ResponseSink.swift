internal import CrossdockDiagnostics

/// Where an answer goes. Called on the thread of a ``TransferLoop``, in this order.
protocol ResponseSink: AnyObject, Sendable {
    func begin(_ head: HTTPResponseHead)
    /// - Returns: Whether there is room for more; if not, the transfer pauses until it is resumed.
    func isReady() -> Bool
    func receive(_ bytes: UnsafeRawBufferPointer)
    func end(_ error: (any Error)?)
}

/// Keeps the whole answer and hands it over once.
///
/// - Threads: touched by one thread only, that of the loop, after it was made.
final class CollectingSink: ResponseSink, @unchecked Sendable {
    private let continuation: CheckedContinuation<HTTPResponse, any Error>
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    init(_ continuation: CheckedContinuation<HTTPResponse, any Error>) {
        self.continuation = continuation
    }

    func begin(_ head: HTTPResponseHead) {
        self.head = head
        // What the other side announces is not believed beyond a megabyte.
        if let length = head.headers["Content-Length"].flatMap(Int.init(_:)), length > 0 {
            body.reserveCapacity(min(length, 1024 * 1024))
        }
    }

    func isReady() -> Bool { true }

    func receive(_ bytes: UnsafeRawBufferPointer) { body.append(contentsOf: bytes) }

    func end(_ error: (any Error)?) {
        if let error {
            continuation.resume(throwing: error)
        } else if let head {
            continuation.resume(returning: HTTPResponse(head: head, body: body))
        } else {
            continuation.resume(throwing: HTTPError.noAnswer)
        }
    }
}

/// Hands over the head at once and the body as it is read.
///
/// - Threads: as ``CollectingSink``.
final class StreamingSink: ResponseSink, @unchecked Sendable {
    private var continuation: CheckedContinuation<HTTPStreamedResponse, any Error>?
    private let queue = DownloadQueue()
    private let transfer: Transfer

    init(
        _ continuation: CheckedContinuation<HTTPStreamedResponse, any Error>, _ transfer: Transfer
    ) {
        self.continuation = continuation
        self.transfer = transfer
    }

    func begin(_ head: HTTPResponseHead) {
        let body = HTTPBody(call: HTTPBody.Call(queue: queue, transfer: transfer))
        continuation?.resume(returning: HTTPStreamedResponse(head: head, body: body))
        continuation = nil
    }

    func isReady() -> Bool { queue.isReady() }

    func receive(_ bytes: UnsafeRawBufferPointer) { queue.append(bytes) }

    func end(_ error: (any Error)?) {
        queue.end(error.map { .failure($0) } ?? .success(()))
        continuation?.resume(throwing: error ?? HTTPError.noAnswer)
        continuation = nil
    }
}

extension HTTPError {
    fileprivate static var noAnswer: HTTPError {
        HTTPError(.protocolViolation, "the answer has no header", .unknownOutcome)
    }
}
