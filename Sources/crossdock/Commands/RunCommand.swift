internal import ArgumentParser
internal import CrossdockHub
internal import Logging

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs routes until it is stopped.",
        discussion: """
            Reads *.camel.yaml files; folders are searched. SIGTERM and Ctrl-C stop it gracefully: \
            sources take no more input, what is under way finishes, then it exits with 0.

            EXAMPLE
              crossdock run routes --config crossdock.yaml
            """)

    @Argument(
        help: "Route files and folders; what the configuration says under 'routes' without one.")
    var paths: [String] = []
    @OptionGroup var project: ProjectOptions
    @Flag(help: "Stop when all sources are drained and nothing is under way.")
    var untilIdle = false
    @Option(help: "Write {management, api, pid, node} here, as JSON, when everything runs.")
    var readyFile: String?

    func run() async throws {
        let configuration = try project.configuration()
        let logger = HubLogging.logger("crossdock", LogChoice(configuration.log))
        let hub = try await Hub.open(
            configuration, routes: paths.isEmpty ? configuration.routes : paths, logger: logger)
        for warning in hub.warnings { Failure.report(warning) }
        let stopping = Task {
            await Interruption.wait()
            hub.stop()
        }
        defer { stopping.cancel() }
        try await hub.start()
        if let readyFile { try hub.writeReady(to: readyFile) }
        logger.info(
            "running",
            metadata: [
                "routes": "\(hub.routes.count)", "management.port": "\(hub.managementPort ?? 0)",
            ])
        do { try await hub.run(untilIdle: untilIdle) } catch {
            await hub.close()
            throw error
        }
        await hub.close()
        logger.info("stopped")
    }
}
