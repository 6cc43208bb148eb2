internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP

/// Writes records with an intent made durable before and a result after.
struct RecordedSAPWrites: Sendable {
    let writer: SAPWriter
    let recorder: EffectRecorder

    func write(
        _ requests: [SAPWriteRequest], _ kind: SAPWriter.Kind
    ) async -> [Result<Value, any Error>] {
        do {
            let states = try await recorder.begin(requests.map(\.intent))
            var outcomes: [Result<Value, any Error>?] = states.map { known($0, kind) }
            let open = outcomes.indices.filter { outcomes[$0] == nil }
            let inDoubt = open.indices.filter { at in
                if case .inDoubt = states[open[at]] { true } else { false }
            }
            let written = await writer.write(
                open.map { requests[$0] }, kind, inDoubt: Set(inDoubt))
            for (at, outcome) in zip(open, written) {
                outcomes[at] = settled(outcome, states[at], kind)
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
    private func known(_ state: EffectState, _ kind: SAPWriter.Kind) -> Result<Value, any Error>? {
        switch state {
        case .new: return nil
        case .done(let result): return Result { try Value(json: result) }
        case .superseded(let version):
            return .success([
                "key": "", "created": false, "fields": [:], "superseded": .string(version),
            ])
        case .inDoubt:
            guard kind == .create, writer.matchOn == nil else { return nil }
            return .failure(
                ConnectorError(
                    .outcomeUnknown,
                    "a creation began before and its outcome is not known; look in SAP, or set "
                        + "matchOn", .permanent))
        }
    }

    private func settled(
        _ outcome: Result<Value, any Error>, _ state: EffectState, _ kind: SAPWriter.Kind
    ) -> Result<Value, any Error> {
        guard kind == .delete, case .inDoubt = state, case .failure(let error) = outcome,
            (error as? ConnectorError)?.code == .recordNotFound
        else { return outcome }
        return .success(["key": "", "created": false, "fields": [:]])
    }
}
