public import CrossdockCore
internal import Synchronization

/// A state store in memory, for tests of what stands on one.
///
/// Keeps the promises of every store but durability; the conformance suite runs against it too.
public final class MemoryStateStore: StateStore {
    private struct Key: Hashable { let a, b: String }

    private struct Effect {
        var intent: EffectIntent
        var since: Instant
        var attempts: Int
        var result: [UInt8]?
    }

    private struct State {
        var cursors: [String: String] = [:]
        var staged: [String: [Key: LastStaged]] = [:]
        var outbox: [String: [OutboxRow]] = [:]
        var sequence: Int64 = 0
        var effects: [EffectID: Effect] = [:]
        var applied: [Key: String] = [:]
        var pairs: [String: [String: String]] = [:]
        var marks: Set<Key> = []
        var letters: [DeadLetter] = []
        var letterID: Int64 = 0
        var documents: [String: [String: Document]] = [:]
    }

    private let state = Mutex(State())
    private let clock: any HubClock

    public init(clock: any HubClock = SystemClock()) { self.clock = clock }

    public func check() async throws {}
    public func close() async {}

    // MARK: Outbox

    public func cursor(of source: String) async throws -> String? {
        state.withLock { $0.cursors[source] }
    }

    public func stage(_ page: StagedPage) async throws -> StageResult {
        state.withLock { state in
            var result = StageResult(rows: [], echoes: 0, repetitions: 0)
            for staged in page.records {
                let key = Key(a: staged.record.object, b: staged.record.key)
                let last = state.staged[page.source]?[key]
                let verdict = StagingRule.verdict(on: staged, last: last)
                switch verdict {
                case .repetition: result.repetitions += 1
                case .echo: result.echoes += 1
                case .new(let version):
                    state.sequence += 1
                    let record = RecordIdentity(
                        system: staged.record.system, object: staged.record.object,
                        key: staged.record.key, version: version,
                        operation: staged.record.operation)
                    result.rows.append(
                        OutboxRow(sequence: state.sequence, record: record, body: staged.body))
                }
                if let version = verdict.version {
                    state.staged[page.source, default: [:]][key] = LastStaged(
                        version: version, digest: staged.contentDigest,
                        isOwnWrite: staged.isOwnWrite)
                }
            }
            state.outbox[page.source, default: []] += result.rows
            state.cursors[page.source] = page.cursor
            return result
        }
    }

    public func pending(
        source: String, after sequence: Int64, limit: Int
    ) async throws -> [OutboxRow] {
        state.withLock { state in
            Array((state.outbox[source] ?? []).lazy.filter { $0.sequence > sequence }.prefix(limit))
        }
    }

    public func settle(source: String, _ settlements: [OutboxSettlement]) async throws {
        state.withLock { state in
            for settlement in settlements {
                switch settlement {
                case .done(let sequence):
                    state.outbox[source]?.removeAll { $0.sequence == sequence }
                case .parked(let sequence, let letter):
                    state.outbox[source]?.removeAll { $0.sequence == sequence }
                    Self.park(letter, &state)
                }
            }
        }
    }

    // MARK: Effect journal

    public func begin(_ intents: [EffectIntent]) async throws -> [EffectState] {
        let now = clock.now
        return state.withLock { state in
            intents.map { intent in
                if let effect = state.effects[intent.id] {
                    if let result = effect.result { return .done(result: result) }
                    state.effects[intent.id]?.attempts += 1
                    return .inDoubt(since: effect.since, attempts: effect.attempts)
                }
                let key = Key(a: intent.target, b: intent.orderKey)
                if let applied = state.applied[key], applied >= intent.version {
                    return .superseded(by: applied)
                }
                state.effects[intent.id] = Effect(intent: intent, since: now, attempts: 1)
                return .new
            }
        }
    }

    public func finish(_ results: [EffectResult]) async throws {
        try state.withLock { state in
            for result in results {
                guard let effect = state.effects[result.id] else {
                    if case .refused = result.ending { continue }
                    throw StateError("an effect was finished that was never begun")
                }
                switch result.ending {
                case .refused:
                    if effect.result == nil { state.effects[result.id] = nil }
                case .done(let bytes):
                    state.effects[result.id]?.result = bytes
                    let key = Key(a: effect.intent.target, b: effect.intent.orderKey)
                    state.applied[key] = max(state.applied[key] ?? "", effect.intent.version)
                }
            }
        }
    }

