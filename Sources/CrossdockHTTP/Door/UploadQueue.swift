internal import CrossdockDiagnostics
internal import Synchronization

/// Bytes of a request between the task that writes them and the thread that sends them.
final class UploadQueue: Sendable {
    static let highWater = 256 * 1024

    enum Read {
        case bytes(Int)
        /// Nothing at the moment; the thread is told when to come again.
        case wait
        case failed
    }

    fileprivate struct State {
        var chunks: [ArraySlice<UInt8>] = []
        var bytes = 0
        var isFinished = false
        var failure: (any Error)?
        var isClosed = false
        var isStarved = false
        var writer: CheckedContinuation<Void, any Error>?
    }

    private let state = Mutex(State())

    var failure: (any Error)? { state.withLock { $0.failure } }

    /// Adds bytes and waits while the sending side is behind.
    func write(_ bytes: [UInt8], resume: () -> Void) async throws {
        guard !bytes.isEmpty else { return }
        let wasStarved = try state.withLock { state in
            guard !state.isClosed else { throw CancellationError() }
            state.chunks.append(bytes[...])
            state.bytes += bytes.count
            defer { state.isStarved = false }
            return state.isStarved
        }
        if wasStarved { resume() }
        try await withCheckedThrowingContinuation { writer in
            let result: Result<Void, any Error>? = state.withLock { state in
                if state.isClosed { return .failure(CancellationError()) }
                if state.bytes < Self.highWater { return .success(()) }
                precondition(state.writer == nil, "two tasks write one request")
                state.writer = writer
                return nil
            }
            if let result { writer.resume(with: result) }
        }
    }

    /// Marks the end of the body, or that it cannot be completed.
    func finish(_ failure: (any Error)?, resume: () -> Void) {
        let wasStarved = state.withLock { state in
            state.isFinished = true
            state.failure = failure
            defer { state.isStarved = false }
            return state.isStarved
        }
        if wasStarved { resume() }
    }

    /// Called on the sending thread.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Read {
        let (result, writer) = state.withLock { state in
            let result = state.read(into: buffer)
            guard state.bytes < Self.highWater / 2 else {
                return (result, nil as CheckedContinuation<Void, any Error>?)
            }
            defer { state.writer = nil }
            return (result, state.writer)
        }
        writer?.resume()
        return result
    }

    /// Called when the call has ended, however it did: nobody waits here any more.
    func close() {
        let writer = state.withLock { state in
            state.isClosed = true
            state.chunks = []
            defer { state.writer = nil }
            return state.writer
        }
        writer?.resume(throwing: CancellationError())
    }
}

extension UploadQueue.State {
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> UploadQueue.Read {
        if failure != nil { return .failed }
        var filled = 0
        while let first = chunks.first, filled < buffer.count {
            let part = first.prefix(buffer.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyBytes(from: part)
            filled += part.count
            if part.count == first.count {
                chunks.removeFirst()
            } else {
                chunks[0] = first.dropFirst(part.count)
            }
        }
        bytes -= filled
        if filled == 0, !isFinished {
            isStarved = true
            return .wait
        }
        return .bytes(filled)
    }
}

/// Takes the bytes of a request body while they are sent.
public struct HTTPBodyWriter: Sendable {
    let queue: UploadQueue
    let resume: @Sendable () -> Void

    /// Returns when there is room for more.
    ///
    /// - Throws: `CancellationError` when the call has ended meanwhile.
    public func write(_ bytes: [UInt8]) async throws {
        try await queue.write(bytes, resume: resume)
    }
}
