import CrossdockDiagnostics
import CrossdockHTTP
import Synchronization
import Testing

@Suite("Gathering")
struct GatherTests {
    private final class Calls: Sendable {
        private let state = Mutex((sizes: [Int](), running: 0, most: 0))
        var sizes: [Int] { state.withLock { $0.sizes } }
        var most: Int { state.withLock { $0.most } }

        func begin(_ size: Int) {
            state.withLock {
                $0.sizes.append(size)
                $0.running += 1
                $0.most = max($0.most, $0.running)
            }
        }
        func end() { state.withLock { $0.running -= 1 } }
    }

    private func doubling(
        _ calls: Calls, limit: Int = 10, linger: Duration = .milliseconds(20),
        concurrency: Int = 2
    ) -> Gather<String, Int, Int> {
        Gather(limit: limit, linger: linger, concurrency: concurrency) { _, items in
            calls.begin(items.count)
            try? await Task.sleep(for: .milliseconds(2))
            calls.end()
            return items.map { item in
                item == 13 ? .failure(HTTPErrorStub.unlucky) : .success(item * 2)
            }
        }
    }

    private enum HTTPErrorStub: Error { case unlucky }

    @Test("fills calls up to the limit and gives each item its own result")
    func fills() async {
        let calls = Calls()
        let gather = doubling(calls)
        let results = await withTaskGroup(of: (Int, Int?).self) { group in
            for item in 0..<95 {
                group.addTask { (item, try? await gather.submit(item, group: "a")) }
            }
            return await group.reduce(into: [Int: Int]()) { $0[$1.0] = $1.1 }
        }
        #expect(results.count == 94)
        #expect(results.allSatisfy { $0.value == $0.key * 2 })
        #expect(calls.sizes.allSatisfy { $0 <= 10 })
        #expect(calls.sizes.reduce(0, +) == 95)
        #expect(calls.most <= 2)
    }

    @Test("sends an item alone when no other comes in time")
    func alone() async throws {
        let calls = Calls()
        #expect(try await doubling(calls).submit(4, group: "a") == 8)
        #expect(calls.sizes == [1])
    }

    @Test("never puts two items of one target or of two groups into a call")
    func apart() async throws {
        let calls = Calls()
        let gather = doubling(calls)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask { try await gather.submit(1, group: "a", target: "x") }
            }
            for name in ["b", "c"] { group.addTask { try await gather.submit(1, group: name) } }
            try await group.waitForAll()
        }
        #expect(calls.sizes == [1, 1, 1, 1, 1])
    }

    @Test("lets go of an item whose caller is cancelled while it waits")
    func cancels() async {
        let calls = Calls()
        let gather = doubling(calls, linger: .seconds(60))
        let waiting = Task { try await gather.submit(1, group: "a") }
        await Task.yield()
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(calls.sizes.isEmpty)
    }

    @Test("says that an outcome is unknown when a call has too few results")
    func missingResults() async {
        let gather = Gather<String, Int, Int>(limit: 1, linger: .zero, concurrency: 1) { _, _ in []
        }
        do {
            _ = try await gather.submit(1, group: "a")
            Issue.record("it succeeded")
        } catch let error as any Classified {
            #expect(error.disposition == .unknownOutcome)
        } catch {
            Issue.record(error)
        }
    }
}