    // MARK: Cross references

    public func partners(
        table: String, of side: CrossReferenceSide, keys: [String]
    ) async throws -> [String?] {
        state.withLock { state in
            let pairs = state.pairs[table] ?? [:]
            return keys.map { key in
                side == .left ? pairs[key] : pairs.first { $0.value == key }?.key
            }
        }
    }

    public func tie(table: String, _ pairs: [(left: String, right: String)]) async throws {
        state.withLock { state in
            for pair in pairs {
                for old in state.pairs[table] ?? [:] where old.value == pair.right {
                    state.pairs[table]?[old.key] = nil
                }
                state.pairs[table, default: [:]][pair.left] = pair.right
            }
        }
    }

    public func untie(table: String, of side: CrossReferenceSide, key: String) async throws {
        state.withLock { state in
            switch side {
            case .left: state.pairs[table]?[key] = nil
            case .right:
                for pair in state.pairs[table] ?? [:] where pair.value == key {
                    state.pairs[table]?[pair.key] = nil
                }
            }
        }
    }

    public func pairs(
        table: String, after left: String, limit: Int
    ) async throws -> [(left: String, right: String)] {
        state.withLock { state in
            (state.pairs[table] ?? [:]).filter { $0.key > left }.sorted { $0.key < $1.key }
                .prefix(limit).map { (left: $0.key, right: $0.value) }
        }
    }

    // MARK: Idempotent repository

    public func isMarked(repository: String, key: String) async throws -> Bool {
        state.withLock { $0.marks.contains(Key(a: repository, b: key)) }
    }

    public func mark(repository: String, keys: [String]) async throws {
        state.withLock { state in
            for key in keys { state.marks.insert(Key(a: repository, b: key)) }
        }
    }

    public func unmark(repository: String, key: String) async throws {
        state.withLock { _ = $0.marks.remove(Key(a: repository, b: key)) }
    }

    // MARK: Dead letters

    public func park(_ letters: [DeadLetter]) async throws {
        state.withLock { state in for letter in letters { Self.park(letter, &state) } }
    }

    private static func park(_ letter: DeadLetter, _ state: inout State) {
        state.letterID += 1
        var letter = letter
        letter.id = state.letterID
        state.letters.append(letter)
    }

    public func deadLetters(
        route: String?, after id: Int64, limit: Int
    ) async throws -> [DeadLetter] {
        state.withLock { state in
            Array(
                state.letters.lazy.filter { $0.id > id && (route == nil || $0.route == route) }
                    .prefix(limit))
        }
    }

    public func deadLetterCount(route: String?) async throws -> Int {
        state.withLock { state in
            state.letters.count { route == nil || $0.route == route }
        }
    }

    public func discard(_ ids: [Int64]) async throws {
        state.withLock { $0.letters.removeAll { ids.contains($0.id) } }
    }

    // MARK: Documents

    public func document(kind: String, key: String) async throws -> Document? {
        state.withLock { $0.documents[kind]?[key] }
    }

    public func put(
        kind: String, key: String, content: [UInt8], ifRevision revision: Int64?
    ) async throws -> Int64? {
        state.withLock { state in
            let found = state.documents[kind]?[key]?.revision ?? 0
            if let revision, revision != found { return nil }
            state.documents[kind, default: [:]][key] = Document(
                key: key, content: content, revision: found + 1)
            return found + 1
        }
    }

    public func removeDocument(kind: String, key: String) async throws {
        state.withLock { $0.documents[kind]?[key] = nil }
    }

    public func documents(
        kind: String, after key: String, limit: Int
    ) async throws -> [Document] {
        state.withLock { state in
            (state.documents[kind] ?? [:]).values.filter { $0.key > key }
                .sorted { $0.key < $1.key }.prefix(limit).map { $0 }
        }
    }
}
