internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP
internal import Synchronization

/// Writes records in `$batch` calls, one change set per record, each with its own result.
///
/// A call whose outcome is unknown is never repeated blindly. With `matchOn`, the records are looked up
/// before anything is sent again: what is there was written, and is brought to the wanted state by an
/// update, which twice is once (class D). Without it, the outcome stays unknown.
struct SAPWriter: Sendable {
    enum Kind: String, Sendable {
        case create, update, upsert, delete
    }

    typealias Outcome = Result<Value, any Error>

    let service: SAPService
    let set: String
    let matchOn: String?
    let clock: any HubClock

    private static let mostRounds = 5

    /// What one record still needs, and what is known of it.
    private struct Work {
        var outcome: Outcome?
        /// A creation was sent and nobody knows what became of it.
        var mayExist = false
        /// Why the record is still open.
        var lastError: (any Error)?
    }

    func write(
        _ requests: [SAPWriteRequest], _ kind: Kind, inDoubt: Set<Int> = []
    ) async -> [Outcome] {
        var work = requests.indices.map { Work(mayExist: inDoubt.contains($0)) }
        var last: any Error = CancellationError()
        for round in 1...Self.mostRounds {
            let open = work.indices.filter { work[$0].outcome == nil }
            if open.isEmpty { break }
            do {
                try await pause(before: round, after: last)
                try await attempt(open, requests, kind, &work)
                last = CancellationError()
            } catch {
                last = error
                guard note(error, open, kind, &work) else { break }
            }
        }
        return work.map { item in
            if let outcome = item.outcome { return outcome }
            return .failure(item.mayExist ? unknown(last) : item.lastError ?? last)
        }
    }

    /// Marks what an error of the whole call means.
    ///
    /// - Returns: Whether another round can help.
    private func note(
        _ error: any Error, _ open: [Int], _ kind: Kind, _ work: inout [Work]
    ) -> Bool {
        guard let classified = error as? any Classified else { return false }
        switch classified.disposition {
        case .transient: return classified.code == .recordConflict
        case .permanent: return false
        case .unknownOutcome:
            let canResolve = matchOn != nil || kind == .update
            for at in open where !canResolve || kind == .create || kind == .upsert {
                work[at].mayExist = true
            }
            return canResolve
        }
    }

    private func unknown(_ error: any Error) -> any Error {
        if (error as? any Classified)?.disposition == .unknownOutcome { return error }
        return ConnectorError(
            .outcomeUnknown, "it is not known whether the record was written", .unknownOutcome,
            cause: error)
    }

    /// After an unknown outcome the call may still be at work over there: looking at once would find
    /// nothing.
    private func pause(before round: Int, after error: any Error) async throws {
        guard round > 1 else { return }
        let isTimeOut = (error as? any Classified)?.code == .callTimedOut
        let floor: Duration = isTimeOut ? .seconds(5) : .milliseconds(250)
        let backoff = Backoff(base: .milliseconds(250), cap: .seconds(10))
        try await clock.sleep(for: floor + backoff.delay(after: round - 1))
    }

    // MARK: One round

    private func attempt(
        _ open: [Int], _ requests: [SAPWriteRequest], _ kind: Kind, _ work: inout [Work]
    ) async throws {
        let type = try await service.type(of: set)
        let model = try await service.model()
        let changes = ChangeSets(set: set, type: type, model: model, service: service.name)
        let found = try await lookUp(open, requests, kind, type, work)
        var planned: [(at: Int, creates: Bool, existing: ExistingEntity?, set: [BatchChange])] = []
        for at in open {
            do throws(ConnectorError) {
                let existing = try found(at)
                if kind == .create, let existing, work[at].mayExist {
                    work[at].outcome = .success(
                        try result(existing.entity, type, created: true))
                    continue
                }
                let set = try plan(requests[at], kind, existing, changes)
                guard !set.isEmpty else {
                    work[at].outcome = .success(
                        try result(existing?.entity ?? requests[at].record, type, created: false))
                    continue
                }
                planned.append((at, set.first?.method == "POST" && existing == nil, existing, set))
            } catch {
                work[at].outcome = .failure(error)
            }
        }
        guard !planned.isEmpty else { return }
        let answers = try await send(planned.map(\.set))
        for (plan, answer) in zip(planned, answers) {
            settle(plan.at, requests[plan.at], plan.existing, answer, plan.creates, type, &work)
        }
    }

