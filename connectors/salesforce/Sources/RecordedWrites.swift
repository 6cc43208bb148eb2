internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP

/// Writes records with an intent made durable before and a result after.
///
/// Updates and upserts by an external id may be repeated: twice is once (class A). A creation may not:
/// one whose outcome is unknown goes to a person (class E).
struct RecordedWrites: Sendable {
    let writer: SalesforceWriter
    let recorder: EffectRecorder

    func write(
        _ requests: [WriteRequest], _ group: WriteGroup
    ) async -> [Result<Value, any Error>] {
        do {
            let states = try await recorder.begin(requests.map(\.intent))
            var outcomes: [Result<Value, any Error>?] = zip(requests, states).map {
                request, state in
                known(state, group.kind)
            }
            let open = outcomes.indices.filter { outcomes[$0] == nil }
            let written = await writer.write(open.map { requests[$0] }, group)
            for (at, outcome) in zip(open, written) {
                outcomes[at] = settled(outcome, states[at], group.kind)
            }
            try await recorder.finish(
                open.compactMap { at in
                    outcomes[at].map { (intent: requests[at].intent, result: $0) }
                })
            return outcomes.map { $0 ?? .failure(CancellationError()) }
        } catch {
            return requests.map { _ in .failure(error) }
        }
    }

    /// What is already known of a write; nil when it has to be made.
    private func known(
        _ state: EffectState, _ kind: WriteGroup.Kind
    ) -> Result<Value, any Error>? {
        switch state {
        case .new: return nil
        case .done(let result): return Result { try Value(json: result) }
        case .superseded(let version):
            return .success(["success": true, "errors": [], "superseded": .string(version)])
        case .inDoubt:
            guard kind == .create else { return nil }
            return .failure(
                ConnectorError(
                    .outcomeUnknown,
                    "a creation began before and its outcome is not known; look in Salesforce, "
                        + "or use upsertSObject with an external id", .permanent))
        }
    }

    /// A record that is gone after a deletion in doubt is what was wanted.
    private func settled(
        _ outcome: Result<Value, any Error>, _ state: EffectState, _ kind: WriteGroup.Kind
    ) -> Result<Value, any Error> {
        guard kind == .delete, case .inDoubt = state, case .failure(let error) = outcome,
            (error as? ConnectorError)?.code == .recordNotFound
        else { return outcome }
        return .success(["success": true, "errors": []])
    }
}
