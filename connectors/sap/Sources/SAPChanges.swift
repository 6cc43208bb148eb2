internal import CrossdockCore
internal import CrossdockCrypto
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHTTP
internal import CrossdockSettings
internal import Synchronization

/// Follows an entity set by the date and time of its last change.
///
/// SAP keeps them to the second and leaves them empty until the first change, when the date and time of
/// creation count. A second is read again from its beginning until it is over, since its rows cannot
/// be told apart by time; the store drops what it has seen.
///
/// - Threads: used by one task, the consumer's feeder.
final class SAPChanges: ChangeSource {
    private struct Progress: Sendable {
        var pages: ODataPages?
        var end: Instant?
        var lookedBack: Duration?
        var startedAt: Instant?
    }

    private let set: String
    private let options: SAPOptions
    private let service: SAPService
    private let clock: any HubClock
    private let progress = Mutex(Progress())

    init(set: String, options: SAPOptions, service: SAPService, clock: any HubClock) {
        self.set = set
        self.options = options
        self.service = service
        self.clock = clock
    }

    /// A second is read when it is over, and the system's clock is known to the second.
    var settling: Duration { options.lag + .seconds(2) }

    func page(after cursor: String?) async throws -> ChangePage {
        let stamps = try ChangeStamps(try await service.type(of: set), set)
        if let (pages, end) = progress.withLock({ progress in
            progress.pages.flatMap { pages in progress.end.map { (pages, $0) } }
        }) {
            progress.withLock { $0.pages = nil }
            return try await read(pages, until: end, stamps, cursor)
        }
        let now = service.serverTime
        let end = Self.second(now.millisecondsSince1970 - options.lag.milliseconds)
        let isFirst = progress.withLock { progress in
            defer { if progress.startedAt == nil { progress.startedAt = now } }
            return progress.startedAt == nil
        }
        guard let start = start(cursor, end) else {
            return ChangePage(records: [], cursor: Timestamp.text(end), hasMore: isFirst)
        }
        guard start <= end else { return ChangePage(records: [], cursor: nil, hasMore: false) }
        let url = try service.url("/\(set)", query(stamps, from: start, to: end))
        let pages = ODataPages(service: service, first: url, what: "changes of \(set)")
        return try await read(pages, until: end, stamps, cursor)
    }

    // MARK: Windows

    /// - Returns: Nil when reading is to begin now.
    private func start(_ cursor: String?, _ end: Instant) -> Instant? {
        guard let last = cursor.flatMap(Timestamp.instant) else {
            switch options.startFrom {
            case .beginning: return Instant(millisecondsSince1970: 0)
            case .now: return nil
            case .instant(let instant): return instant
            }
        }
        let isDue = progress.withLock { progress in
            guard options.lookback > .zero else { return false }
            if let before = progress.lookedBack, clock.elapsed - before < options.lookback / 2 {
                return false
            }
            progress.lookedBack = clock.elapsed
            return true
        }
        let back = isDue ? options.lookback.milliseconds : 0
        return Instant(millisecondsSince1970: last.millisecondsSince1970 - back)
    }

    private func query(
        _ stamps: ChangeStamps, from start: Instant, to end: Instant
    ) -> [(name: String, value: String)] {
        var filter = stamps.filter(from: start, to: end)
        if let further = options.where { filter = "(\(filter)) and (\(further))" }
        var query: [(name: String, value: String)] = [
            ("$filter", filter), ("$orderby", stamps.order), ("$top", String(1_000_000)),
        ]
        query.removeLast()
        if !options.fields.isEmpty {
            let names = options.fields + stamps.fields.filter { !options.fields.contains($0) }
            query.append(("$select", names.joined(separator: ",")))
        }
        return query
    }

