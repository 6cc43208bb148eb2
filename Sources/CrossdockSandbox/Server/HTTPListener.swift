internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Opens the sandbox's sockets, on loopback alone.
struct HTTPListener: Sendable {
    let group: MultiThreadedEventLoopGroup
    let tls: NIOSSLContext

    /// Where requests for a `Host` go; nil for hosts that nobody serves.
    typealias Router = @Sendable (_ host: String) -> SystemHost?

    /// Listens for requests of one system.
    func listen(port: Int, secure: Bool, to system: SystemHost) async throws -> any Channel {
        try await bind(port) { channel in
            try Self.addHTTP(to: channel, tls: secure ? tls : nil) { _ in system }
        }
    }

    /// Listens as a proxy that ends TLS for the vendors' host names.
    func listenAsProxy(port: Int, router: @escaping Router) async throws -> any Channel {
        try await bind(port) { channel in
            try channel.pipeline.syncOperations.addHandler(
                ProxyHandler(tls: tls, router: router))
        }
    }

    private func bind(
        _ port: Int, _ initialize: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> any Channel {
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.backlog, value: 256)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try initialize(channel) }
                }
                .bind(host: "127.0.0.1", port: port).get()
        } catch {
            throw SandboxError(
                .sandboxPort, "port \(port) on 127.0.0.1 cannot be opened", cause: error)
        }
    }

    static func addHTTP(
        to channel: any Channel, tls: NIOSSLContext?, router: @escaping Router
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
        try pipeline.addHandler(ExchangeHandler(isSecure: tls != nil, router: router))
    }
}
