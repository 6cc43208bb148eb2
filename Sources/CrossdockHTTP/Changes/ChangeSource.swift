public import CrossdockCore

/// Reads what has changed in a remote system, page by page.
///
/// - Threads: called by one task at a time.
public protocol ChangeSource: Sendable {
    /// The next page after a cursor.
    ///
    /// - Parameters:
    ///   - cursor: Of the last page that was staged; nil before the first.
    /// - Throws: ``ConnectorError``, ``HTTPError``.
    func page(after cursor: String?) async throws -> ChangePage

    /// How old a change may be before a page holds it: sources are read up to a moment ago, because
    /// the newest stamps are not in order yet.
    var settling: Duration { get }
}

/// Records with where reading goes on after them.
public struct ChangePage: Sendable {
    public var records: [StagedRecord]
    /// Nil leaves the cursor where it is.
    public var cursor: String?
    /// Whether more is known to be there now.
    public var hasMore: Bool

    public init(records: [StagedRecord], cursor: String?, hasMore: Bool) {
        self.records = records
        self.cursor = cursor
        self.hasMore = hasMore
    }
}
