import CrossdockCore
import CrossdockStore
import CrossdockTesting
import Testing

/// The stores that must keep the same promises.
enum StoreKind: String, CaseIterable, Sendable {
    case memory, sqlite

    func make() throws -> any StateStore {
        switch self {
        case .memory: MemoryStateStore()
        case .sqlite: try SQLiteStateStore.inMemory()
        }
    }
}

private func staged(
    _ key: String, _ version: String, _ content: String, own: Bool = false,
    operation: RecordIdentity.Operation = .upsert
) -> StagedRecord {
    StagedRecord(
        record: RecordIdentity(
            system: "salesforce", object: "Account", key: key, version: version,
            operation: operation),
        body: Array(content.utf8), contentDigest: Array(content.utf8), isOwnWrite: own)
}

@Suite("State stores keep the same promises")
struct StateStoreConformanceTests {
    @Test(
        "Rows and cursor are staged together and come back until they are settled",
        arguments: StoreKind.allCases)
    func outbox(_ kind: StoreKind) async throws {
        let store = try kind.make()
        #expect(try await store.cursor(of: "r") == nil)
        let result = try await store.stage(
            StagedPage(
                source: "r", cursor: "c1", records: [staged("1", "a", "x"), staged("2", "a", "y")]))
        #expect(result.rows.map(\.record.key) == ["1", "2"])
        #expect(try await store.cursor(of: "r") == "c1")
        #expect(try await store.cursor(of: "other") == nil)

        let first = try #require(result.rows.first)
        try await store.settle(source: "r", [.done(sequence: first.sequence)])
        let rest = try await store.pending(source: "r", after: 0, limit: 10)
        #expect(rest.map(\.record) == [result.rows[1].record])
        #expect(rest.map(\.body) == [Array("y".utf8)])
        #expect(try await store.pending(source: "other", after: 0, limit: 10).isEmpty)
    }

    @Test("Repetitions and echoes are told from news", arguments: StoreKind.allCases)
    func staging(_ kind: StoreKind) async throws {
        let store = try kind.make()
        func stage(_ record: StagedRecord) async throws -> String {
            let result = try await store.stage(
                StagedPage(source: "r", cursor: "c", records: [record]))
            if result.echoes == 1 { return "echo" }
            if result.repetitions == 1 { return "repetition" }
            return result.rows.first?.record.version ?? "nothing"
        }
        #expect(try await stage(staged("1", "t1", "x")) == "t1")
        #expect(try await stage(staged("1", "t1", "x")) == "repetition")
        #expect(try await stage(staged("1", "t0", "z")) == "repetition")
        #expect(try await stage(staged("1", "t1", "y")) == "t1~001")
        #expect(try await stage(staged("1", "t1", "z")) == "t1~002")
        #expect(try await stage(staged("1", "t2", "z", own: true)) == "echo")
        #expect(try await stage(staged("1", "t2", "z")) == "repetition")
        #expect(try await stage(staged("1", "t3", "w", own: true)) == "t3")
        #expect(try await stage(staged("1", "t4", "w")) == "t4")
        #expect(try await stage(staged("1", "t5", "", operation: .delete)) == "t5")
        #expect(try await stage(staged("1", "t5", "", operation: .delete)) == "repetition")
    }