    private func read(
        _ pages: ODataPages, until end: Instant, _ stamps: ChangeStamps, _ cursor: String?
    ) async throws -> ChangePage {
        var pages = pages
        let rows = try await pages.next() ?? []
        let records = try rows.map { try staged($0, stamps) }
        if pages.hasMore {
            progress.withLock { [pages] progress in
                progress.pages = pages
                progress.end = end
            }
            // Rows of one window are not in one order of time: the cursor moves at its end.
            return ChangePage(records: records, cursor: nil, hasMore: true)
        }
        let text = Timestamp.text(end)
        let isBlind = progress.withLock { $0.startedAt.map { end <= $0 } ?? false }
        if records.isEmpty, isBlind {
            try await clock.sleep(for: min(max(options.lag, .milliseconds(50)), .seconds(1)))
        }
        return ChangePage(
            records: records, cursor: text == cursor ? nil : text, hasMore: isBlind)
    }

    private static func second(_ millis: Int64) -> Instant {
        Instant(millisecondsSince1970: millis - (millis % 1_000 + 1_000) % 1_000)
    }

    // MARK: Rows

    private func staged(_ row: JSONNode, _ stamps: ChangeStamps) throws -> StagedRecord {
        let keys = stamps.keys.map { row[$0]?.scalarText ?? "" }
        guard keys.allSatisfy({ !$0.isEmpty }) else {
            throw ConnectorError(
                .unexpectedAnswer, "a row of \(set) has no key", .transient(retryAfter: nil))
        }
        let unasked =
            options.fields.isEmpty
            ? [] : Set(stamps.fields).subtracting(options.fields + stamps.keys)
        let digested = Set(stamps.auditFields + options.writtenFields)
        return StagedRecord(
            record: RecordIdentity(
                system: service.system.name, object: set, key: keys.joined(separator: ","),
                version: stamps.version(of: row)),
            body: FlatEntity.bytes(row, skipping: unasked),
            contentDigest: SHA256.digest(FlatEntity.bytes(row, skipping: digested)),
            isOwnWrite: service.userName != nil
                && stamps.modifier(of: row)?.uppercased() == service.userName?.uppercased())
    }
}

/// The fields of an entity type that tell when it was changed.
struct ChangeStamps: Sendable {
    private enum Form: Sendable {
        /// One field of date and time.
        case moment(String, type: String)
        /// A date and a time, and those of the creation for what was never changed.
        case dateAndTime(date: String, time: String, createdDate: String?, createdTime: String?)
    }

    private let form: Form
    let keys: [String]
    /// Who changed it last, and who made it.
    private let users: [String]

    /// - Throws: ``ConnectorError`` for a type that keeps no such fields.
    init(_ type: ODataModel.EntityType, _ set: String) throws(ConnectorError) {
        keys = type.keys
        users = ["LastChangedByUser", "CreatedByUser"].filter { type.property($0) != nil }
        func has(_ name: String) -> String? { type.property(name) == nil ? nil : name }
        for name in ["LastChangeDateTime", "LastChangedDateTime", "ChangedOn"] {
            if let property = type.property(name), property.type.hasPrefix("Edm.DateTime") {
                form = .moment(name, type: property.type)
                return
            }
        }
        guard let date = has("LastChangeDate"), let time = has("LastChangeTime") else {
            throw ConnectorError(
                .remoteRefused, "\(set) does not tell when its entities were changed", .permanent)
        }
        form = .dateAndTime(
            date: date, time: time, createdDate: has("CreationDate"),
            createdTime: has("CreationTime"))
    }

    /// What has to be read.
    var fields: [String] {
        switch form {
        case .moment(let name, _): return keys + [name] + users
        case .dateAndTime(let date, let time, let createdDate, let createdTime):
            return keys + [date, time] + [createdDate, createdTime].compactMap { $0 } + users
        }
    }

    /// What every write changes, whatever it is about.
    var auditFields: [String] {
        switch form {
        case .moment(let name, _): [name, "LastChangedByUser"]
        case .dateAndTime(let date, let time, _, _): [date, time, "LastChangedByUser", "ETag"]
        }
    }

    var order: String {
        switch form {
        case .moment(let name, _): ([name] + keys).joined(separator: ",")
        case .dateAndTime(let date, let time, _, _): ([date, time] + keys).joined(separator: ",")
        }
    }

