internal import CrossdockData

/// Everything one system holds: records by object, and small notes.
///
/// A commit is written to the log before anything in memory changes, as one line: what a client was
/// told is there after a kill, and a request is there wholly or not at all.
///
/// - Threads: confined to the lock of its system.
final class RecordStore {
    private let journal: Journal
    private let clock: SandboxClock
    private let log: DataLog?
    private var tables: [String: RecordTable] = [:]
    private var notes: [String: [UInt8]] = [:]
    /// What an open transaction did so far; nil outside of one.
    private var transaction: Transaction?

    private struct Transaction {
        var changes: [RecordChange] = []
        var requests: [Int] = []
        /// The records before the changes, in the same order; nil for new ones.
        var before: [StoredRecord?] = []
    }

    /// - Parameter folder: Where the log is kept; nil to keep everything in memory.
    /// - Throws: ``SandboxError`` with `CD3193`.
    init(
        name: String, folder: String?, journal: Journal, clock: SandboxClock
    ) throws(SandboxError) {
        self.journal = journal
        self.clock = clock
        guard let folder else {
            log = nil
            return
        }
        let log = try DataLog(path: "\(folder)/\(name).log")
        self.log = log
        var effects: [Journal.Effect] = []
        var last = 0
        try log.replay { (entry) in
            switch entry {
            case .put(let object, let record): table(object).put(record)
            case .remove(let object, let key): table(object).remove(key)
            case .effect(let effect):
                effects.append(effect)
                last = max(last, effect.sequence)
            case .note(let key, let json): notes[key] = json
            case .sequence(let number): last = max(last, number)
            }
        }
        journal.restore(effects, last: last)
        if let lead = note("clock")?.number?.int64 { clock.set(clock.now &+ lead) }
        if log.isWorthCompacting { try log.compact(snapshot()) }
        try log.append([.sequence(last + Self.numbersPerRun)])
    }

    /// Requests are not in the log, but their numbers must not come again in a later run.
    private static let numbersPerRun = 1_000_000

    /// The records of an object; an empty table when there are none yet.
    func table(_ object: String) -> RecordTable {
        if let table = tables[object] { return table }
        let table = RecordTable()
        tables[object] = table
        return table
    }

    /// Names of the objects that have a table.
    var objects: [String] { tables.keys.sorted() }

    /// Makes changes last, all or none, and enters their effects into the ledger.
    ///
    /// - Parameter request: The journal's number of the request; nil for a load.
    /// - Throws: ``SandboxError`` with `CD3193` when the disk refuses; nothing has then changed.
    func commit(_ changes: [RecordChange], request: Int?) throws(SandboxError) {
        guard !changes.isEmpty else { return }
        if transaction != nil {
            transaction?.before += changes.map { table($0.object)[$0.key] }
            transaction?.changes += changes
            transaction?.requests += changes.map { _ in request ?? 0 }
            apply(changes)
            return
        }
        let effects = numbered(changes, requests: changes.map { _ in request ?? 0 })
        try log?.append(entries(changes, effects))
        apply(changes)
        journal.append(effects)
    }

    /// Runs several commits as one: they see each other's records, and last together or not at all.
    ///
    /// - Parameter body: Returns a result, and whether the changes shall last.
    /// - Throws: What `body` throws, or ``SandboxError`` when the disk refuses; all is then undone.
    func transaction<Result>(
        _ body: () throws -> (result: Result, lasts: Bool)
    ) throws -> Result {
        precondition(transaction == nil, "a transaction inside a transaction")
        transaction = Transaction()
        do {
            let outcome = try body()
            guard outcome.lasts else {
                undo()
                return outcome.result
            }
            let done = transaction ?? Transaction()
            let effects = numbered(done.changes, requests: done.requests)
            if !done.changes.isEmpty { try log?.append(entries(done.changes, effects)) }
            transaction = nil
            journal.append(effects)
            return outcome.result
        } catch {
            undo()
            throw error
        }
    }

    private func undo() {
        guard let done = transaction else { return }
        transaction = nil
        for (change, before) in zip(done.changes, done.before).reversed() {
            if let before {
                table(change.object).put(before)
            } else {
                table(change.object).remove(change.key)
            }
        }
    }

    private func apply(_ changes: [RecordChange]) {
        for change in changes {
            switch change.action {
            case .put(let record): table(change.object).put(record)
            case .remove(let key): table(change.object).remove(key)
            }
        }
    }

    private func entries(
        _ changes: [RecordChange], _ effects: [Journal.Effect]
    ) -> [DataLog.Entry] {
        let entries: [DataLog.Entry] = changes.map { change in
            switch change.action {
            case .put(let record): .put(change.object, record)
            case .remove(let key): .remove(change.object, key)
            }
        }
        return entries + effects.map { .effect($0) }
    }

    /// A small thing that lasts as long as the records: declared fields, counters.
    func note(_ key: String) -> Value? { notes[key].flatMap { try? Value(json: $0) } }

    func setNote(_ key: String, _ value: Value) throws(SandboxError) {
        let json = value.json
        try log?.append([.note(key, json)])
        notes[key] = json
    }

    private func numbered(_ changes: [RecordChange], requests: [Int]) -> [Journal.Effect] {
        let count = changes.count { $0.effect != nil }
        guard count > 0 else { return [] }
        var number = journal.reserve(count)
        let time = clock.now
        var effects: [Journal.Effect] = []
        effects.reserveCapacity(count)
        for (change, request) in zip(changes, requests) {
            guard let effect = change.effect else { continue }
            effects.append(
                Journal.Effect(
                    sequence: number, time: time, operation: effect.operation,
                    object: change.object, id: effect.id, externalId: effect.externalId,
                    request: request))
            number += 1
        }
        return effects
    }

    private func snapshot() -> [DataLog.Entry] {
        var entries: [DataLog.Entry] = notes.map { .note($0.key, $0.value) }
        for object in objects {
            entries += table(object).records.map { .put(object, $0) }
        }
        entries += journal.effects.map { .effect($0) }
        return entries
    }
}
