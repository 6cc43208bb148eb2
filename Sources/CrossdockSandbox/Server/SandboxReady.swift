internal import CrossdockData
internal import Glibc

/// What a client needs to reach the sandbox; the ready file holds the same as JSON.
public struct SandboxReady: Sendable {
    /// How to reach one system.
    public struct Access: Sendable {
        public let name: String
        /// Origin without a path.
        public let http: String
        /// nil when TLS was left out.
        public let https: String?
        /// Log-in data by the ready file's names, such as `clientId`.
        public let credentials: [String: String]
        /// Names of the credentials in the order of the ready file.
        let order: [String]

        public subscript(key: String) -> String? { credentials[key] }
    }

    public let systems: [Access]
    /// URL of the proxy; nil when it was left out.
    public let proxy: String?
    /// The certificate of the authority that signed the server certificates, PEM.
    public let caFile: String
    public let processIdentifier: Int

    public subscript(system: String) -> Access? { systems.first { $0.name == system } }

    /// The ready file's text: a JSON object in one line.
    public var json: [UInt8] {
        var members = ValueObject()
        for system in systems {
            var object = ValueObject([("http", .string(system.http))])
            if let https = system.https { object["https"] = .string(https) }
            for key in system.order { object[key] = system[key].map { .string($0) } }
            members[system.name] = .object(object)
        }
        var root = ValueObject([("systems", .object(members))])
        if let proxy { root["proxy"] = .string(proxy) }
        root["caFile"] = .string(caFile)
        root["pid"] = .integer(processIdentifier)
        return Value.object(root).json + [0x0A]
    }
}
