internal import CrossdockDiagnostics
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// Answers health probes and metrics on a listener of its own.
///
/// Paths as Camel's observability services have them, with the short names that Kubernetes users
/// expect.
///
/// - Source: Camel, "Observability Services": `/observe/health`, `/observe/metrics`.
final class ManagementServer: Sendable {
    private let group: ServiceGroup
    private let task: Task<Void, any Error>
    let port: Int

    private init(group: ServiceGroup, task: Task<Void, any Error>, port: Int) {
        self.group = group
        self.task = task
        self.port = port
    }

    /// Starts listening.
    ///
    /// - Throws: ``DiagnosticsError`` with CD0120 when the port cannot be had.
    static func start(
        _ settings: ListenerSettings, logger: Logger,
        health: @escaping @Sendable () async -> Health, metrics: @escaping @Sendable () -> String
    ) async throws -> ManagementServer {
        let started = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router(health: health, metrics: metrics),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "crossdock"),
            onServerRunning: { channel in
                started.continuation.yield(channel.localAddress?.port ?? settings.port)
            }, logger: quiet(logger))
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: application)], gracefulShutdownSignals: [],
                logger: quiet(logger)))
        let task = Task {
            defer { started.continuation.finish() }
            try await group.run()
        }
        for await port in started.stream {
            return ManagementServer(group: group, task: task, port: port)
        }
        do { try await task.value } catch {
            throw DiagnosticsError(
                Diagnostic(
                    .listenerFailed,
                    "cannot listen on \(settings.host):\(settings.port): \(error)",
                    help: "another hub may run; set management.port, 0 takes a free one"))
        }
        throw CancellationError()
    }

    func stop() async {
        await group.triggerGracefulShutdown()
        _ = try? await task.value
    }

    /// The framework's own start and stop lines say nothing that ours do not.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private static func router(
        health: @escaping @Sendable () async -> Health, metrics: @escaping @Sendable () -> String
    ) -> Router<BasicRequestContext> {
        let router = Router()
        for path in ["/observe/health/live", "/livez"] {
            router.get(RouterPath(path)) { _, _ in
                response(Array(#"{"status":"UP"}"#.utf8), "application/json")
            }
        }
        for path in [
            "/observe/health", "/observe/health/ready", "/readyz", "/startupz",
            "/observe/health/started",
        ] {
            router.get(RouterPath(path)) { _, _ in
                let health = await health()
                return response(
                    health.json, "application/json",
                    health.isReady ? .ok : .serviceUnavailable)
            }
        }
        for path in ["/observe/metrics", "/metrics"] {
            router.get(RouterPath(path)) { _, _ in
                response(Array(metrics().utf8), "text/plain; version=0.0.4; charset=utf-8")
            }
        }
        return router
    }

    private static func response(
        _ body: [UInt8], _ type: String, _ status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
