internal import ArgumentParser
internal import CrossdockCore
internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockHub
internal import Logging

struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Starts the project's routes and sends them one message.",
        discussion: """
            Returns when the message's way has ended and nothing is under way any more. Exit code 1 when \
            the message failed, 75 when a hub runs on the project's state already.

            EXAMPLE
              crossdock send direct:orders --body '{"id":7}' --header source=shop --in-out
              crossdock send bus:accounts < account.json
            """)

    @Argument(help: "Where to, such as direct:orders or bus:accounts.")
    var endpoint: String
    @Option(help: "The body; standard input without it.")
    var body: String?
    @Option(name: .customLong("header"), help: "A header, as name=value; may be given again.")
    var headers: [String] = []
    @Flag(help: "Wait for a reply and print its body.")
    var inOut = false
    @Option(
        help: "Route files and folders; what the configuration says under 'routes' without one.")
    var routes: [String] = []
    @OptionGroup var project: ProjectOptions

    func validate() throws {
        for header in headers
        where header.firstIndex(of: "=").map({ $0 > header.startIndex }) != true {
            throw ValidationError("'\(header)' is no header; write --header name=value")
        }
    }

    func run() async throws {
        var configuration = try project.configuration()
        // A hub that comes and goes is not to be found by monitoring.
        configuration.management.port = 0
        var message = Message(try content())
        for header in headers {
            let parts = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            message[header: String(parts[0])] = .string(String(parts[1]))
        }
        let logger = HubLogging.logger("crossdock", LogChoice(configuration.log))
        let hub = try await Hub.open(
            configuration, routes: routes.isEmpty ? configuration.routes : routes, logger: logger)
        for warning in hub.warnings { Failure.report(warning) }
        try await hub.start()
        let reply: Result<Message, any Error>
        do {
            reply = try await Self.send(message, to: endpoint, inOut, through: hub, logger)
        } catch {
            await hub.close()
            throw error
        }
        await hub.close()
        try show(reply)
    }

    private func content() throws -> Body {
        if let body { return .text(body) }
        guard let bytes = Terminal.readInput() else {
            throw ValidationError("standard input is larger than 1 GiB")
        }
        return bytes.isEmpty ? .empty : .bytes(bytes)
    }

    /// - Throws: What ended the hub; what became of the message is in the result.
    private static func send(
        _ message: Message, to endpoint: String, _ inOut: Bool, through hub: Hub, _ logger: Logger
    ) async throws -> Result<Message, any Error> {
        try await withThrowingTaskGroup(of: Result<Message, any Error>?.self) { group in
            group.addTask {
                try await hub.run()
                return nil
            }
            group.addTask {
                let result: Result<Message, any Error>
                do {
                    result = .success(
                        try await hub.send(
                            message, to: endpoint, pattern: inOut ? .inOut : .inOnly,
                            logger: logger))
                } catch {
                    result = .failure(error)
                }
                try await hub.settle()
                hub.stop()
                return result
            }
            group.addTask {
                await Interruption.wait()
                hub.stop()
                throw CancellationError()
            }
            var sent: Result<Message, any Error>?
            while let next = try await group.next() {
                if let next { sent = next }
                if sent != nil, next == nil { break }
            }
            group.cancelAll()
            return sent ?? .failure(CancellationError())
        }
    }

    private func show(_ reply: Result<Message, any Error>) throws {
        switch reply {
        case .success(let message):
            guard inOut else { return }
            let bytes = message.body.bytes
            Terminal.write(bytes)
            if let last = bytes.last, last != UInt8(ascii: "\n") { Terminal.write([0x0A]) }
        case .failure(let error):
            if let error = error as? any Classified {
                Failure.report(error)
                // The address is the caller's mistake; all else is the message's fate.
                guard !(error is DiagnosticsError) else {
                    throw ExitCode(Failure.exitCode(for: error.code))
                }
            } else {
                Terminal.error("error: \(error)")
            }
            throw ExitCode(Failure.findings)
        }
    }
}
