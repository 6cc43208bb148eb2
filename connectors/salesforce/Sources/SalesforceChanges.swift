internal import CrossdockCore
internal import CrossdockCrypto
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP
internal import CrossdockSettings
internal import Synchronization

/// Follows the records of one object by their SystemModstamp.
///
/// Windows are half-open and end behind the org's own clock, because rows become visible later than
/// their stamp says. Equal stamps are told apart by id. Every now and then the time before the cursor
/// is read once more for rows that came later still; what was seen before, the store drops.
///
/// - Threads: used by one task, the consumer's feeder.
final class SalesforceChanges: ChangeSource {
    private struct Window: Sendable {
        var next: SalesforceQuery.Next
        /// A look back does not move the cursor.
        var isLookback: Bool
    }

    private struct Progress: Sendable {
        var window: Window?
        /// When the time before the cursor was last read again, by the hub's clock.
        var lookedBack: Duration?
        var fields: [String]?
        var userID: String?
        /// Rows stamped before this moment are in sight; until then silence does not mean that
        /// nothing is there.
        var startedAt: Instant?
    }

    private let options: SalesforceOptions
    private let session: SalesforceSession
    private let clock: any HubClock
    private let object: String
    private let progress = Mutex(Progress())

    init(options: SalesforceOptions, session: SalesforceSession, clock: any HubClock) {
        self.options = options
        self.session = session
        self.clock = clock
        object = options.sObjectName ?? ""
    }

    /// A second is read when it is over, and the system's clock is known to the second.
    var settling: Duration { options.lag + .seconds(2) }

    func page(after cursor: String?) async throws -> ChangePage {
        try session.system.budget.admitBackgroundCall(reserve: options.budgetReserve)
        let position = cursor.flatMap(ChangePosition.init)
        if let window = progress.withLock({ $0.window }) {
            progress.withLock { $0.window = nil }
            return try await changes(
                of: query(soql: "").page(window.next), window.isLookback, position)
        }
        if let position, isLookbackDue() {
            progress.withLock { $0.lookedBack = clock.elapsed }
            let from = position.stamp.advanced(by: .zero - options.lookback)
            let before = try await query(
                "SystemModstamp >= \(SOQL.literal(from)) AND "
                    + "SystemModstamp < \(SOQL.literal(position.stamp))")
            return try await changes(of: before.first(), true, position)
        }
        return try await readForward(position)
    }

    // MARK: Windows

    private func readForward(_ position: ChangePosition?) async throws -> ChangePage {
        let now = try await session.serverTime()
        // Stamps are whole seconds: only a second that is over has all its rows.
        let end = now.advanced(by: .zero - options.lag).startOfSecond
        let startedAt = progress.withLock { progress in
            if progress.startedAt == nil { progress.startedAt = now }
            if progress.lookedBack == nil { progress.lookedBack = clock.elapsed }
            return progress.startedAt ?? now
        }
        guard let lower = lowerBound(position) else {
            // Nothing before this moment is wanted: remember it, and read from here.
            let start = ChangePosition(stamp: end, id: "")
            return ChangePage(records: [], cursor: start.text, hasMore: true)
        }
        let upper = "SystemModstamp < \(SOQL.literal(end))"
        let condition = lower.isEmpty ? upper : "\(lower) AND \(upper)"
        var page = try await changes(of: query(condition).first(), false, position)
        if page.records.isEmpty, end <= startedAt {
            // The rows of the last moments are not in sight yet: look again when they are.
            try await clock.sleep(for: min(options.lag, .seconds(1)))
            page.hasMore = true
        }
        return page
    }

    /// - Returns: Nil when reading is to start now; empty when from the beginning.
    private func lowerBound(_ position: ChangePosition?) -> String? {
        if let position {
            let stamp = SOQL.literal(position.stamp)
            guard !position.id.isEmpty else { return "SystemModstamp >= \(stamp)" }
            return "(SystemModstamp > \(stamp) OR "
                + "(SystemModstamp = \(stamp) AND Id > \(SOQL.literal(position.id))))"
        }
        switch options.startFrom {
        case .beginning: return ""
        case .now: return nil
        case .instant(let instant): return "SystemModstamp >= \(SOQL.literal(instant))"
        }
    }

    private func isLookbackDue() -> Bool {
        guard options.lookback > .zero else { return false }
        return progress.withLock { progress in
            guard let last = progress.lookedBack else { return true }
            return clock.elapsed - last >= options.lookback / 2
        }
    }

    private func query(_ condition: String) async throws -> SalesforceQuery {
        let fields = try await fields()
        let further = options.where.map { " AND (\($0))" } ?? ""
        return query(
            soql: "SELECT \(fields.joined(separator: ",")) FROM \(object) "
                + "WHERE \(condition)\(further) ORDER BY SystemModstamp ASC, Id ASC")
    }

