internal import CrossdockDiagnostics
internal import Synchronization

/// Collects items that are under way at the same time into bulk calls, and gives each its own
/// result.
///
/// A bulk call starts when it is full, or when its first item has waited for the linger. While as many
/// calls run as may, further items wait and fill the next ones.
public final class Gather<Group: Hashable & Sendable, Item: Sendable, Output: Sendable>: Sendable {
    public typealias Run = @Sendable (Group, [Item]) async -> [Result<Output, any Error>]

    fileprivate struct Waiting: Sendable {
        let id: UInt64
        let item: Item
        /// What the item writes to.
        let target: String?
        let continuation: CheckedContinuation<Output, any Error>
    }

    fileprivate struct Batch: Sendable {
        let id: UInt64
        let group: Group
        var waiting: [Waiting]
        var hasLingered = false
    }

    fileprivate struct State {
        var batches: [Batch] = []
        var running = 0
        var next: UInt64 = 0
        /// What the running calls write to, so that no second call races them to the same record.
        var targets: Set<String> = []
    }

    private let limit: Int
    private let linger: Duration
    private let concurrency: Int
    private let run: Run
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: The most items of one call.
    ///   - linger: How long an item waits for company.
    ///   - concurrency: The most calls at a time.
    ///   - run: Makes the call; returns one result per item, in order.
    public init(limit: Int, linger: Duration, concurrency: Int, run: @escaping Run) {
        self.limit = max(1, limit)
        self.linger = linger
        self.concurrency = max(1, concurrency)
        self.run = run
    }

    /// Adds an item and waits for its result.
    ///
    /// - Parameters:
    ///   - group: Only items of the same group share a call.
    ///   - target: Two items of the same target never share a call.
    /// - Throws: The item's own error; `CancellationError` when the caller is cancelled while the item
    ///   waits. Once its call has begun, the result is waited for.
    public func submit(_ item: Item, group: Group, target: String? = nil) async throws -> Output {
        let id = state.withLock { state in
            state.next &+= 1
            return state.next
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                add(
                    Waiting(id: id, item: item, target: target, continuation: continuation),
                    to: group)
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func add(_ waiting: Waiting, to group: Group) {
        guard !Task.isCancelled else {
            return waiting.continuation.resume(throwing: CancellationError())
        }
        let opened = state.withLock { $0.add(waiting, to: group, limit: limit) }
        if let opened { startLinger(of: opened) }
        startReady()
    }

    private func startLinger(of batch: UInt64) {
        guard linger > .zero else { return state.withLock { $0.endLinger(of: batch) } }
        Task {
            try? await Task.sleep(for: linger)
            state.withLock { $0.endLinger(of: batch) }
            startReady()
        }
    }

    private func startReady() {
        while let batch = state.withLock({ $0.takeReady(limit: limit, concurrency: concurrency) }) {
            Task { await execute(batch) }
        }
    }

    private func execute(_ batch: Batch) async {
        let results = await run(batch.group, batch.waiting.map(\.item))
        state.withLock { $0.end(batch) }
        for (at, waiting) in batch.waiting.enumerated() {
            // A bulk call that returns too few results does not know what became of the others.
            let result = at < results.count ? results[at] : .failure(Self.missingResult)
            waiting.continuation.resume(with: result)
        }
        startReady()
    }

    private func cancel(_ id: UInt64) {
        state.withLock { $0.remove(id) }?.resume(throwing: CancellationError())
    }

    private static var missingResult: ConnectorError {
        ConnectorError(
            .outcomeUnknown, "the bulk call has no result for this record", .unknownOutcome)
    }
}

extension Gather.State {
    /// - Returns: The batch that was opened for the item, if one was.
    mutating func add(_ waiting: Gather.Waiting, to group: Group, limit: Int) -> UInt64? {
        let open = batches.firstIndex { batch in
            batch.group == group && batch.waiting.count < limit
                && (waiting.target == nil
                    || !batch.waiting.contains { $0.target == waiting.target })
        }
        if let open {
            batches[open].waiting.append(waiting)
            return nil
        }
        next &+= 1
        batches.append(Gather.Batch(id: next, group: group, waiting: [waiting]))
        return next
    }

    mutating func endLinger(of batch: UInt64) {
        guard let at = batches.firstIndex(where: { $0.id == batch }) else { return }
        batches[at].hasLingered = true
    }

    mutating func takeReady(limit: Int, concurrency: Int) -> Gather.Batch? {
        guard running < concurrency,
            let at = batches.firstIndex(where: { batch in
                (batch.hasLingered || batch.waiting.count >= limit)
                    && !batch.waiting.contains { $0.target.map(targets.contains) ?? false }
            })
        else { return nil }
        running += 1
        let batch = batches.remove(at: at)
        targets.formUnion(batch.waiting.compactMap(\.target))
        return batch
    }

    mutating func end(_ batch: Gather.Batch) {
        running -= 1
        targets.subtract(batch.waiting.compactMap(\.target))
    }

    /// - Returns: What to resume when the item still waits.
    mutating func remove(_ id: UInt64) -> CheckedContinuation<Output, any Error>? {
        for at in batches.indices {
            guard let found = batches[at].waiting.firstIndex(where: { $0.id == id }) else {
                continue
            }
            let waiting = batches[at].waiting.remove(at: found)
            if batches[at].waiting.isEmpty { batches.remove(at: at) }
            return waiting.continuation
        }
        return nil
    }
}
