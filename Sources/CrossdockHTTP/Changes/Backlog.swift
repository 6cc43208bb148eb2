internal import CrossdockCore
internal import Synchronization

/// Staged records that wait for a worker, never two of the same record under way at once.
final class Backlog: Sendable {
    fileprivate struct State {
        var ready: [OutboxRow] = []
        /// The first of `ready` that was not taken; the list is cut off now and then.
        var head = 0
        /// Later states of records that are under way.
        var held: [String: [OutboxRow]] = [:]
        var heldCount = 0
        var underWay: Set<String> = []
        var workers = 0
        var isClosed = false
        var room: CheckedContinuation<Void, Never>?
        var hiring: CheckedContinuation<Void, Never>?

        var waiting: Int { ready.count - head + heldCount }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func add(_ rows: [OutboxRow]) {
        guard !rows.isEmpty else { return }
        let hiring = state.withLock { state in
            for row in rows { state.ready.append(row) }
            defer { state.hiring = nil }
            return state.hiring
        }
        hiring?.resume()
    }

    /// No more rows will come, and those that wait are left for the next start.
    func close() {
        let (hiring, room) = state.withLock { state in
            state.isClosed = true
            defer { (state.hiring, state.room) = (nil, nil) }
            return (state.hiring, state.room)
        }
        hiring?.resume()
        room?.resume()
    }

    /// Waits until fewer rows wait than may be under way.
    ///
    /// - Returns: False when there is no point in reading on.
    func waitForRoom() async -> Bool {
        await withCheckedContinuation { continuation in
            let resumeNow = state.withLock { state in
                if state.isClosed || state.waiting < limit { return true }
                state.room = continuation
                return false
            }
            if resumeNow { continuation.resume() }
        }
        return !Task.isCancelled && state.withLock { !$0.isClosed }
    }

    /// Waits until there is work for one more worker.
    ///
    /// - Returns: False when no more are needed.
    func workerWanted() async -> Bool {
        while true {
            let decision = state.withLock { state -> Bool? in
                if state.isClosed { return false }
                guard state.ready.count > state.head, state.workers < limit else { return nil }
                state.workers += 1
                return true
            }
            if let decision { return decision }
            await withCheckedContinuation { continuation in
                let resumeNow = state.withLock { state in
                    let canHire = state.ready.count > state.head && state.workers < limit
                    if state.isClosed || canHire { return true }
                    state.hiring = continuation
                    return false
                }
                if resumeNow { continuation.resume() }
            }
        }
    }

    /// The next record for a worker; nil sends the worker home.
    func next() -> OutboxRow? {
        let (row, room) = state.withLock {
            state -> (OutboxRow?, CheckedContinuation<Void, Never>?) in
            let row = state.isClosed ? nil : state.takeReady()
            if row == nil { state.workers -= 1 }
            guard state.waiting < limit else { return (row, nil) }
            defer { state.room = nil }
            return (row, state.room)
        }
        room?.resume()
        return row
    }

    /// A record is through: its later states may go.
    func release(_ row: OutboxRow) {
        let hiring = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.release(row.record.orderKey)
            guard state.ready.count > state.head else { return nil }
            defer { state.hiring = nil }
            return state.hiring
        }
        hiring?.resume()
    }
}

extension Backlog.State {
    fileprivate mutating func takeReady() -> OutboxRow? {
        while head < ready.count {
            let row = ready[head]
            head += 1
            if head == ready.count || head > 4_096 {
                ready.removeFirst(head)
                head = 0
            }
            let key = row.record.orderKey
            if underWay.insert(key).inserted { return row }
            held[key, default: []].append(row)
            heldCount += 1
        }
        return nil
    }

    fileprivate mutating func release(_ key: String) {
        underWay.remove(key)
        guard var later = held[key], !later.isEmpty else { return }
        // Put in front, so that it is taken before anything that comes after it.
        ready.insert(later.removeFirst(), at: head)
        heldCount -= 1
        held[key] = later.isEmpty ? nil : later
    }
}
