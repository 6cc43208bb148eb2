import CrossdockCore
import CrossdockData
import CrossdockDiagnostics
import CrossdockMapping
import CrossdockStore
import Foundation
import Testing

@testable import CrossdockHub

@Suite("Mappings outside of a hub")
struct MappingToolsTests {
    private static let text = """
        mapping: account
        version: 1
        left: { system: a, object: A }
        right: { system: b, object: B }
        fields:
          - { left: Owner, right: owner, xref: people }
          - right: contacts
            each: Contacts
            fields:
              - { left: Id, right: id, xref: contacts, onMissing: clear }
        """

    private static let folder = NSTemporaryDirectory() + "crossdock-\(UUID().uuidString)"

    @Test("The state's pairs answer xref in both directions, those of nested rows too")
    func pairs() async throws {
        let folder = Self.folder
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStateStore.open(directory: folder)
        try await store.tie(table: "people", [(left: "L1", right: "R1")])
        try await store.tie(
            table: "contacts", (1...3).map { (left: "l\($0)", right: "r\($0)") })
        await store.close()
        let mapping = try Mapping.load(Self.text, path: "account.yaml")
        let services = try await MappingTools.services(for: mapping, state: folder)
        let record: Value = ["Owner": "L1", "Contacts": [["Id": "l2"], ["Id": "l9"]]]
        let mapped = try mapping.apply(record, services: services)
        #expect(mapped["owner"] == "R1")
        #expect(mapped["contacts"] == [["id": "r2"], ["id": .null]])
        let back = services.crossReferences
        #expect(try back?.counterpart(of: "R1", on: .right, in: "people") == "L1")
        #expect(try back?.counterpart(of: "R1", on: .left, in: "people") == nil)
    }

    @Test("State that a hub holds is not read behind its back")
    func held() async throws {
        let folder = Self.folder + "-held"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStateStore.open(directory: folder)
        let mapping = try Mapping.load(Self.text, path: "account.yaml")
        await #expect(throws: StateError.self) {
            try await MappingTools.services(for: mapping, state: folder)
        }
        let verdict = StateCheck.check(folder)
        #expect(verdict.verdict == .warn)
        #expect(verdict.detail.contains("process \(getpid())"))
        await store.close()
        #expect(StateCheck.check(folder).verdict == .ok)
    }
}
