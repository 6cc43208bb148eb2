internal import CrossdockData

/// One vendor's system, as the sandbox serves it on its own origin.
///
/// A system turns a whole request into a whole answer and keeps its records in the
/// ``RecordStore`` of its services. Sockets, TLS, the proxy, delays, cut connections, the journal and
/// the `/__sandbox` endpoints are the framework's.
///
/// - Threads: made by one thread; later calls come one at a time, under the lock of ``SystemHost``.
/// - Trust: everything in a request is untrusted.
protocol SandboxSystem: AnyObject {
    /// The name on the command line, in the ready file and of the folder under `--seed`.
    static var name: String { get }
    /// Host names of the real vendor that the proxy leads here; `*` stands for one or more labels.
    static var hosts: [String] { get }
    /// The protocol rules that a fault can break, beside the kinds every system knows.
    static var rules: [ProtocolRule] { get }

    /// The store holds what an earlier run left in the data folder.
    init(_ services: SandboxServices) throws

    /// What a client needs besides the origins, for the ready file.
    func access(http origin: String) -> ValueObject

    /// Answers one request of a client. Writes go through ``RecordStore/commit(_:request:)``.
    func respond(to request: SandboxRequest) -> SandboxResponse

    /// The vendor's own error answer with that status, for the fault `status`.
    func refusal(status: Int, of request: SandboxRequest) -> SandboxResponse

    /// Declares custom fields: `[{name,type,length,externalId,unique,picklist}]`.
    func declareFields(_ json: [UInt8], of object: String) throws

    /// Upserts JSON lines by id or key, as user `seed`, without effects in the journal.
    ///
    /// - Throws: ``SandboxError`` that names the line; nothing is then loaded.
    func load(_ lines: [UInt8], into object: String) throws -> LoadSummary

    /// All live records as JSON lines.
    func records(of object: String) throws -> [UInt8]

    /// Makes records; the same ones for the same number.
    func generate(_ count: Int) throws
}

/// A rule of the protocol that a fault can break, to prove that a judge of the rule can fail.
struct ProtocolRule: Sendable {
    /// The fault's kind, for example `query.nextRecordsUrl`.
    let name: String
    /// What happens in place of the rule.
    let summary: String

    init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }
}

/// What a load did.
struct LoadSummary: Sendable, Equatable {
    var created = 0
    var updated = 0
}

/// What the framework gives a system.
struct SandboxServices {
    let clock: SandboxClock
    let store: RecordStore
    let audit: Audit
    /// A folder for files that clients need, such as private keys. It is gone after the run unless
    /// a data folder was named.
    let home: String
}