    /// Rows changed in a span of seconds, both ends included.
    func filter(from start: Instant, to end: Instant) -> String {
        switch form {
        case .moment(let name, let type):
            let (low, high) = (literal(start, type), literal(end, type))
            return "\(name) ge \(low) and \(name) le \(high)"
        case .dateAndTime(let date, let time, let createdDate, let createdTime):
            let changed = span(date, time, start, end)
            guard let createdDate, let createdTime else { return changed }
            let created = span(createdDate, createdTime, start, end)
            return "(\(changed)) or (\(date) eq null and \(created))"
        }
    }

    private func span(_ date: String, _ time: String, _ start: Instant, _ end: Instant) -> String {
        let (from, to) = (SAPMoment(start), SAPMoment(end))
        let low =
            "(\(date) gt datetime'\(from.date)' or "
            + "(\(date) eq datetime'\(from.date)' and \(time) ge time'\(from.time)'))"
        let high =
            "(\(date) lt datetime'\(to.date)' or "
            + "(\(date) eq datetime'\(to.date)' and \(time) le time'\(to.time)'))"
        return "\(low) and \(high)"
    }

    private func literal(_ instant: Instant, _ type: String) -> String {
        let text = String(Timestamp.text(instant).prefix(19))
        return type == "Edm.DateTimeOffset"
            ? "datetimeoffset'\(text)Z'" : "datetime'\(text)'"
    }

    /// The state of a row: RFC 3339 in UTC.
    func version(of row: JSONNode) -> String {
        switch form {
        case .moment(let name, _):
            return row[name]?.string.flatMap(SAPMoment.instant).map(Timestamp.text) ?? ""
        case .dateAndTime(let date, let time, let createdDate, let createdTime):
            let changed = moment(row, date, time)
            let created = createdDate.flatMap { day in
                createdTime.flatMap { moment(row, day, $0) }
            }
            return (changed ?? created).map(Timestamp.text) ?? "0000-01-01T00:00:00.000Z"
        }
    }

    func modifier(of row: JSONNode) -> String? {
        users.compactMap { row[$0]?.string }.first { !$0.isEmpty }
    }

    private func moment(_ row: JSONNode, _ date: String, _ time: String) -> Instant? {
        guard let day = row[date]?.string.flatMap(SAPMoment.instant) else { return nil }
        let seconds = row[time]?.string.flatMap(SAPMoment.seconds) ?? 0
        return Instant(millisecondsSince1970: day.millisecondsSince1970 + seconds * 1_000)
    }
}

/// Dates and times of OData V2.
struct SAPMoment {
    /// `2026-01-31T00:00:00`.
    let date: String
    /// `PT11H30M05S`.
    let time: String

    init(_ instant: Instant) {
        let text = Array(Timestamp.text(instant).utf8)
        func piece(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        date = piece(0..<10) + "T00:00:00"
        time = "PT\(piece(11..<13))H\(piece(14..<16))M\(piece(17..<19))S"
    }

    /// Reads `/Date(1492098664000)/`, with or without an offset, which is for display only.
    static func instant(_ text: String) -> Instant? {
        guard text.hasPrefix("/Date("), text.hasSuffix(")/") else { return nil }
        let content = text.dropFirst(6).dropLast(2)
        let sign = content.hasPrefix("-") ? "-" : ""
        let digits = content.dropFirst(sign.count).prefix { $0.isASCII && $0.isNumber }
        return Int64(sign + digits).map { Instant(millisecondsSince1970: $0) }
    }

    /// Seconds of `PT11H30M05S`.
    static func seconds(_ text: String) -> Int64? {
        guard text.hasPrefix("PT") else { return nil }
        var total: Int64 = 0
        var digits = ""
        for character in text.dropFirst(2) {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            guard digits.count <= 6, let number = Int64(digits) else { return nil }
            switch character {
            case "H": total += number * 3_600
            case "M": total += number * 60
            case "S": total += number
            default: return nil
            }
            digits = ""
        }
        return digits.isEmpty ? total : nil
    }
}
