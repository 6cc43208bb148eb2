internal import CrossdockData
internal import CrossdockDiagnostics
internal import Glibc
public import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Vendor systems on loopback, in this process.
///
/// `crossdock sandbox`, the demo and tests start the same thing.
public final class Sandbox: Sendable {
    /// Names of all systems that can be served.
    public static var systemNames: [String] { SandboxSystems.all.map { $0.name } }

    /// Where everything listens and how to log in.
    public let ready: SandboxReady

    private let hosts: [SystemHost]
    private let group: MultiThreadedEventLoopGroup
    /// A folder to be removed at the end; nil when it is the user's data folder.
    private let temporaryFolder: String?
    private let isStopped = Atomic(false)

    /// Loads, opens all listeners and writes the ready file.
    ///
    /// - Throws: ``SandboxError``; nothing then listens any more.
    public static func start(
        _ options: SandboxOptions, logger: Logger = Logger(label: "sandbox")
    ) async throws -> Sandbox {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let folder = options.data == nil ? try Files.makeTemporaryFolder() : nil
        do {
            if let data = options.data { try Files.makeFolder(data) }
            let home = options.data ?? folder ?? "."
            let hosts = try SandboxLoader(options: options, home: home).hosts()
            let ready = try await open(hosts, options, home: home, group)
            let sandbox = Sandbox(hosts, ready, group, temporaryFolder: folder)
            if let file = options.readyFile { try Files.replace(file, with: ready.json) }
            for system in ready.systems {
                logger.info(
                    "sandbox ready",
                    metadata: ["system": "\(system.name)", "http": "\(system.http)"])
            }
            return sandbox
        } catch {
            try? await group.shutdownGracefully()
            if let folder { Files.removeFolder(folder) }
            throw error
        }
    }

    private init(
        _ hosts: [SystemHost], _ ready: SandboxReady, _ group: MultiThreadedEventLoopGroup,
        temporaryFolder: String?
    ) {
        self.hosts = hosts
        self.ready = ready
        self.group = group
        self.temporaryFolder = temporaryFolder
    }

    /// Ends all connections and listeners. What a data folder holds stays.
    public func stop() async {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        try? await group.shutdownGracefully()
        if let temporaryFolder { Files.removeFolder(temporaryFolder) }
    }

    /// Upserts JSON lines by id or key, as user `seed`.
    ///
    /// - Returns: How many records were loaded.
    /// - Throws: ``SandboxError`` that names the line; nothing is then loaded.
    @discardableResult
    public func load(
        _ lines: [UInt8], into object: String, of system: String
    ) throws -> Int {
        let summary = try host(system).withSystem { try $0.load(lines, into: object) }
        return summary.created + summary.updated
    }

    /// Declares custom fields: `[{name,type,length,externalId,unique,picklist}]`.
    public func declareFields(_ json: [UInt8], of object: String, in system: String) throws {
        try host(system).withSystem { try $0.declareFields(json, of: object) }
    }

    /// All live records of an object as JSON lines.
    public func records(of object: String, in system: String) throws -> [UInt8] {
        try host(system).withSystem { try $0.records(of: object) }
    }

    /// Entries of the journal after a number, as JSON lines.
    public func journal(of system: String, after sequence: Int = 0) throws -> [UInt8] {
        try host(system).journal.lines(after: sequence)
    }

    /// Replaces the faults of a system; `[]` clears them.
    public func setFaults(_ json: [UInt8], of system: String) throws {
        let host = try host(system)
        host.faults.replace(with: try Fault.list(json, rules: host.rules.map(\.name)))
    }

    private func host(_ name: String) throws(SandboxError) -> SystemHost {
        guard let host = hosts.first(where: { $0.name == name }) else {
            throw SandboxError(.unknownSandbox, "no sandbox '\(name)' is running")
        }
        return host
    }

    private static func open(
        _ hosts: [SystemHost], _ options: SandboxOptions, home: String,
        _ group: MultiThreadedEventLoopGroup
    ) async throws -> SandboxReady {
        let identity = try ServerIdentity(home: home, hosts: hosts.flatMap(\.hosts))
        let listener = HTTPListener(group: group, tls: identity.tls)
        var systems: [SandboxReady.Access] = []
        var ports: [Int: SystemHost] = [:]
        for (number, host) in hosts.enumerated() {
            func port(_ first: Int) -> Int { first == 0 ? 0 : first + number }
            let plain = try await listener.listen(
                port: port(options.port), secure: false, to: host)
            ports[plain.localAddress?.port ?? 0] = host
            var secure: String?
            if let tlsPort = options.tlsPort {
                let channel = try await listener.listen(
                    port: port(tlsPort), secure: true, to: host)
                ports[channel.localAddress?.port ?? 0] = host
                secure = "https://127.0.0.1:\(channel.localAddress?.port ?? 0)"
            }
            let http = "http://127.0.0.1:\(plain.localAddress?.port ?? 0)"
            systems.append(access(to: host, http: http, https: secure))
        }
        var proxy: String?
        if let port = options.proxyPort {
            let routes = ProxyRoutes(hosts: hosts, ports: ports)
            let channel = try await listener.listenAsProxy(port: port) { routes.system(for: $0) }
            proxy = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
        }
        return SandboxReady(
            systems: systems, proxy: proxy, caFile: identity.caFile,
            processIdentifier: Int(getpid()))
    }

    private static func access(
        to host: SystemHost, http: String, https: String?
    ) -> SandboxReady.Access {
        let object = host.withSystem { $0.access(http: http) }
        var credentials: [String: String] = [:]
        for (key, value) in object { credentials[key] = value.string }
        return SandboxReady.Access(
            name: host.name, http: http, https: https, credentials: credentials,
            order: Array(object.keys))
    }
}

/// Which system a host name leads to.
struct ProxyRoutes: Sendable {
    let hosts: [SystemHost]
    /// Systems by the ports of their own listeners.
    let ports: [Int: SystemHost]

    /// - Parameter address: `host` or `host:port`.
    func system(for address: String) -> SystemHost? {
        let parts = address.split(separator: ":")
        guard let name = parts.first.map({ $0.lowercased() }) else { return nil }
        if name == "127.0.0.1" || name == "localhost" {
            return parts.count > 1 ? Int(parts[1]).flatMap { ports[$0] } : nil
        }
        return hosts.first { $0.hosts.contains { Glob.matches($0, name) } }
    }
}
