public import CrossdockCore
internal import GRDB
internal import Synchronization

/// The hub's memory in one SQLite file: the default, for one node.
///
/// One connection does everything and owns the checkpoints; changes that arrive together share one
/// durable commit. After a write has failed nothing is written any more: a failed `fsync` cannot be
/// repaired by another one.
///
/// - Threads: the connection's own serial queue.
/// - Source: SQLite, "Write-Ahead Logging" and `PRAGMA synchronous`.
public final class SQLiteStateStore: StateStore {
    let writer: GroupCommit
    private let queue: DatabaseQueue
    private let lock: StateLock?

    /// Opens or makes `state.sqlite` in a directory, and holds the directory's lock until ``close()``.
    ///
    /// - Parameters:
    ///   - onFailure: Called once when a write has failed; the hub stops then.
    /// - Throws: ``StateError``: the directory cannot be used, another hub holds it, the file is
    ///   damaged or newer than this program.
    public static func open(
        directory: String, clock: any HubClock = SystemClock(),
        onFailure: @escaping @Sendable (StateError) -> Void = { _ in }
    ) throws(StateError) -> SQLiteStateStore {
        let lock = try StateLock.take(in: directory)
        let path = directory + "/state.sqlite"
        return try translating(path) {
            let queue = try DatabaseQueue(path: path, configuration: configuration())
            try FilePermissions.restrict(path)
            return try SQLiteStateStore(queue, lock: lock, clock: clock, onFailure: onFailure)
        }
    }

    /// A store that forgets everything at its end.
    public static func inMemory(clock: any HubClock = SystemClock()) throws(StateError)
        -> SQLiteStateStore
    {
        try translating(":memory:") {
            let queue = try DatabaseQueue(configuration: configuration())
            return try SQLiteStateStore(queue, lock: nil, clock: clock, onFailure: { _ in })
        }
    }

    private init(
        _ queue: DatabaseQueue, lock: StateLock?, clock: any HubClock,
        onFailure: @escaping @Sendable (StateError) -> Void
    ) throws {
        self.queue = queue
        self.lock = lock
        self.clock = clock
        writer = GroupCommit(queue, onFailure: onFailure)
        try queue.writeWithoutTransaction { db in
            if lock != nil { try Self.makeDurable(db) }
            try Schema.migrate(db)
            try Self.verifyAfterUncleanStop(db)
            try Retention.prune(db, now: clock.now)
        }
    }

    let clock: any HubClock

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "crossdock.state"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            try db.execute(sql: "PRAGMA cell_size_check = ON")
        }
        return configuration
    }

    /// Sets what durability rests on, and reads it back: a library may have set it otherwise.
    private static func makeDurable(_ db: Database) throws {
        try db.execute(sql: "PRAGMA journal_mode = WAL")
        try db.execute(sql: "PRAGMA synchronous = FULL")
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        let level = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        guard mode == "wal", level == 2 else {
            throw StateError(
                "the state file cannot be written durably (journal_mode \(mode ?? "?"), "
                    + "synchronous \(level ?? -1)); is it on a network file system?")
        }
    }

    private static func verifyAfterUncleanStop(_ db: Database) throws {
        let wasClean = try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'clean'")
        if wasClean == "no" {
            let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
            guard verdict == "ok" else {
                throw StateError("the state file is damaged: \(verdict ?? "unreadable")")
            }
        }
        try db.execute(sql: "INSERT OR REPLACE INTO meta (key, value) VALUES ('clean', 'no')")
    }

    public func check() async throws {
        _ = try await writer.write { db in try Int.fetchOne(db, sql: "SELECT 1") }
    }

    public func close() async {
        _ = try? await writer.write { db in
            try db.execute(sql: "INSERT OR REPLACE INTO meta (key, value) VALUES ('clean', 'yes')")
        }
        try? queue.close()
        lock?.release()
    }
}

/// Runs `body`, turning whatever the database says into a ``StateError``.
private func translating<Result>(
    _ path: String, _ body: () throws -> Result
) throws(StateError) -> Result {
    do { return try body() } catch let error as StateError { throw error } catch {
        throw StateError("\(path) cannot be opened: \(error)", cause: error)
    }
}
