import CrossdockData
import CrossdockDiagnostics
import Testing

@testable import CrossdockSandbox

@Suite("Record store")
struct RecordStoreTests {
    private func record(_ key: String, _ fields: String) -> StoredRecord {
        StoredRecord(
            key: key, stamp: 5, modified: 4, created: 3, createdBy: "a", modifiedBy: "b",
            fields: Array(fields.utf8))
    }

    private func open(_ folder: String) throws -> (store: RecordStore, journal: Journal) {
        let clock = SandboxClock()
        let journal = Journal(clock: clock)
        let store = try RecordStore(name: "x", folder: folder, journal: journal, clock: clock)
        return (store, journal)
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = try Files.makeTemporaryFolder()
        defer { Files.removeFolder(folder) }
        try body(folder)
    }

    private func created(_ key: String, _ fields: String) -> RecordChange {
        .put(
            record(key, fields), in: "A",
            effect: .init(operation: .create, id: key, externalId: "e"))
    }

    @Test("Records, effects, notes and the clock come back")
    func reopen() throws {
        try withFolder { folder in
            do {
                let (store, _) = try open(folder)
                try store.commit([created("1", #"{"n":1}"#), created("2", "{}")], request: 7)
                try store.commit([.put(record("1", #"{"n":2}"#), in: "A")], request: nil)
                try store.commit([.remove("2", from: "A")], request: 8)
                try store.setNote("k", ["v": 1])
            }
            let (store, journal) = try open(folder)
            #expect(store.table("A").count == 1)
            #expect(store.table("A")["1"]?.fields == Array(#"{"n":2}"#.utf8))
            #expect(store.table("A")["1"]?.stamp == 5)
            #expect(store.table("A")["1"]?.modifiedBy == "b")
            #expect(store.note("k")?["v"] == 1)
            #expect(journal.effects.map(\.id) == ["1", "2"])
            #expect(journal.effects.map(\.request) == [7, 7])
            // Numbers of requests that were not in the log do not come again.
            #expect(journal.begin(method: "GET", path: "/", query: "") > 1_000)
        }
    }

    @Test("A commit that was cut by a kill is not there, what was before it is")
    func tornLine() throws {
        try withFolder { folder in
            do {
                let (store, _) = try open(folder)
                try store.commit([created("1", "{}")], request: 1)
                try store.commit([created("2", "{}"), created("3", "{}")], request: 2)
            }
            let whole = try Files.read("\(folder)/x.log")
            try Files.replace("\(folder)/x.log", with: Array(whole.dropLast(20)))
            do {
                let (store, journal) = try open(folder)
                #expect(store.table("A").count == 1)
                #expect(journal.effects.map(\.id) == ["1"])
                try store.commit([created("4", "{}")], request: 3)
            }
            #expect(try open(folder).store.table("A").records.map(\.key) == ["1", "4"])
        }
    }

    @Test("A damaged line inside the file is reported with its number")
    func damage() throws {
        try withFolder { folder in
            try Files.replace("\(folder)/x.log", with: Array("[]\n{oops}\n[]\n".utf8))
            let error = #expect(throws: SandboxError.self) { try open(folder) }
            #expect(error?.code == .sandboxData)
            #expect(error?.message.contains("x.log:2") == true)
        }
    }

    @Test("Two sandboxes cannot share a folder")
    func lock() throws {
        try withFolder { folder in
            let first = try open(folder)
            let error = #expect(throws: SandboxError.self) { try open(folder) }
            #expect(error?.message.contains("in use") == true)
            withExtendedLifetime(first) {}
        }
    }

    @Test("A file that holds much outdated data is rewritten and means the same")
    func compaction() throws {
        try withFolder { folder in
            do {
                let (store, _) = try open(folder)
                for round in 0..<1_500 {
                    try store.commit([.put(record("1", "{\"n\":\(round)}"), in: "A")], request: nil)
                }
                try store.commit([created("2", "{}")], request: 1)
            }
            let before = try Files.read("\(folder)/x.log").count
            do { _ = try open(folder) }
            #expect(try Files.read("\(folder)/x.log").count < before / 10)
            let (store, journal) = try open(folder)
            #expect(store.table("A")["1"]?.fields == Array(#"{"n":1499}"#.utf8))
            #expect(journal.effects.count == 1)
        }
    }

    @Test("A transaction that does not last leaves no record and no effect")
    func rollBack() throws {
        try withFolder { folder in
            let (store, journal) = try open(folder)
            try store.commit([created("1", #"{"n":1}"#)], request: 1)
            try store.transaction {
                try store.commit([created("2", "{}")], request: 2)
                try store.commit([.put(record("1", #"{"n":9}"#), in: "A")], request: 2)
                try store.commit([.remove("1", from: "A")], request: 2)
                #expect(store.table("A").count == 1)
                return ((), false)
            }
            #expect(store.table("A").records.map(\.key).sorted() == ["1"])
            #expect(store.table("A")["1"]?.fields == Array(#"{"n":1}"#.utf8))
            #expect(journal.effects.count == 1)
            try store.transaction {
                try store.commit([created("3", "{}")], request: 3)
                return ((), true)
            }
            #expect(journal.effects.map(\.id) == ["1", "3"])
        }
    }

    @Test("An index follows changes and removals")
    func index() throws {
        let table = RecordTable()
        table.put(record("1", #"{"n":"Ann"}"#))
        #expect(table.find("n", "ann", folded: true).map(\.key) == ["1"])
        table.put(record("2", #"{"n":"ANN"}"#))
        table.put(record("1", #"{"n":"Bob"}"#))
        #expect(table.find("n", "ann", folded: true).map(\.key) == ["2"])
        #expect(table.find("n", "bob", folded: true).map(\.key) == ["1"])
        table.remove("2")
        #expect(table.find("n", "Ann", folded: true).isEmpty)
        #expect(table.count == 1)
    }
}