    @Test("A parked row becomes a dead letter with its reason", arguments: StoreKind.allCases)
    func parking(_ kind: StoreKind) async throws {
        let store = try kind.make()
        let row = try #require(
            try await store.stage(
                StagedPage(source: "r", cursor: "c", records: [staged("1", "a", "x")])
            ).rows.first)
        let letter = DeadLetter(
            route: "r", destination: "sap:X", record: row.record, body: row.body, code: "CD2104",
            reason: "unknown country", failedAt: Instant(millisecondsSince1970: 7), attempts: 2)
        try await store.settle(source: "r", [.parked(sequence: row.sequence, letter)])
        #expect(try await store.pending(source: "r", after: 0, limit: 9).isEmpty)
        let kept = try #require(try await store.deadLetters(route: "r", after: 0, limit: 9).first)
        #expect(kept.record == row.record)
        #expect(kept.code == "CD2104")
        #expect(kept.attempts == 2)
        #expect(try await store.deadLetterCount(route: nil) == 1)
        #expect(try await store.deadLetterCount(route: "other") == 0)
        try await store.discard([kept.id])
        #expect(try await store.deadLetterCount(route: nil) == 0)
    }

    @Test(
        "An effect is new, in doubt until its result is known, then done for good",
        arguments: StoreKind.allCases)
    func journal(_ kind: StoreKind) async throws {
        let store = try kind.make()
        func intent(_ version: String) -> EffectIntent {
            EffectIntent(
                route: "r", target: "sap:X",
                record: RecordIdentity(
                    system: "salesforce", object: "Account", key: "1", version: version))
        }
        #expect(try await store.begin([intent("b")]) == [.new])
        let doubt = try await store.begin([intent("b")])
        guard case .inDoubt(_, let attempts) = doubt[0] else {
            Issue.record("in doubt expected, got \(doubt)")
            return
        }
        #expect(attempts == 1)
        try await store.finish([EffectResult(id: intent("b").id, ending: .done(result: [1, 2]))])
        #expect(try await store.begin([intent("b")]) == [.done(result: [1, 2])])
        #expect(try await store.begin([intent("a")]) == [.superseded(by: "b")])
        #expect(try await store.begin([intent("c")]) == [.new])
        try await store.finish([EffectResult(id: intent("c").id, ending: .refused)])
        #expect(try await store.begin([intent("c")]) == [.new])
        try await store.finish([EffectResult(id: intent("c").id, ending: .done(result: []))])
        #expect(try await store.begin([intent("c")]) == [.done(result: [])])
    }

    @Test("Finishing what was never begun is refused", arguments: StoreKind.allCases)
    func finishUnknown(_ kind: StoreKind) async throws {
        let store = try kind.make()
        await #expect(throws: StateError.self) {
            try await store.finish([
                EffectResult(id: EffectID(digest: [1]), ending: .done(result: []))
            ])
        }
    }

    @Test("Cross references are found from both sides and tied anew", arguments: StoreKind.allCases)
    func xref(_ kind: StoreKind) async throws {
        let store = try kind.make()
        try await store.tie(table: "t", [("a", "1"), ("b", "2")])
        try await store.tie(table: "t", [("c", "1")])
        #expect(
            try await store.partners(table: "t", of: .left, keys: ["a", "b", "c"]) == [
                nil, "2", "1",
            ])
        #expect(try await store.partners(table: "t", of: .right, keys: ["1", "9"]) == ["c", nil])
        try await store.untie(table: "t", of: .right, key: "2")
        #expect(try await store.pairs(table: "t", after: "", limit: 9).map(\.left) == ["c"])
        #expect(try await store.partners(table: "u", of: .left, keys: ["b"]) == [nil])
    }

    @Test("Marks and documents keep what was written", arguments: StoreKind.allCases)
    func marksAndDocuments(_ kind: StoreKind) async throws {
        let store = try kind.make()
        try await store.mark(repository: "m", keys: ["k"])
        #expect(try await store.isMarked(repository: "m", key: "k"))
        #expect(try await !store.isMarked(repository: "n", key: "k"))
        try await store.unmark(repository: "m", key: "k")
        #expect(try await !store.isMarked(repository: "m", key: "k"))

        #expect(try await store.put(kind: "d", key: "k", content: [1], ifRevision: 0) == 1)
        #expect(try await store.put(kind: "d", key: "k", content: [2], ifRevision: 0) == nil)
        #expect(try await store.put(kind: "d", key: "k", content: [], ifRevision: 1) == 2)
        #expect(try await store.document(kind: "d", key: "k")?.content == [])
        #expect(try await store.documents(kind: "d", after: "", limit: 9).map(\.key) == ["k"])
        try await store.removeDocument(kind: "d", key: "k")
        #expect(try await store.document(kind: "d", key: "k") == nil)
    }
}
