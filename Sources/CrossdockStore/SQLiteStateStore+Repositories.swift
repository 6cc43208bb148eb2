public import CrossdockCore
internal import GRDB

extension SQLiteStateStore {
    // MARK: Cross references

    public func partners(
        table: String, of side: CrossReferenceSide, keys: [String]
    ) async throws -> [String?] {
        let sql =
            switch side {
            case .left: "SELECT right_key FROM xref WHERE name = ? AND left_key = ?"
            case .right: "SELECT left_key FROM xref WHERE name = ? AND right_key = ?"
            }
        return try await writer.write { db in
            let find = try db.cachedStatement(sql: sql)
            return try keys.map { try String.fetchOne(find, arguments: [table, $0]) }
        }
    }

    public func tie(table: String, _ pairs: [(left: String, right: String)]) async throws {
        try await writer.write { db in
            let put = try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO xref (name, left_key, right_key) VALUES (?, ?, ?)")
            for pair in pairs { try put.execute(arguments: [table, pair.left, pair.right]) }
        }
    }

    public func untie(table: String, of side: CrossReferenceSide, key: String) async throws {
        let column = side == .left ? "left_key" : "right_key"
        try await writer.write { db in
            try db.execute(
                sql: "DELETE FROM xref WHERE name = ? AND \(column) = ?", arguments: [table, key])
        }
    }

    public func pairs(
        table: String, after left: String, limit: Int
    ) async throws -> [(left: String, right: String)] {
        try await writer.write { db in
            try Row.fetchAll(
                db,
                sql: "SELECT left_key, right_key FROM xref WHERE name = ? AND left_key > ? "
                    + "ORDER BY left_key LIMIT ?",
                arguments: [table, left, limit]
            ).map { ($0["left_key"], $0["right_key"]) }
        }
    }

    // MARK: Idempotent repository

    public func isMarked(repository: String, key: String) async throws -> Bool {
        try await writer.write { db in
            try Bool.fetchOne(
                db, sql: "SELECT 1 FROM marks WHERE repository = ? AND key = ?",
                arguments: [repository, key]) ?? false
        }
    }

    public func mark(repository: String, keys: [String]) async throws {
        let now = clock.now.millisecondsSince1970
        try await writer.write { db in
            let put = try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO marks (repository, key, at) VALUES (?, ?, ?)")
            for key in keys { try put.execute(arguments: [repository, key, now]) }
        }
    }

    public func unmark(repository: String, key: String) async throws {
        try await writer.write { db in
            try db.execute(
                sql: "DELETE FROM marks WHERE repository = ? AND key = ?",
                arguments: [repository, key])
        }
    }

    // MARK: Documents

    public func document(kind: String, key: String) async throws -> Document? {
        try await writer.write { db in
            try Row.fetchOne(
                db, sql: "SELECT key, content, revision FROM documents WHERE kind = ? AND key = ?",
                arguments: [kind, key]
            ).map(Document.init)
        }
    }

    public func put(
        kind: String, key: String, content: [UInt8], ifRevision revision: Int64?
    ) async throws -> Int64? {
        try await writer.write { db in
            let found = try Int64.fetchOne(
                db, sql: "SELECT revision FROM documents WHERE kind = ? AND key = ?",
                arguments: [kind, key])
            if let revision, revision != found ?? 0 { return nil }
            let next = (found ?? 0) + 1
            try db.execute(
                sql: "INSERT OR REPLACE INTO documents (kind, key, revision, content) "
                    + "VALUES (?, ?, ?, ?)",
                arguments: [kind, key, next, content.blob])
            return next
        }
    }

    public func removeDocument(kind: String, key: String) async throws {
        try await writer.write { db in
            try db.execute(
                sql: "DELETE FROM documents WHERE kind = ? AND key = ?", arguments: [kind, key])
        }
    }

    public func documents(
        kind: String, after key: String, limit: Int
    ) async throws -> [Document] {
        try await writer.write { db in
            try Row.fetchAll(
                db,
                sql: "SELECT key, content, revision FROM documents WHERE kind = ? AND key > ? "
                    + "ORDER BY key LIMIT ?",
                arguments: [kind, key, limit]
            ).map(Document.init)
        }
    }
}

extension Document {
    fileprivate init(_ row: Row) {
        self.init(key: row["key"], content: row.bytes("content"), revision: row["revision"])
    }
}
