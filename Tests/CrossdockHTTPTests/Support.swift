import CrossdockDiagnostics
import CrossdockHTTP
import Synchronization
import Testing

/// The error a call is expected to end with.
func failure(
    _ call: () async throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) async -> HTTPError? {
    do {
        try await call()
        Issue.record("the call succeeded", sourceLocation: sourceLocation)
        return nil
    } catch let error as HTTPError {
        return error
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
        return nil
    }
}

/// Waits until something becomes true that another thread brings about.
func eventually(
    _ condition: () async -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async {
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
        if await condition() { return }
        await Task.yield()
    }
    Issue.record("it did not come true", sourceLocation: sourceLocation)
}

let transient = Disposition.transient(retryAfter: nil)

final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }
    func set() { value.store(true, ordering: .sequentiallyConsistent) }
}

final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    func add(_ amount: Int = 1) { count.add(amount, ordering: .sequentiallyConsistent) }
}
