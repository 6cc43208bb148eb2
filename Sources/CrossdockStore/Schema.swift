internal import CrossdockCore
internal import GRDB

/// The tables, version by version. Forward only: a file from a later version is refused.
enum Schema {
    static let versions: [String] = [
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

        CREATE TABLE cursors (source TEXT PRIMARY KEY, cursor TEXT NOT NULL) WITHOUT ROWID;

        -- What of each record was staged last.
        CREATE TABLE staged (
            source TEXT NOT NULL, object TEXT NOT NULL, key TEXT NOT NULL,
            version TEXT NOT NULL, digest BLOB NOT NULL,
            PRIMARY KEY (source, object, key)) WITHOUT ROWID;

        CREATE TABLE outbox (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL,
            system TEXT NOT NULL, object TEXT NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL,
            operation TEXT NOT NULL, body BLOB NOT NULL);
        CREATE INDEX outbox_of_source ON outbox (source, sequence);

        -- An intent has no result yet.
        CREATE TABLE effects (
            id BLOB PRIMARY KEY, target TEXT NOT NULL, order_key TEXT NOT NULL,
            version TEXT NOT NULL, since INTEGER NOT NULL, attempts INTEGER NOT NULL,
            result BLOB, finished INTEGER) WITHOUT ROWID;
        CREATE INDEX effects_by_age ON effects (finished) WHERE finished IS NOT NULL;

        -- The latest version of each record that a target has.
        CREATE TABLE applied (
            target TEXT NOT NULL, order_key TEXT NOT NULL, version TEXT NOT NULL,
            PRIMARY KEY (target, order_key)) WITHOUT ROWID;

        CREATE TABLE xref (
            name TEXT NOT NULL, left_key TEXT NOT NULL, right_key TEXT NOT NULL,
            PRIMARY KEY (name, left_key)) WITHOUT ROWID;
        CREATE UNIQUE INDEX xref_right ON xref (name, right_key);

        CREATE TABLE marks (
            repository TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (repository, key)) WITHOUT ROWID;

        CREATE TABLE dead_letters (
            id INTEGER PRIMARY KEY AUTOINCREMENT, route TEXT NOT NULL, destination TEXT,
            system TEXT, object TEXT, key TEXT, version TEXT, operation TEXT,
            body BLOB NOT NULL, headers BLOB NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
            failed_at INTEGER NOT NULL, attempts INTEGER NOT NULL);
        CREATE INDEX dead_letters_of_route ON dead_letters (route, id);

        CREATE TABLE documents (
            kind TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL,
            content BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
        """,
        // Whether what was staged last was the hub's own write.
        "ALTER TABLE staged ADD COLUMN own INTEGER NOT NULL DEFAULT 0",
    ]

    /// Brings the file to the current version, one transaction per step.
    static func migrate(_ db: Database) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found <= versions.count else {
            throw StateError(
                "the state has version \(found), this program knows \(versions.count)",
                code: .stateNewer)
        }
        for (index, sql) in versions.enumerated().dropFirst(found) {
            try db.inTransaction(.immediate) {
                try db.execute(sql: sql)
                try db.execute(sql: "PRAGMA user_version = \(index + 1)")
                return .commit
            }
        }
    }
}

/// How long what is only needed against repetition is kept.
enum Retention {
    /// Longer than any message waits in a queue, any retry and any backup that may be restored.
    static let milliseconds: Int64 = 35 * 24 * 3_600 * 1_000

    static func prune(_ db: Database, now: Instant) throws {
        let limit = now.millisecondsSince1970 - milliseconds
        try db.execute(sql: "DELETE FROM effects WHERE finished < ?", arguments: [limit])
        try db.execute(sql: "DELETE FROM marks WHERE at < ?", arguments: [limit])
    }
}
