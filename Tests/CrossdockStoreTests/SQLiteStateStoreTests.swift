import CrossdockCore
import CrossdockDiagnostics
import Foundation
import Testing

@testable import CrossdockStore

@Suite("The SQLite state store")
struct SQLiteStateStoreTests {
    private let directory = NSTemporaryDirectory() + "crossdock-store-\(UUID().uuidString)"

    private func page(_ count: Int, cursor: String) -> StagedPage {
        StagedPage(
            source: "r", cursor: cursor,
            records: (0..<count).map { number in
                StagedRecord(
                    record: RecordIdentity(
                        system: "s", object: "o", key: "\(number)", version: cursor),
                    body: Array("body".utf8), contentDigest: Array(cursor.utf8), isOwnWrite: false)
            })
    }

    @Test("What was staged is there after the store is opened again")
    func reopens() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let one = try SQLiteStateStore.open(directory: directory)
        _ = try await one.stage(page(3, cursor: "c1"))
        await one.close()
        let two = try SQLiteStateStore.open(directory: directory)
        #expect(try await two.cursor(of: "r") == "c1")
        #expect(try await two.pending(source: "r", after: 0, limit: 9).count == 3)
        await two.close()
    }

    @Test("A second hub on the same directory is refused, and let in when the first is gone")
    func locks() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let one = try SQLiteStateStore.open(directory: directory)
        let error = #expect(throws: StateError.self) {
            try SQLiteStateStore.open(directory: directory)
        }
        #expect(error?.code.id == "CD6103")
        await one.close()
        let two = try SQLiteStateStore.open(directory: directory)
        await two.close()
    }

    @Test("Only the owner can read the state")
    func isPrivate() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try SQLiteStateStore.open(directory: directory)
        let attributes = try FileManager.default.attributesOfItem(
            atPath: directory + "/state.sqlite")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        await store.close()
    }

    @Test("A file that is no database is refused with a code")
    func damaged() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let noise = Data((0..<8_192).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try noise.write(to: URL(fileURLWithPath: directory + "/state.sqlite"))
        let error = #expect(throws: StateError.self) {
            try SQLiteStateStore.open(directory: directory)
        }
        #expect(error?.code.id == "CD6101")
    }

    @Test("Changes that arrive together are all durable and none waits for its own commit")
    func groups() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try SQLiteStateStore.open(directory: directory)
        let before = store.writer.commits
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    try await store.mark(repository: "m", keys: ["\(number)"])
                }
            }
            try await group.waitForAll()
        }
        #expect(store.writer.commits - before < 150)
        for number in 0..<300 {
            #expect(try await store.isMarked(repository: "m", key: "\(number)"))
        }
        await store.close()
    }

    @Test("Killed while it writes, the store has all that it acknowledged and no half of a page")
    func survivesKill() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String] in
            let store = try SQLiteStateStore.open(directory: directory)
            let acknowledged = open(
                directory + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            for number in 0..<10_000 {
                let cursor = "c\(number)"
                // The killer comes while later pages are on their way.
                if number == 40 { Thread.detachNewThread { kill(getpid(), SIGKILL) } }
                _ = try await store.stage(
                    StagedPage(
                        source: "r", cursor: cursor,
                        records: (0..<20).map { row in
                            StagedRecord(
                                record: RecordIdentity(
                                    system: "s", object: "o", key: "\(number)-\(row)", version: "a"),
                                body: Array("body".utf8), contentDigest: [1], isOwnWrite: false)
                        }))
                _ = "\(number)\n".withCString { write(acknowledged, $0, strlen($0)) }
            }
        }
        let text = try String(contentsOfFile: directory + "/acknowledged", encoding: .utf8)
        let last = try #require(text.split(separator: "\n").last.flatMap { Int($0) })
        let store = try SQLiteStateStore.open(directory: directory)
        let rows = try await store.pending(source: "r", after: 0, limit: 1_000_000)
        let cursor = try #require(try await store.cursor(of: "r"))
        let staged = try #require(Int(cursor.dropFirst()))
        #expect(staged >= last, "an acknowledged page is gone")
        #expect(rows.count == (staged + 1) * 20, "cursor and rows differ")
        await store.close()
    }
}
