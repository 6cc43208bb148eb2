import CrossdockData
import Testing

@testable import CrossdockSandbox

@Suite("Journal")
struct JournalTests {
    private func entries(_ bytes: [UInt8]) throws -> [Value] {
        try bytes.split(separator: 0x0A).map { try Value(json: Array($0)) }
    }

    private func effect(_ sequence: Int, request: Int) -> Journal.Effect {
        Journal.Effect(
            sequence: sequence, time: 0, operation: .create, object: "A", id: "1",
            externalId: nil, request: request)
    }

    @Test("Requests and effects share one sequence, and an effect names its request")
    func sequence() throws {
        let journal = Journal(clock: SandboxClock())
        let first = journal.begin(method: "POST", path: "/a", query: "x=1")
        let reserved = journal.reserve(2)
        journal.append([effect(reserved, request: first), effect(reserved + 1, request: first)])
        journal.end(first, status: 201, user: "u")
        _ = journal.begin(method: "GET", path: "/b", query: "")

        let all = try entries(journal.lines(after: 0))
        #expect(all.map { $0["seq"] } == [1, 2, 3, 4])
        #expect(all.map { $0["kind"] } == ["request", "effect", "effect", "request"])
        #expect(all[0]["status"] == 201)
        #expect(all[0]["user"] == "u")
        #expect(all[0]["query"] == "x=1")
        #expect(all[1]["request"] == 1)
        #expect(all[1]["op"] == "create")
        #expect(all[3]["status"] == .null)
        #expect(try entries(journal.lines(after: 2)).map { $0["seq"] } == [3, 4])
        #expect(try entries(journal.lines(after: 0, kind: "effect")).count == 2)
    }

    @Test("Old requests go, effects stay")
    func bounds() throws {
        let journal = Journal(clock: SandboxClock())
        let number = journal.begin(method: "POST", path: "/first", query: "")
        journal.append([effect(journal.reserve(1), request: number)])
        for _ in 0..<(Journal.requestLimit + 5) {
            journal.end(
                journal.begin(method: "GET", path: "/p", query: "q"), status: 200, user: nil)
        }
        let all = try entries(journal.lines(after: 0))
        #expect(all.count == Journal.requestLimit + 1)
        #expect(all.first?["kind"] == "effect")
        journal.end(number, status: 500, user: nil)  // long gone: nothing to complete
        #expect(try entries(journal.lines(after: 0)).count == all.count)
    }
}