    private func query(soql: String) -> SalesforceQuery {
        SalesforceQuery(
            session: session, soql: soql, includesDeleted: options.deletes == .emit,
            pageSize: options.pageSize, version: options.apiVersion)
    }

    private func changes(
        of page: SalesforceQuery.Page, _ isLookback: Bool, _ position: ChangePosition?
    ) async throws -> ChangePage {
        let user = try await userID()
        let records = try page.records.map { try staged($0, user: user) }
        if let next = page.next {
            progress.withLock { $0.window = Window(next: next, isLookback: isLookback) }
        }
        let last = isLookback ? nil : records.last.map(\.record)
        let cursor = last.flatMap { record in
            Timestamp.instant(record.version).map { ChangePosition(stamp: $0, id: record.key).text }
        }
        return ChangePage(
            records: records, cursor: cursor ?? position?.text,
            hasMore: page.next != nil || isLookback || !records.isEmpty)
    }

    // MARK: Rows

    private func staged(_ row: JSONNode, user: String?) throws -> StagedRecord {
        guard let id = row["Id"]?.string, let text = row["SystemModstamp"]?.string,
            let stamp = Timestamp.instant(text)
        else {
            throw ConnectorError(
                .unexpectedAnswer, "a row of \(object) has no Id or SystemModstamp",
                .transient(retryAfter: nil))
        }
        let isDeleted = options.deletes == .emit && row["IsDeleted"]?.bool == true
        return StagedRecord(
            record: RecordIdentity(
                system: session.system.name, object: object, key: id,
                version: Timestamp.text(stamp), operation: isDeleted ? .delete : .upsert),
            body: FlatRecord.bytes(row, skipping: unasked),
            contentDigest: digest(row),
            isOwnWrite: user != nil && row["LastModifiedById"]?.string == user)
    }

    /// What is read for our own use and was not asked for.
    private var unasked: Set<String> {
        guard !options.fields.isEmpty else { return [] }
        return Set(["LastModifiedById", "IsDeleted", "SystemModstamp"]).subtracting(options.fields)
    }

    /// Of what routes use: not of what every write changes, nor of what the hub writes itself.
    private func digest(_ row: JSONNode) -> [UInt8] {
        let left = Self.auditFields.union(options.writtenFields)
        return SHA256.digest(FlatRecord.bytes(row, skipping: left))
    }

    private static let auditFields: Set<String> = [
        "SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastViewedDate",
        "LastReferencedDate", "LastActivityDate", "IsDeleted",
    ]

    private func userID() async throws -> String? {
        if let known = progress.withLock({ $0.userID }) { return known }
        let id = try await session.userID()
        progress.withLock { $0.userID = id }
        return id
    }

    private func fields() async throws -> [String] {
        if let known = progress.withLock({ $0.fields }) { return known }
        var fields = options.fields.isEmpty ? try await describedFields() : options.fields
        var needed = ["Id", "SystemModstamp", "LastModifiedById"]
        if options.deletes == .emit { needed.append("IsDeleted") }
        fields += needed.filter { name in !fields.contains { $0.lowercased() == name.lowercased() }
        }
        progress.withLock { [fields] in $0.fields = fields }
        return fields
    }

    private func describedFields() async throws -> [String] {
        let url = try await session.url(
            "/sobjects/\(PercentEncoding.segment(object))/describe", version: options.apiVersion)
        let response = try await session.send(.get, url, "description of \(object)")
        let root = try session.json(response, "description of \(object)")
        let names = (root["fields"]?.elements).map(Array.init)?.compactMap { field -> String? in
            // Compound fields come in their parts as well; base64 would be a call per row.
            let type = field["type"]?.string
            guard type != "address", type != "location", type != "base64" else { return nil }
            return field["name"]?.string
        }
        guard let names, !names.isEmpty else {
            throw ConnectorError.unexpectedAnswer("description of \(object)", response)
        }
        return names
    }
}

/// How far an object has been read: everything up to this stamp and, of rows with this very stamp,
/// up to this id.
struct ChangePosition: Equatable {
    var stamp: Instant
    /// Empty when no row of that stamp has been read.
    var id: String

    var text: String { "\(Timestamp.text(stamp))/\(id)" }

    init(stamp: Instant, id: String) {
        self.stamp = stamp
        self.id = id
    }

    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let stamp = Timestamp.instant(String(parts[0])) else { return nil }
        self.init(stamp: stamp, id: String(parts[1]))
    }
}

extension Instant {
    var startOfSecond: Instant {
        let part = (millisecondsSince1970 % 1_000 + 1_000) % 1_000
        return Instant(millisecondsSince1970: millisecondsSince1970 - part)
    }

    func advanced(by duration: Duration) -> Instant {
        let (sum, overflow) = millisecondsSince1970.addingReportingOverflow(duration.milliseconds)
        return overflow ? self : Instant(millisecondsSince1970: sum)
    }
}
