internal import Synchronization

/// Bytes of an answer between the thread that receives them and the task that reads them.
///
/// - Complexity: holds at most ``highWater`` bytes and what one piece from the wire unpacks to.
final class DownloadQueue: Sendable {
    static let highWater = 256 * 1024

    fileprivate struct State {
        var chunks: [[UInt8]] = []
        var bytes = 0
        var end: Result<Void, any Error>?
        var isPaused = false
        var reader: CheckedContinuation<[UInt8]?, any Error>?
    }

    private let state = Mutex(State())

    /// Called on the receiving thread.
    ///
    /// - Returns: Whether there is room. If not, ``next(resume:)`` says when to come again.
    func isReady() -> Bool {
        state.withLock { state in
            state.isPaused = state.bytes >= Self.highWater
            return !state.isPaused
        }
    }

    /// Called on the receiving thread.
    func append(_ bytes: UnsafeRawBufferPointer) {
        let reader = state.withLock { state -> CheckedContinuation<[UInt8]?, any Error>? in
            if state.reader == nil { state.append(bytes) }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: Array(bytes))
    }

    /// Called on the receiving thread, once.
    func end(_ result: Result<Void, any Error>) {
        let reader = state.withLock { state in
            guard state.end == nil else { return nil as CheckedContinuation<[UInt8]?, any Error>? }
            state.end = result
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(with: result.map { nil })
    }

    /// Waits for the next bytes; nil is the end.
    ///
    /// - Parameter resume: Called when the receiving side had to pause and may go on.
    func next(resume: () -> Void) async throws -> [UInt8]? {
        try await withCheckedThrowingContinuation { reader in
            let (ready, wasPaused) = state.withLock { $0.take(for: reader) }
            if wasPaused { resume() }
            if let ready { reader.resume(with: ready) }
        }
    }
}

extension DownloadQueue.State {
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        self.bytes += bytes.count
        // The library delivers 16 KiB at a time; readers are better served with larger pieces.
        if let last = chunks.indices.last, chunks[last].count + bytes.count <= 64 * 1024 {
            chunks[last].append(contentsOf: bytes)
        } else {
            chunks.append(Array(bytes))
        }
    }

    mutating func take(
        for newReader: CheckedContinuation<[UInt8]?, any Error>
    ) -> (ready: Result<[UInt8]?, any Error>?, wasPaused: Bool) {
        if !chunks.isEmpty {
            let chunk = chunks.removeFirst()
            bytes -= chunk.count
            let wasPaused = isPaused && bytes < DownloadQueue.highWater / 2
            if wasPaused { isPaused = false }
            return (.success(chunk), wasPaused)
        }
        if let end { return (end.map { nil }, false) }
        precondition(reader == nil, "two tasks read one answer")
        reader = newReader
        let wasPaused = isPaused
        isPaused = false
        return (nil, wasPaused)
    }
}
