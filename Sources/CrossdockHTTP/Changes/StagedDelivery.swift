internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics

/// Takes staged records from the backlog, delivers them and settles each by its outcome.
struct StagedDelivery: Sendable {
    let backlog: Backlog
    let outbox: any Outbox
    let route: RouteContext
    let deliver: Deliver

    /// One worker: goes on until the backlog is empty.
    func work() async throws {
        do {
            while let row = backlog.next() {
                try await settle(row)
                backlog.release(row)
            }
        } catch {
            backlog.close()
            throw error
        }
    }

    private func settle(_ row: OutboxRow) async throws {
        var attempts = 0
        while !Task.isCancelled {
            attempts += 1
            switch await deliver(exchange(for: row)) {
            case .completed:
                return try await outbox.settle(
                    source: route.routeID, [.done(sequence: row.sequence)])
            case .interrupted:
                return  // stays staged, and comes again at the next start
            case .failed(let exchange, let error):
                guard let wait = wait(after: error, attempts) else {
                    let letter = letter(row, exchange, error, attempts)
                    return try await outbox.settle(
                        source: route.routeID, [.parked(sequence: row.sequence, letter)])
                }
                guard await route.stop.sleep(for: wait, clock: route.clock) else { return }
            }
        }
    }

    /// - Returns: Nil when the record will fail the same way again.
    private func wait(after error: any Error, _ attempts: Int) -> Duration? {
        let asked: Duration?
        switch (error as? any Classified)?.disposition {
        case .transient(let retryAfter): asked = retryAfter
        // The journal knows the effect by the record: a second attempt finds out before it repeats.
        case .unknownOutcome: asked = .seconds(1)
        case .permanent, nil: return nil
        }
        let wait = Backoff(base: .seconds(1), cap: .seconds(60)).delay(
            after: attempts, retryAfter: asked.map { min($0, RetryAfter.cap) })
        return max(wait, .milliseconds(100))
    }

    private func exchange(for row: OutboxRow) -> Exchange {
        let record = row.record
        var message = Message(row.body.isEmpty ? .empty : .bytes(row.body))
        message.control[ControlName.operation] = .string(record.operation.rawValue)
        message.control[ControlName.object] = .string(record.object)
        message.control[ControlName.key] = .string(record.key)
        message.control[ControlName.modifiedAt] = .string(
            String(record.version.prefix { $0 != "~" }))
        return Exchange(message, record: record)
    }

    private func letter(
        _ row: OutboxRow, _ exchange: Exchange, _ error: any Error, _ attempts: Int
    ) -> DeadLetter {
        let classified = error as? any Classified
        let headers = Value.object(
            ValueObject(exchange.message.headers.map { ($0.name, $0.value) }))
        return DeadLetter(
            route: route.routeID, record: row.record, body: row.body, headers: headers.json,
            code: classified?.code.id ?? DiagnosticCode.stepFailed.id,
            reason: classified?.message ?? "\(error)", failedAt: route.clock.now,
            attempts: attempts)
    }
}
