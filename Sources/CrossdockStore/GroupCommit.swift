internal import CrossdockCore
internal import GRDB
internal import Synchronization

/// Runs changes that arrive together in one transaction, so that they share one `fsync`.
///
/// Each change is a savepoint of its own: one that fails takes nothing of the others with it.
final class GroupCommit: Sendable {
    /// A change on its way to the file, and how its caller learns of its end.
    private struct Change: Sendable {
        /// Runs in a savepoint; returns what a commit would fail with anyway, if anything.
        let run: @Sendable (Database) -> Attempt
        let refuse: @Sendable (StateError) -> Void
    }

    private struct Attempt: Sendable {
        let fatal: (any Error)?
        /// Called after the commit.
        let complete: @Sendable () -> Void
    }

    private struct State {
        var waiting: [Change] = []
        var isRunning = false
        var failure: StateError?
    }

    private let queue: DatabaseQueue
    private let onFailure: @Sendable (StateError) -> Void
    private let state = Mutex(State())
    private let commitCount = Atomic(0)

    /// How many transactions were committed.
    var commits: Int { commitCount.load(ordering: .relaxed) }

    /// How many changes one transaction takes at most.
    private static let largestGroup = 512

    init(_ queue: DatabaseQueue, onFailure: @escaping @Sendable (StateError) -> Void) {
        self.queue = queue
        self.onFailure = onFailure
    }

    /// Runs `change`; on return it is durable.
    ///
    /// - Throws: ``StateError``.
    func write<Result: Sendable>(
        _ change: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(
                Change(
                    run: { db in
                        let outcome = Self.inSavepoint(db, change)
                        return Attempt(fatal: Self.fatal(outcome)) {
                            continuation.resume(with: outcome.mapError { Self.stateError($0) })
                        }
                    },
                    refuse: { continuation.resume(throwing: $0) }))
        }
    }

    private static func inSavepoint<Value>(
        _ db: Database, _ change: (Database) throws -> Value
    ) -> Result<Value, any Error> {
        do {
            var value: Value?
            try db.inSavepoint {
                value = try change(db)
                return .commit
            }
            guard let value else { throw StateError("a change was rolled back") }
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    /// The errors after which SQLite has given up the whole transaction.
    private static func fatal<Value>(_ outcome: Result<Value, any Error>) -> (any Error)? {
        guard case .failure(let error as DatabaseError) = outcome else { return nil }
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM,
            .SQLITE_READONLY, .SQLITE_CANTOPEN:
            return error
        default: return nil
        }
    }

    private func enqueue(_ change: Change) {
        let start = state.withLock { state in
            state.waiting.append(change)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard start else { return }
        queue.asyncWriteWithoutTransaction { db in self.drain(db) }
    }

    private func drain(_ db: Database) {
        while true {
            let (group, failure) = state.withLock { state -> ([Change], StateError?) in
                let group = Array(state.waiting.prefix(Self.largestGroup))
                state.waiting.removeFirst(group.count)
                if group.isEmpty { state.isRunning = false }
                return (group, state.failure)
            }
            if group.isEmpty { return }
            if let failure {
                for change in group { change.refuse(failure) }
            } else {
                commit(group, db)
            }
        }
    }

    private func commit(_ group: [Change], _ db: Database) {
        var attempts: [Attempt] = []
        do {
            try db.inTransaction(.immediate) {
                for change in group {
                    let attempt = change.run(db)
                    if let fatal = attempt.fatal { throw fatal }
                    attempts.append(attempt)
                }
                return .commit
            }
            commitCount.wrappingAdd(1, ordering: .relaxed)
            for attempt in attempts { attempt.complete() }
        } catch {
            let failure = Self.stateError(error)
            state.withLock { $0.failure = failure }
            for change in group { change.refuse(failure) }
            onFailure(failure)
        }
    }

    private static func stateError(_ error: any Error) -> StateError {
        if let error = error as? StateError { return error }
        guard let database = error as? DatabaseError else {
            return StateError("the state store failed: \(error)", cause: error)
        }
        let hint =
            switch database.resultCode {
            case .SQLITE_FULL: "the disk is full"
            case .SQLITE_IOERR: "the disk reports an error"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: "the file is damaged"
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: "the file cannot be written"
            default: "the database refused"
            }
        return StateError("\(hint): \(database.message ?? "no reason given")", cause: error)
    }
}
