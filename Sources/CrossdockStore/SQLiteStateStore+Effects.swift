public import CrossdockCore
internal import Foundation
internal import GRDB

extension SQLiteStateStore {
    public func begin(_ intents: [EffectIntent]) async throws -> [EffectState] {
        let now = clock.now.millisecondsSince1970
        return try await writer.write { db in
            try intents.map { try Self.begin($0, now: now, db) }
        }
    }

    private static func begin(
        _ intent: EffectIntent, now: Int64, _ db: Database
    ) throws -> EffectState {
        let find = try db.cachedStatement(
            sql: "SELECT since, attempts, result FROM effects WHERE id = ?")
        if let row = try Row.fetchOne(find, arguments: [intent.id.digest.blob]) {
            if row.hasNull(atIndex: 2) {
                try db.cachedStatement(
                    sql: "UPDATE effects SET attempts = attempts + 1 WHERE id = ?"
                ).execute(arguments: [intent.id.digest.blob])
                return .inDoubt(
                    since: Instant(millisecondsSince1970: row["since"]), attempts: row["attempts"])
            }
            return .done(result: row.bytes("result"))
        }
        let applied = try String.fetchOne(
            db.cachedStatement(
                sql: "SELECT version FROM applied WHERE target = ? AND order_key = ?"),
            arguments: [intent.target, intent.orderKey])
        if let applied, applied >= intent.version { return .superseded(by: applied) }
        try db.cachedStatement(
            sql: "INSERT INTO effects (id, target, order_key, version, since, attempts) "
                + "VALUES (?, ?, ?, ?, ?, 1)"
        ).execute(arguments: [
            intent.id.digest.blob, intent.target, intent.orderKey, intent.version, now,
        ])
        return .new
    }

    public func finish(_ results: [EffectResult]) async throws {
        let now = clock.now.millisecondsSince1970
        try await writer.write { db in
            for result in results {
                switch result.ending {
                case .refused:
                    try db.cachedStatement(
                        sql: "DELETE FROM effects WHERE id = ? AND result IS NULL"
                    ).execute(arguments: [result.id.digest.blob])
                case .done(let bytes): try Self.finish(result.id, bytes, now: now, db)
                }
            }
        }
    }

    /// The dedupe mark and the effect's result share one commit.
    private static func finish(
        _ id: EffectID, _ result: [UInt8], now: Int64, _ db: Database
    ) throws {
        try db.cachedStatement(
            sql: "UPDATE effects SET result = ?, finished = ? WHERE id = ?"
        ).execute(arguments: [result.blob, now, id.digest.blob])
        guard db.changesCount == 1 else {
            throw StateError("an effect was finished that was never begun")
        }
        try db.cachedStatement(
            sql: "INSERT INTO applied (target, order_key, version) "
                + "SELECT target, order_key, version FROM effects WHERE id = ? "
                + "ON CONFLICT (target, order_key) DO UPDATE "
                + "SET version = excluded.version WHERE excluded.version > version"
        ).execute(arguments: [id.digest.blob])
    }
}

extension [UInt8] {
    /// As a blob, also when empty: SQLite would store NULL.
    var blob: DatabaseValue { Data(self).databaseValue }
}
