public import CrossdockCore
internal import Foundation
internal import GRDB

extension SQLiteStateStore {
    public func cursor(of source: String) async throws -> String? {
        try await writer.write { db in
            try String.fetchOne(
                db, sql: "SELECT cursor FROM cursors WHERE source = ?", arguments: [source])
        }
    }

    public func stage(_ page: StagedPage) async throws -> StageResult {
        try await writer.write { db in
            var result = StageResult(rows: [], echoes: 0, repetitions: 0)
            let known = try db.cachedStatement(
                sql:
                    "SELECT version, digest, own FROM staged WHERE source = ? AND object = ? AND key = ?"
            )
            let remember = try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO staged (source, object, key, version, digest, own) "
                    + "VALUES (?, ?, ?, ?, ?, ?)")
            let insert = try db.cachedStatement(
                sql: "INSERT INTO outbox (source, system, object, key, version, operation, body) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?)")
            for staged in page.records {
                let record = staged.record
                let last = try Row.fetchOne(
                    known, arguments: [page.source, record.object, record.key]
                )
                .map {
                    LastStaged(
                        version: $0["version"], digest: $0.bytes("digest"), isOwnWrite: $0["own"])
                }
                let verdict = StagingRule.verdict(on: staged, last: last)
                switch verdict {
                case .repetition: result.repetitions += 1
                case .echo: result.echoes += 1
                case .new: break
                }
                guard let version = verdict.version else { continue }
                try remember.execute(arguments: [
                    page.source, record.object, record.key, version,
                    staged.contentDigest.blob, staged.isOwnWrite,
                ])
                guard case .new = verdict else { continue }
                try insert.execute(arguments: [
                    page.source, record.system, record.object, record.key, version,
                    record.operation.rawValue, staged.body.blob,
                ])
                result.rows.append(
                    OutboxRow(
                        sequence: db.lastInsertedRowID, record: record.at(version: version),
                        body: staged.body))
            }
            try db.execute(
                sql: "INSERT OR REPLACE INTO cursors (source, cursor) VALUES (?, ?)",
                arguments: [page.source, page.cursor])
            return result
        }
    }

    public func pending(
        source: String, after sequence: Int64, limit: Int
    ) async throws -> [OutboxRow] {
        try await writer.write { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM outbox WHERE source = ? AND sequence > ? "
                    + "ORDER BY sequence LIMIT ?",
                arguments: [source, sequence, limit]
            ).map { row in
                OutboxRow(
                    sequence: row["sequence"], record: try RecordIdentity(row),
                    body: row.bytes("body"))
            }
        }
    }

    public func settle(source: String, _ settlements: [OutboxSettlement]) async throws {
        try await writer.write { db in
            let remove = try db.cachedStatement(
                sql: "DELETE FROM outbox WHERE source = ? AND sequence = ?")
            for settlement in settlements {
                switch settlement {
                case .done(let sequence): try remove.execute(arguments: [source, sequence])
                case .parked(let sequence, let letter):
                    try remove.execute(arguments: [source, sequence])
                    try Self.insert(letter, db)
                }
            }
        }
    }
}

extension RecordIdentity {
    func at(version: String) -> RecordIdentity {
        version == self.version
            ? self
            : RecordIdentity(
                system: system, object: object, key: key, version: version, operation: operation)
    }

    convenience init(_ row: Row) throws {
        guard let operation = Operation(rawValue: row["operation"]) else {
            throw StateError("a row names an unknown operation; the file is damaged")
        }
        self.init(
            system: row["system"], object: row["object"], key: row["key"], version: row["version"],
            operation: operation)
    }
}

extension Row {
    func bytes(_ column: String) -> [UInt8] {
        let data: Data? = self[column]
        return data.map { [UInt8]($0) } ?? []
    }
}
