public import CrossdockCore
internal import GRDB

extension SQLiteStateStore {
    public func park(_ letters: [DeadLetter]) async throws {
        try await writer.write { db in
            for letter in letters { try Self.insert(letter, db) }
        }
    }

    static func insert(_ letter: DeadLetter, _ db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO dead_letters (route, destination, system, object, key, version, "
                + "operation, body, headers, code, reason, failed_at, attempts) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            letter.route, letter.destination, letter.record?.system, letter.record?.object,
            letter.record?.key, letter.record?.version, letter.record?.operation.rawValue,
            letter.body.blob, letter.headers.blob, letter.code, letter.reason,
            letter.failedAt.millisecondsSince1970, letter.attempts,
        ])
    }

    public func deadLetters(
        route: String?, after id: Int64, limit: Int
    ) async throws -> [DeadLetter] {
        try await writer.write { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM dead_letters WHERE id > ? AND (? IS NULL OR route = ?) "
                    + "ORDER BY id LIMIT ?",
                arguments: [id, route, route, limit]
            ).map(DeadLetter.init)
        }
    }

    public func deadLetterCount(route: String?) async throws -> Int {
        try await writer.write { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM dead_letters WHERE ? IS NULL OR route = ?",
                arguments: [route, route]) ?? 0
        }
    }

    public func discard(_ ids: [Int64]) async throws {
        try await writer.write { db in
            let remove = try db.cachedStatement(sql: "DELETE FROM dead_letters WHERE id = ?")
            for id in ids { try remove.execute(arguments: [id]) }
        }
    }
}

extension DeadLetter {
    fileprivate init(_ row: Row) throws {
        let key: String? = row["key"]
        self.init(
            id: row["id"], route: row["route"], destination: row["destination"],
            record: key == nil ? nil : try RecordIdentity(row), body: row.bytes("body"),
            headers: row.bytes("headers"), code: row["code"], reason: row["reason"],
            failedAt: Instant(millisecondsSince1970: row["failed_at"]), attempts: row["attempts"])
    }
}
