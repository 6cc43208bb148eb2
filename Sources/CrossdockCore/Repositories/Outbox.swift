/// The records that a source has given and that are not through their route yet, and how far the
/// source has been read.
///
/// Rows and cursor are committed together, so a cursor never overtakes what is durable.
public protocol Outbox: Sendable {
    /// How far `source` was read when its last batch was staged; nil before the first.
    ///
    /// - Parameter source: The id of the consuming route.
    func cursor(of source: String) async throws -> String?

    /// Takes one page of a source: in one transaction, records that are new become rows and the
    /// cursor moves.
    ///
    /// Of each record the store knows the version and the content that it staged last. A record that
    /// is older, or the same with the same content, is a repetition. One with an equal version but
    /// other content gets a version of its own (`…~001`), so that no change is lost to the coarse
    /// clock of a source. One that the hub itself modified last and whose content is what was staged
    /// last is an echo.
    func stage(_ page: StagedPage) async throws -> StageResult

    /// Rows not yet settled, oldest first: what a restarted hub has to send again.
    func pending(source: String, after sequence: Int64, limit: Int) async throws -> [OutboxRow]

    /// Removes rows that are through. What failed for good is kept as a dead letter in the same
    /// transaction.
    func settle(source: String, _ settlements: [OutboxSettlement]) async throws
}

/// One page of records as read from a source.
public struct StagedPage: Sendable {
    public var source: String
    /// Where reading goes on after this page; opaque to the store.
    public var cursor: String
    public var records: [StagedRecord]

    public init(source: String, cursor: String, records: [StagedRecord]) {
        self.source = source
        self.cursor = cursor
        self.records = records
    }
}

public struct StagedRecord: Sendable {
    public var record: RecordIdentity
    public var body: [UInt8]
    /// A digest of the fields that routes use, without the ones the hub writes back.
    public var contentDigest: [UInt8]
    /// The last modifier is the hub's own user.
    public var isOwnWrite: Bool

    public init(
        record: RecordIdentity, body: [UInt8], contentDigest: [UInt8], isOwnWrite: Bool
    ) {
        self.record = record
        self.body = body
        self.contentDigest = contentDigest
        self.isOwnWrite = isOwnWrite
    }
}

public struct StageResult: Sendable {
    /// The new rows, in the order of the page.
    public var rows: [OutboxRow]
    public var echoes: Int
    public var repetitions: Int

    public init(rows: [OutboxRow], echoes: Int, repetitions: Int) {
        self.rows = rows
        self.echoes = echoes
        self.repetitions = repetitions
    }
}

public struct OutboxRow: Sendable {
    /// Increasing in the order of staging.
    public let sequence: Int64
    public let record: RecordIdentity
    public let body: [UInt8]

    public init(sequence: Int64, record: RecordIdentity, body: [UInt8]) {
        self.sequence = sequence
        self.record = record
        self.body = body
    }
}

public enum OutboxSettlement: Sendable {
    /// Through: published, or handled otherwise.
    case done(sequence: Int64)
    /// Failed for good: parked with its reason.
    case parked(sequence: Int64, DeadLetter)
}
