public import CrossdockData

/// What `crossdock doctor` found about one thing.
public struct Checkup: Sendable {
    public enum Verdict: String, Sendable { case ok, warn, fail }

    public let name: String
    public let verdict: Verdict
    public let detail: String
    public let help: String?
    /// Something beyond this machine does not answer: it may be well again tomorrow.
    public let isRemote: Bool

    init(
        _ name: String, _ verdict: Verdict, _ detail: String, help: String? = nil,
        isRemote: Bool = false
    ) {
        self.name = name
        self.verdict = verdict
        self.detail = detail
        self.help = help
        self.isRemote = isRemote
    }

    public var value: Value {
        [
            "check": .string(name), "status": .string(verdict.rawValue),
            "detail": .string(detail), "help": help.map { .string($0) } ?? .null,
        ]
    }
}
