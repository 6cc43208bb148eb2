/// What to serve, and where.
public struct SandboxOptions: Sendable {
    /// Names of systems, in the order in which ports are handed out; empty for all.
    public var systems: [String]
    /// The port of the first system; the next ones follow it. 0 for free ones.
    public var port = 0
    /// Likewise for TLS; nil to leave it out.
    public var tlsPort: Int? = 0
    /// The port of the proxy; nil to leave it out.
    public var proxyPort: Int?
    /// A folder with `<system>/<Object>.jsonl` and `<Object>.fields.json`.
    public var seed: String?
    /// How many accounts or business partners to make.
    public var records: Int?
    /// Where records are kept from run to run; nil for memory alone.
    public var data: String?
    /// A file with faults to begin with, given to every system.
    public var faults: String?
    /// Where the description is written once everything listens.
    public var readyFile: String?

    public init(_ systems: [String] = []) { self.systems = systems }
}
