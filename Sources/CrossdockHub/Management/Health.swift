internal import CrossdockData

/// How the hub and what it depends on are doing.
public struct Health: Sendable {
    public enum Status: String, Sendable {
        case up = "UP"
        /// It works in part; the rest goes on.
        case degraded = "DEGRADED"
        case down = "DOWN"
    }

    public struct Check: Sendable {
        public let name: String
        public let status: Status
        public let detail: String?

        public init(_ name: String, _ status: Status, _ detail: String? = nil) {
            self.name = name
            self.status = status
            self.detail = detail
        }
    }

    public var checks: [Check]

    public init(_ checks: [Check]) { self.checks = checks }

    /// Ready: everything that all routes need is up. One system that is away degrades its route, not
    /// the hub.
    public var isReady: Bool { !checks.contains { $0.status == .down } }

    public var status: Status {
        if !isReady { return .down }
        return checks.contains { $0.status == .degraded } ? .degraded : .up
    }

    public var json: [UInt8] {
        var document = ValueObject()
        document["status"] = .string(status.rawValue)
        document["checks"] = .array(
            checks.map { check in
                var entry = ValueObject()
                entry["name"] = .string(check.name)
                entry["status"] = .string(check.status.rawValue)
                if let detail = check.detail { entry["detail"] = .string(detail) }
                return .object(entry)
            })
        return Value.object(document).json
    }
}