    /// - Returns: Gives the one entity that matches a request, or says that there are several.
    private func lookUp(
        _ open: [Int], _ requests: [SAPWriteRequest], _ kind: Kind,
        _ type: ODataModel.EntityType, _ work: [Work]
    ) async throws -> (Int) throws(ConnectorError) -> ExistingEntity? {
        guard let matchOn else { return { _ in nil } }
        let field = try service.property(matchOn, of: type, set)
        let wanted = open.filter { at in
            switch kind {
            case .upsert: true
            case .create: work[at].mayExist
            case .update, .delete: requests[at].keyPredicate == nil
            }
        }
        let values = Array(Set(wanted.compactMap { requests[$0].matchValue }))
        guard !values.isEmpty else { return { _ in nil } }
        var expanding: Set<String> = []
        for at in wanted {
            expanding.formUnion(requests[at].navigations.filter { type.navigation($0) != nil })
        }
        let found = try await EntityLookup(service: service, set: set, type: type, field: field)
            .find(values, expanding: expanding)
        return { (at) throws(ConnectorError) in
            guard let value = requests[at].matchValue, let matches = found[value] else {
                return nil
            }
            guard matches.count == 1 else {
                throw ConnectorError(
                    .recordAmbiguous,
                    "\(matches.count) entities of \(set) have the same \(matchOn)", .permanent)
            }
            return matches[0]
        }
    }

    private func plan(
        _ request: SAPWriteRequest, _ kind: Kind, _ existing: ExistingEntity?,
        _ changes: ChangeSets
    ) throws(ConnectorError) -> [BatchChange] {
        let path = request.keyPredicate.map { "\(set)(\($0))" } ?? existing?.path
        switch (kind, request.record) {
        case (.create, let record?): return changes.creation(record)
        case (.upsert, let record?):
            guard let existing else { return changes.creation(record) }
            return changes.update(record, of: existing)
        case (.update, let record?):
            if let existing { return changes.update(record, of: existing) }
            guard let path else { throw missing(request) }
            return changes.update(record, path: path, etag: nil, keys: changes.type.keys)
        case (.delete, _):
            guard let path else { throw missing(request) }
            return changes.deletion(path, etag: existing?.etag)
        case (_, nil):
            throw ConnectorError(.recordRefused, "there is no record to write", .permanent)
        }
    }

    private func missing(_ request: SAPWriteRequest) -> ConnectorError {
        ConnectorError(
            .recordNotFound,
            request.matchValue == nil
                ? "the record has no key: set key= or give the key fields"
                : "no entity of \(set) matches the record", .permanent)
    }

    private func send(_ sets: [[BatchChange]]) async throws -> [[BatchAnswer]] {
        let boundary = "batch_crossdock"
        var request = HTTPRequest(
            .post, try service.url("/$batch"),
            headers: [
                "Content-Type": "multipart/mixed; boundary=\(boundary)",
                "Accept": "multipart/mixed",
            ], body: .bytes(Batch.body(sets, boundary: boundary)))
        // An unknown outcome is looked up, so a kept connection costs nothing but a look.
        request.repetition = matchOn == nil ? .onceOnFreshConnection : .onceOnKeptConnection
        let what = "$batch of \(sets.count) changes of \(set)"
        let response = try await service.send(request, what)
        guard let answers = Batch.answers(response), answers.count == sets.count else {
            throw ConnectorError.unexpectedAnswer(
                what, response, repetition: .onceOnKeptConnection)
        }
        return answers
    }

    // MARK: Results

    private func settle(
        _ at: Int, _ request: SAPWriteRequest, _ existing: ExistingEntity?,
        _ answers: [BatchAnswer], _ created: Bool, _ type: ODataModel.EntityType,
        _ work: inout [Work]
    ) {
        // A change set that failed has undone itself, so nothing is in doubt any more.
        work[at].mayExist = false
        if let failed = answers.first(where: { !$0.isSuccess }) {
            let problem = SAPProblem.read(status: failed.status, body: failed.body)
            let error = service.system.errors.error("write to \(set)", problem)
            // Locked or changed by somebody else meanwhile: another round looks again.
            let passes = error.code == .recordLocked || error.code == .recordConflict
            work[at].outcome = passes && matchOn != nil ? nil : .failure(error)
            if work[at].outcome == nil { work[at].lastError = error }
            return
        }
        let entity = answers.first.flatMap { try? JSONDocument($0.body).root["d"] }
        let source = created ? entity : existing?.entity ?? request.record
        work[at].outcome = Result { try result(source, type, created: created) }
    }

    /// `{key, created, fields}`.
    private func result(
        _ entity: JSONNode?, _ type: ODataModel.EntityType, created: Bool
    ) throws(ConnectorError) -> Value {
        var fields: Value = .object(ValueObject())
        if let entity, let flat = try? Value(json: FlatEntity.bytes(entity)) { fields = flat }
        let parts = type.keys.map { ($0, entity?[$0]?.scalarText ?? "") }
        let key =
            parts.count == 1
            ? parts[0].1
            : parts.map { name, value in
                "\(name)=\(ODataName.literal(value, type: type.property(name)?.type ?? "Edm.String"))"
            }.joined(separator: ",")
        return ["key": .string(key), "created": .bool(created), "fields": fields]
    }
}
