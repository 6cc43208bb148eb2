import CrossdockCore
import CrossdockDiagnostics
import CrossdockStore
import Foundation
import Testing

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
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    try await store.mark(repository: "m", keys: ["\(number)"])
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.isMarked(repository: "m", key: "299"))
        await store.close()
    }
}
