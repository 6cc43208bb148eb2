/// Messages that could not be processed, kept with their reason until a person decides.
public protocol DeadLetters: Sendable {
    func park(_ letters: [DeadLetter]) async throws
    /// - Parameters:
    ///   - route: Only those of one route.
    ///   - after: Only those with a greater id.
    func deadLetters(route: String?, after id: Int64, limit: Int) async throws -> [DeadLetter]
    func deadLetterCount(route: String?) async throws -> Int
    func discard(_ ids: [Int64]) async throws
}

public struct DeadLetter: Sendable {
    /// Given by the store.
    public var id: Int64
    public var route: String
    /// The step or address at which the message failed; nil when it never got that far.
    public var destination: String?
    public var record: RecordIdentity?
    public var body: [UInt8]
    /// Names and values as JSON.
    public var headers: [UInt8]
    public var code: String
    public var reason: String
    public var failedAt: Instant
    public var attempts: Int

    public init(
        id: Int64 = 0, route: String, destination: String? = nil, record: RecordIdentity? = nil,
        body: [UInt8], headers: [UInt8] = Array("{}".utf8), code: String, reason: String,
        failedAt: Instant, attempts: Int = 1
    ) {
        self.id = id
        self.route = route
        self.destination = destination
        self.record = record
        self.body = body
        self.headers = headers
        self.code = code
        self.reason = reason
        self.failedAt = failedAt
        self.attempts = attempts
    }
}
