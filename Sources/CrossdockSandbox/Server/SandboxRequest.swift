internal import CrossdockData

/// A client's whole request.
///
/// - Trust: untrusted throughout; texts are valid UTF-8, nothing else is promised.
struct SandboxRequest: Sendable {
    /// The request's number in the journal; effects name it.
    var sequence = 0
    /// Upper case.
    var method: String
    /// As sent, without the query.
    var rawPath: String
    /// As sent, without the question mark.
    var rawQuery: String
    /// The path's parts, percent-decoded, empty ones left out: `//a/b/` is `a`, `b`.
    var segments: [String]
    /// Decoded, in order.
    var query: [(name: String, value: String)]
    var headers: HeaderFields
    var body: [UInt8]
    /// Scheme, host and port that the client used, for links in answers.
    var origin: String
    /// The fault in force that the framework leaves to the system: `lock`, `expireToken` or a rule.
    var fault: Fault?
    /// Unit: milliseconds since 1970, by the sandbox clock.
    var time: Int64 = 0

    /// The first value of that name.
    func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// Whether the fault in force breaks this rule of the protocol.
    func breaks(_ rule: String) -> Bool { fault?.kind == rule }

    /// The path's part at that place, counted from 0.
    func segment(_ position: Int) -> String? {
        segments.indices.contains(position) ? segments[position] : nil
    }

    /// The fields of an `application/x-www-form-urlencoded` body.
    var form: [(name: String, value: String)] {
        URLText.parameters(String(decoding: body, as: UTF8.self))
    }
}

/// The whole answer to a request.
struct SandboxResponse: Sendable {
    var status: Int
    var headers: HeaderFields
    var body: [UInt8]
    /// Who was logged in, for the journal.
    var user: String?

    init(
        status: Int, headers: HeaderFields = HeaderFields(), body: [UInt8] = [], user: String? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.user = user
    }

    /// An answer in JSON.
    static func json(_ status: Int, _ value: Value) -> SandboxResponse {
        json(status, bytes: value.json)
    }

    static func json(_ status: Int, bytes: [UInt8]) -> SandboxResponse {
        SandboxResponse(
            status: status, headers: ["Content-Type": "application/json;charset=UTF-8"],
            body: bytes)
    }

    static func text(_ status: Int, _ text: String) -> SandboxResponse {
        SandboxResponse(
            status: status, headers: ["Content-Type": "text/plain;charset=UTF-8"],
            body: Array(text.utf8))
    }
}

/// Header fields in order, found without regard to case.
struct HeaderFields: Sendable, ExpressibleByDictionaryLiteral, Sequence {
    private var fields: [(name: String, value: String)] = []

    init() {}
    init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    /// The first value of that name. Setting replaces all, nil removes all.
    subscript(name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            fields.removeAll { Self.same($0.name, name) }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    func values(_ name: String) -> [String] {
        fields.filter { Self.same($0.name, name) }.map(\.value)
    }

    mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

    func makeIterator() -> IndexingIterator<[(name: String, value: String)]> {
        fields.makeIterator()
    }

    private static func same(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count
            && zip(one.utf8, other.utf8).allSatisfy { lower($0) == lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}
