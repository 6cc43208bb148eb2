internal import CrossdockCrypto

/// What the hub is about to do to remote systems and has done.
///
/// An intent is durable before the first byte of a call goes out, the result before the message is
/// acknowledged. What has an intent and no result after a crash is in doubt: the target's class says
/// how that is resolved, never by a repeat without a key or a look.
public protocol EffectJournal: Sendable {
    /// Writes intents, and says what is known of each effect.
    ///
    /// An effect that is done, or older than one already applied to the same record at the same
    /// target, gets no intent.
    func begin(_ intents: [EffectIntent]) async throws -> [EffectState]

    /// Writes results.
    func finish(_ results: [EffectResult]) async throws
}

/// Names one change of one record at one target: the same on every attempt, node and restart.
public struct EffectID: Hashable, Sendable {
    /// 32 bytes.
    public let digest: [UInt8]

    public init(digest: [UInt8]) { self.digest = digest }

    /// - Parameters:
    ///   - route: The id of the route that causes the effect.
    ///   - target: The target's address without options.
    public init(route: String, target: String, record: RecordIdentity) {
        var bytes = Array("crossdock.effect.v1".utf8)
        let parts = [
            route, target, record.system, record.object, record.key, record.version,
            record.operation.rawValue,
        ]
        for part in parts {
            // Length before text, so that no two lists of parts run together to the same bytes.
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: part.utf8.count).bigEndian) {
                bytes.append(contentsOf: $0)
            }
            bytes.append(contentsOf: part.utf8)
        }
        digest = SHA256.digest(bytes)
    }

    /// As text, for message ids and idempotency keys: 64 hexadecimal digits.
    public var text: String { Hex.encode(digest) }
}

public struct EffectIntent: Sendable {
    public var id: EffectID
    /// Route and target: effects on one record are ordered per target.
    public var target: String
    /// ``RecordIdentity/orderKey``.
    public var orderKey: String
    public var version: String

    public init(id: EffectID, target: String, orderKey: String, version: String) {
        self.id = id
        self.target = target
        self.orderKey = orderKey
        self.version = version
    }

    public init(route: String, target: String, record: RecordIdentity) {
        id = EffectID(route: route, target: target, record: record)
        self.target = "\(route)>\(target)"
        orderKey = record.orderKey
        version = record.version
    }
}

public enum EffectState: Sendable, Equatable {
    /// Not tried before; the intent is now written.
    case new
    /// Tried before, outcome unknown.
    ///
    /// - Parameters:
    ///   - since: When the first attempt began, by the hub's clock.
    ///   - attempts: How many intents were written before this one.
    case inDoubt(since: Instant, attempts: Int)
    /// Done; `result` is what ``EffectResult`` kept.
    case done(result: [UInt8])
    /// A later version of the record was applied already.
    case superseded(by: String)
}

public struct EffectResult: Sendable {
    public enum Ending: Sendable {
        /// The effect is there. `result` is what a redelivered message gets instead of a call.
        case done(result: [UInt8])
        /// The target answered and did nothing: the intent is withdrawn.
        case refused
    }

    public var id: EffectID
    public var ending: Ending

    public init(id: EffectID, ending: Ending) {
        self.id = id
        self.ending = ending
    }
}
